"""The job that holds new tasks against those before, and says so to leads where they differ."""

from __future__ import annotations

import math
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from apps.accounts.actions import notify
from apps.accounts.models import Told
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.projects.actions.background import ask_once
from apps.projects.models import Membership, Project, Role
from apps.routing.actions.alone import alone
from apps.routing.actions.drift_figures import figures_of
from apps.routing.actions.features import keep_features
from apps.routing.actions.learning import ask_to_learn
from apps.routing.actions.raising import BadRaise, by_lot, raise_tasks
from apps.routing.actions.standing import open_tasks
from apps.routing.actions.windows import KIND, Window, due_windows, window_of
from apps.routing.models import DriftRun, Raise, Why

if TYPE_CHECKING:
    from apps.accounts.models import User

IntArray = NDArray[np.int64]
# The chance that any of the looks between two alarms is a false one, however many there are.
RATE = 0.05
# What can be told apart less often than this is sure, perhaps, and of no weight.
LEAST_APART = 0.55


def bar_of(look: int) -> float:
    """How small a p-value must be at this look: RATE is spent as 1/k², whose sum is pi²/6, so the bars
    of all looks together come to RATE (Bonferroni over an endless row of tests).

    >>> round(bar_of(1), 4), round(bar_of(10), 6), round(sum(map(bar_of, range(1, 100_000))), 4)
    (0.0304, 0.000304, 0.05)
    """
    return RATE * 6 / (math.pi * look) ** 2


def ask_for_drift(
    *,
    project: Project,
    by: User,
    import_id: int | None = None,
    since: datetime | None = None,
) -> JobRun:
    """A look that a lead asks for. It is no look of those that may raise an alarm."""
    window = window_of(project, import_id=import_id, since=since)
    return ask_once(project=project, kind=KIND, by=by, **window._asdict())


def look_by_itself() -> None:
    """Where enough new tasks have come."""
    for project, window in due_windows():
        ask_once(project=project, kind=KIND, by=None, **window._asdict(), is_look=True)


def find_drift(
    progress: Progress, project_id: int, first: int, last: int, *, is_look: bool = False
) -> dict[str, Any]:
    project = Project.objects.get(pk=project_id)
    looks = DriftRun.objects.by_itself().filter(project=project).order_by("-pk")
    # A job may run again after a crash: a look that was kept is not counted twice.
    done = looks.filter(last_task__gte=last).first() if is_look else None
    if done is None:
        with alone(project_id, progress), threadpool_limits(limits=1):
            done = _found(progress, project, Window(first, last), is_look=is_look)
    return {"drift": done.pk, "is_alarm": done.is_alarm}


def _found(progress: Progress, project: Project, window: Window, *, is_look: bool) -> DriftRun:
    start = time.perf_counter()
    features = keep_features(project, progress)
    before = features.tasks[features.tasks < window.first]
    now = features.tasks[(features.tasks >= window.first) & (features.tasks <= window.last)]
    before, now = np.sort(before), np.sort(now)
    figures = figures_of(project, features, before, now, progress)
    run = DriftRun(
        project=project,
        first_task=window.first,
        last_task=window.last,
        before=before.size,
        now=now.size,
        figures=figures,
        seconds=time.perf_counter() - start,
    )
    return _kept(run, is_look=is_look)


@transaction.atomic
def _kept(run: DriftRun, *, is_look: bool) -> DriftRun:
    """With its number among the looks; leads are told in the same transaction."""
    if is_look:
        run.look = _looks_since_alarm(run.project) + 1
        run.bar = bar_of(run.look)
        run.is_alarm = is_alarming(run.figures["apart"], run.bar)
    run.save()
    if run.is_alarm:
        _tell(run)
    return run


def is_alarming(apart: dict[str, Any], bar: float) -> bool:
    """Sure enough, and large enough to matter. The second can only make alarms rarer."""
    p_value = apart["p_value"]
    return p_value is not None and p_value <= bar and apart["low"] >= LEAST_APART


def _looks_since_alarm(project: Project) -> int:
    looks = DriftRun.objects.by_itself().filter(project=project)
    alarm = looks.filter(is_alarm=True).order_by("-pk").values_list("pk", flat=True).first()
    return looks.filter(pk__gt=alarm or 0).count()


def _tell(run: DriftRun) -> None:
    project, apart = run.project, run.figures["apart"]
    leads = Membership.objects.active().people().filter(project=project, role=Role.LEAD)
    text = (
        f"{run.now:,} new tasks in {project} are not like those before: a model tells which are new in"
        f" {100 * apart['value']:.0f} % of the cases (50 % by chance)."
    )
    notify(
        user_ids=list(leads.values_list("user_id", flat=True)),
        kind=Told.DRIFT,
        text=text,
        url=reverse("routing:drift_run", args=[project.pk, run.pk]),
        project_id=project.pk,
        at=timezone.now(),
    )


def help_with(*, run: DriftRun, level: float, count: int, by: User, at: datetime) -> Raise:
    """Some of the new tasks, by lot, are answered soon, and models learn anew from what is known.

    By lot: what a model learns of the new tasks, and is judged by, must be like them.
    """
    waiting = open_tasks(run.project)
    new = waiting[(waiting >= run.first_task) & (waiting <= run.last_task)]
    if not new.size:
        raise BadRaise(
            {"count": "None of the new tasks waits for answers, so there is nothing to queue."}
        )
    chosen = by_lot(new, count, run.pk)
    made = raise_tasks(project=run.project, tasks=chosen, level=level, why=Why.NEW, by=by, at=at)
    ask_to_learn(project=run.project, by=by)
    return made
