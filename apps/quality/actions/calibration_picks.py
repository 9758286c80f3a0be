"""Which tasks a calibration session takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.db.models.functions import Random

from apps.annotations.models import Gold
from apps.projects.models import Project
from apps.quality.models import Conflict, ConflictState
from apps.tasks.models import CalibrationTask, QueueEntry, QueueState, Task

if TYPE_CHECKING:
    from apps.tasks.models import TaskQuerySet

WAYS = {
    "random": "Drawn at random, of tasks that nobody has answered yet",
    "disputed": "The most disputed tasks",
    "filter": "Drawn at random from those that a search finds",
}


def usable(project: Project) -> TaskQuerySet:
    """Not withdrawn, not in an earlier session; nor known: a session would give a check away."""
    earlier = CalibrationTask.objects.filter(project=project, task=OuterRef("pk"))
    return (
        Task.objects.filter(project=project, erased_at__isnull=True)
        .exclude(queue__state=QueueState.WITHDRAWN)
        .exclude(Exists(earlier))
        .exclude(Exists(Gold.objects.filter(task=OuterRef("pk"))))
    )


def pick_random(project: Project, number: int) -> list[int]:
    """Of the tasks that nobody has in hand; where these are too few, of all."""
    fresh = QueueEntry.objects.filter(project=project, handed=0).values("pk")
    found = _drawn(usable(project).filter(pk__in=fresh), number)
    if len(found) < number:
        found += _drawn(usable(project).exclude(pk__in=found), number - len(found))
    return found


def pick_disputed(project: Project, number: int) -> list[int]:
    """Those whose answers lie furthest apart, whether somebody has decided them or not."""
    worst = Conflict.objects.filter(
        project=project, task__in=usable(project), spread__gt=0
    ).exclude(state=ConflictState.GONE)
    return list(worst.worst_first().values_list("task_id", flat=True)[:number])


def pick_found(found: TaskQuerySet, project: Project, number: int) -> list[int]:
    ids = found.order_by().values("pk")
    return _drawn(usable(project).filter(pk__in=ids), number)


def _drawn(tasks: TaskQuerySet, number: int) -> list[int]:
    return list(tasks.order_by(Random()).values_list("pk", flat=True)[:number])


PICKS: dict[str, Callable[[Project, int], list[int]]] = {
    "random": pick_random,
    "disputed": pick_disputed,
}
