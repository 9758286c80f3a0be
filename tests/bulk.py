"""Many tasks at once, in a few statements: one by one a thousand rows take seconds.

What comes out is what `tests.factories` would have made, which a test holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.annotations.models import Annotation
from apps.projects.models import Membership, Project
from apps.tasks.models import Assignment, QueueEntry, QueueState, Task
from tests.factories import AnnotationFactory, PoolFactory, TaskFactory

Answers = dict[Membership, dict[str, Any]]
SUBMITTED = (
    "UPDATE tasks_assignment AS mine SET state = 'submitted', lease_until = NULL,"
    " head_id = first.id, submitted_at = first.submitted_at FROM annotations_annotation AS first"
    " WHERE first.assignment_id = mine.id AND mine.task_id = ANY(%s)"
)


def waiting_tasks(*, project: Project, more: Sequence[dict[str, Any]]) -> list[Task]:
    """A task that waits for each of `more`, which says what is its own."""
    return _tasks(project, more, [QueueEntry(overlap=project.overlap) for _ in more])


def answered_tasks(
    *, project: Project, answers: Sequence[Answers], more: Sequence[dict[str, Any]] = ()
) -> list[Task]:
    """As `answered_task` makes one: complete, with one answer for each annotator."""
    entries = [_complete(len(given)) for given in answers]
    tasks = _tasks(project, more or [{} for _ in answers], entries)
    _answer(project, tasks, answers)
    return tasks


def _complete(answers: int) -> QueueEntry:
    state = QueueState.COMPLETE if answers else QueueState.OPEN
    return QueueEntry(overlap=max(1, answers), handed=answers, submitted=answers, state=state)


def _tasks(
    project: Project, more: Sequence[dict[str, Any]], entries: list[QueueEntry]
) -> list[Task]:
    pool = PoolFactory(project=project)
    tasks = Task.objects.bulk_create(
        TaskFactory.build(project=project, queue=None, **one) for one in more
    )
    for task, entry in zip(tasks, entries, strict=True):
        entry.task, entry.project, entry.pool = task, project, pool
    QueueEntry.objects.bulk_create(entries)
    return tasks


def _answer(project: Project, tasks: list[Task], answers: Sequence[Answers]) -> None:
    leased = {"state": "leased", "holds_slot": True, "lease_until": timezone.now()}
    given = [
        (Assignment(task=task, annotator=who, **leased), said)
        for task, people in zip(tasks, answers, strict=True)
        for who, said in people.items()
    ]
    Assignment.objects.bulk_create(assignment for assignment, _ in given)
    Annotation.objects.bulk_create(
        AnnotationFactory.build(assignment=assignment, project=project, answers=said)
        for assignment, said in given
    )
    with connection.cursor() as cursor:
        cursor.execute(SUBMITTED, [[task.pk for task in tasks]])
