"""Which tasks are new, and against which they are held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Max, Min, OuterRef, Subquery

from apps.core.faults import BadInput
from apps.projects.actions.background import last_job
from apps.projects.models import Project, ProjectState
from apps.routing.learners.drift import LEAST
from apps.routing.models import DriftRun
from apps.tasks.models import Task

KIND = "routing.drift"
# By itself it looks when so many are new, and as many were there before.
LEAST_NEW = 200
MOST_IMPORTS = 20


class BadWindow(BadInput):
    """There is nothing to compare: a sentence for the field at fault."""

    code = "bad_window"


class Window(NamedTuple):
    """The first and the last new task; all tasks before the first are what was there."""

    first: int
    last: int


@dataclass(frozen=True)
class Import:
    """What one file brought."""

    number: int
    first: int
    last: int
    tasks: int
    at: datetime


def imports_of(project: Project) -> list[Import]:
    """The newest first; the very first is left out: before it there was nothing."""
    grouped = (
        Task.objects.filter(project=project, import_id__isnull=False)
        .order_by()
        .values("import_id")
        .annotate(first=Min("pk"), last=Max("pk"), tasks=Count("pk"), at=Min("created_at"))
        .order_by("-first")[: MOST_IMPORTS + 1]
    )
    found = [
        Import(row["import_id"] or 0, row["first"], row["last"], row["tasks"], row["at"])
        for row in grouped
    ]
    return found[:MOST_IMPORTS] if len(found) > MOST_IMPORTS else found[:-1]


def window_of(
    project: Project, *, import_id: int | None = None, since: datetime | None = None
) -> Window:
    """What an import brought, what came since then, or else what came since the last look."""
    tasks = Task.objects.filter(project=project)
    if import_id is not None:
        found = tasks.filter(import_id=import_id).aggregate(first=Min("pk"), last=Max("pk"))
        wrong = {"import": "There is no such import, or it brought no tasks."}
    elif since is not None:
        found = tasks.filter(created_at__gte=since).aggregate(first=Min("pk"), last=Max("pk"))
        wrong = {"since": "No task has come since then. Give an earlier time."}
    else:
        found = tasks.filter(pk__gt=_seen(project)).aggregate(first=Min("pk"), last=Max("pk"))
        wrong = {"since": "No task has come since the last look. Give a time or an import."}
    if found["first"] is None:
        raise BadWindow(wrong)
    window = Window(found["first"], found["last"])
    _check(project, window, next(iter(wrong)))
    return window


def _check(project: Project, window: Window, field: str) -> None:
    tasks = Task.objects.filter(project=project)
    before = tasks.filter(pk__lt=window.first)[:LEAST].count()
    now = tasks.filter(pk__range=window)[:LEAST].count()
    if min(before, now) < LEAST:
        raise BadWindow(
            {
                field: f"It takes {LEAST} tasks on each side: {before} came before, and {now} are new."
            }
        )


def _seen(project: Project) -> int:
    """The last task that was looked at by itself, else the last that the first import brought."""
    look = DriftRun.objects.by_itself().filter(project=project).order_by("-pk").first()
    if look is not None:
        return look.last_task
    tasks = Task.objects.filter(project=project)
    first = tasks.order_by("pk").first()
    if first is None:
        return 0
    return tasks.filter(import_id=first.import_id).aggregate(last=Max("pk"))["last"] or 0


def due_windows() -> Iterator[tuple[Project, Window]]:
    """Projects to which enough has come since the last look."""
    task = Task.objects.filter(project=OuterRef("pk"))
    look = DriftRun.objects.by_itself().filter(project=OuterRef("pk")).order_by("-pk")
    found = (
        Project.objects.filter(deleted_at__isnull=True, state=ProjectState.ACTIVE)
        .annotate(
            newest=Subquery(task.order_by("-pk").values("pk")[:1]),
            # Of the newest tasks the one behind which there are just enough.
            enough=Subquery(task.order_by("-pk").values("pk")[LEAST_NEW - 1 : LEAST_NEW]),
            its_import=Subquery(
                task.order_by("-pk").values("import_id")[LEAST_NEW - 1 : LEAST_NEW]
            ),
            first_import=Subquery(task.order_by("pk").values("import_id")[:1]),
            seen=Subquery(look.values("last_task")[:1]),
        )
        .filter(enough__isnull=False)
        .order_by("pk")
    )
    project: Any
    for project in found:
        if _has_enough(project) and _is_untried(project):
            first = Task.objects.filter(project=project, pk__gt=_seen(project)).order_by("pk")
            window = Window(first.values_list("pk", flat=True)[0], project.newest)
            if (
                Task.objects.filter(project=project, pk__lt=window.first)[:LEAST_NEW].count()
                == LEAST_NEW
            ):
                yield project, window


def _has_enough(project: Any) -> bool:
    if project.seen is not None:
        return bool(project.enough > project.seen)
    return bool(project.its_import != project.first_import)


def _is_untried(project: Any) -> bool:
    """A look that failed is not repeated before more has come."""
    job = last_job(project, KIND)
    return job is None or (job.is_ended and job.arguments["last"] < project.newest)
