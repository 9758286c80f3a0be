"""Jobs that ask a project's own models: whether they are well, and what they propose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from apps.annotations.models import Annotation
from apps.core.actions import JobFailed
from apps.core.jobs import Progress
from apps.projects.models import Project
from apps.routing.actions.asking import batches, called, endpoint_for_job, interface_of
from apps.routing.actions.judging import judge_where_new
from apps.routing.actions.plans import is_held_out, plan_of
from apps.routing.actions.suggesting import Proposed, add_suggestions, take_back
from apps.routing.models import Endpoint, Plan, Ranking
from apps.routing.remote import Foretold, RemoteError
from apps.routing.remote.errors import Resting
from apps.tasks.models import Task

COUNT, MOST_COUNT = 500, 20_000
# As they are handed out. Nobody has or had them in hand.
NEXT = """
SELECT q.task_id FROM tasks_queueentry q
 WHERE q.project_id = %s AND q.state = 'open' AND q.handed = 0
   AND NOT EXISTS (SELECT FROM tasks_assignment x WHERE x.task_id = q.task_id)
 ORDER BY q.priority DESC, q.task_id LIMIT %s
"""


def check_endpoint(progress: Progress, project_id: int, endpoint_id: int) -> dict[str, Any]:
    """Whether it is there and takes these questions; a person asks, so it is tried in any case."""
    endpoint = endpoint_for_job(project_id, endpoint_id)
    interface = interface_of(endpoint)
    progress.report(0, 2, "Asking whether it is up.")
    try:
        name = called(endpoint, lambda model: model.health(), interface=interface, is_check=True)
        progress.report(1, 2, "Telling it the questions.")
        version = called(endpoint, lambda model: model.setup(), interface=interface, is_check=True)
    except RemoteError as error:
        raise JobFailed(str(error)) from error
    mine = Endpoint.objects.filter(pk=endpoint.pk)
    mine.update(model_class=name, model_version=version)
    return {"model_class": name, "model_version": version}


def foretell(
    progress: Progress, project_id: int, endpoint_id: int, count: int = COUNT
) -> dict[str, Any]:
    """Propose answers to the tasks that come next, batch by batch: what was put stays."""
    endpoint = endpoint_for_job(project_id, endpoint_id)
    interface, plan = interface_of(endpoint), plan_of(endpoint.project)
    if not interface.questions:
        raise JobFailed("None of its questions can be asked of a model over HTTP.")
    seen, tasks = newest_seen(endpoint.project), next_tasks(endpoint.project, plan, count)
    told: set[int] = set()
    put, version = 0, endpoint.model_version
    try:
        for said in batches(endpoint, interface, tasks, progress):
            proposed = _proposed(said, plan.bar)
            told |= proposed.keys()
            put += _put(endpoint, proposed)
            version = next((one.version for one in said if one.version), version)
        judged = judge_where_new(endpoint, interface, plan, version, progress)
    except RemoteError as error:
        raise JobFailed(_how_far(str(error), put)) from error
    finally:
        Endpoint.objects.filter(pk=endpoint.pk).update(suggested=F("suggested") + put)
    take_back(project=endpoint.project, source=endpoint.source, kept=told)
    Endpoint.objects.filter(pk=endpoint.pk).update(
        foretold_at=timezone.now(), foretold_to=seen, model_version=version
    )
    return {"asked": len(tasks), "suggested": put, "judged": judged}


@transaction.atomic
def _put(endpoint: Endpoint, proposed: Proposed) -> int:
    """Unless it was removed or paused meanwhile: what comes then would be nobody's."""
    mine = Endpoint.objects.select_for_update(no_key=True).filter(pk=endpoint.pk, is_paused=False)
    if not mine.exists():
        raise Resting("The model is paused, or was removed.")
    return add_suggestions(project=endpoint.project, proposed=proposed, source=endpoint.source)


def newest_seen(project: Project) -> list[int]:
    """The newest task, order and answer."""
    return [
        model.objects.filter(project=project).aggregate(newest=Max("pk"))["newest"] or 0
        for model in (Task, Ranking, Annotation)
    ]


def next_tasks(project: Project, plan: Plan, count: int) -> list[int]:
    """The next so many of which nobody has seen anything, without the hold-out, in their order."""
    found: list[int] = []
    limit = count * 2
    while True:
        with connection.cursor() as cursor:
            cursor.execute(NEXT, (project.pk, limit))
            tasks = np.array([row[0] for row in cursor.fetchall()], np.int64)
        found = tasks[~is_held_out(plan, tasks)].tolist()[:count]
        if len(found) == count or tasks.size < limit:
            return found
        limit *= 2


def _proposed(said: Sequence[Foretold], bar: float) -> Proposed:
    """What it is sure enough of. Where it does not say how sure it is, the lead's bar does not hold."""
    found = {}
    for one in said:
        scores = {name: one.scores.get(name, one.score) for name in one.answers}
        sure = {name: score for name, score in scores.items() if score is None or score >= bar}
        if sure:
            known = [score for score in sure.values() if score is not None]
            answers = {name: one.answers[name] for name in sure}
            found[one.item] = (answers, min(known) if known else None)
    return found


def _how_far(error: str, put: int) -> str:
    kept = f" What it had proposed of {put:,} task{'' if put == 1 else 's'} stays." if put else ""
    return f"{error}{kept}"
