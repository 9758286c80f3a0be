"""Asking for work, answering it, and letting time pass."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from apps.projects.models import Membership
from apps.tasks.actions import (
    NoMore,
    hand_out,
)
from apps.tasks.models import Assignment, QueueEntry, Task
from tests.factories import (
    AnnotationFactory,
)


def ask(annotator: Membership, after: Assignment | None = None) -> Assignment | NoMore:
    return hand_out(
        annotator=annotator,
        project=annotator.project,
        at=timezone.now(),
        after=after.pk if after else None,
    )


def lent(annotator: Membership, after: Assignment | None = None) -> Assignment:
    answer = ask(annotator, after)
    assert isinstance(answer, Assignment), answer
    return answer


def value(annotator: Membership, after: Assignment | None = None) -> str:
    answer = ask(annotator, after)
    assert isinstance(answer, NoMore), answer
    return answer.value


def submit(assignment: Assignment) -> None:
    """By the factory: the slot was taken when it was lent."""
    AnnotationFactory(assignment=Assignment.objects.get(pk=assignment.pk))


def run_out(*assignments: Assignment) -> None:
    """Let time pass for these leases."""
    ids = [assignment.pk for assignment in assignments]
    Assignment.objects.filter(pk__in=ids, state="leased").update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )


def entry(task: Task | int) -> QueueEntry:
    return QueueEntry.objects.get(pk=task if isinstance(task, int) else task.pk)
