"""Changes that only programs ask for."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from apps.annotations.actions.fields import change_fields
from apps.annotations.models import Annotation
from apps.core.audit import record
from apps.projects import actions as projects
from apps.projects.actions.protocol_states import check_protocol
from apps.projects.models import Project, ProjectState
from apps.tasks.actions import (
    Refused,
    restore_tasks,
    set_overlap,
    set_priorities,
    withdraw_tasks,
)
from apps.tasks.models import QueueEntry, QueueState, Task


class HasAnswers(Refused):
    code = "has_answers"


@transaction.atomic
def change_project(*, project: Project, **given: Any) -> None:
    """The settings of one call: in the project's row, what a task shows, its queue and its state."""
    queue = {name: given.pop(name) for name in ("overlap", "overlap_share") if name in given}
    state, fields = given.pop("state", None), given.pop("fields", None)
    if fields is not None:
        change_fields(project=project, fields=fields)
    if given:
        projects.change_project(project=project, **given)
    if queue:
        set_overlap(
            project=project,
            overlap=queue.get("overlap", project.overlap),
            share=queue.get("overlap_share", project.overlap_share),
        )
    if state:
        projects.set_project_state(project=project, state=ProjectState(state))


@transaction.atomic
def change_task(
    *,
    task: Task,
    priority: float | None = None,
    overlap: int | None = None,
    state: str | None = None,
) -> None:
    """Rank a task, change how many answers it gets, withdraw it or put it back."""
    given = {"priority": priority, "overlap": overlap}
    if changed := {name: value for name, value in given.items() if value is not None}:
        record("task.changed", project=task.project, subject=task, changed=changed)
    if state == QueueState.WITHDRAWN:
        withdraw_tasks(project=task.project, task_ids=[task.pk])
    elif state == QueueState.OPEN:
        restore_tasks(project=task.project, task_ids=[task.pk])
    if overlap is not None:
        check_protocol(project=task.project, action="project.overlap")
        _change_overlap(task, overlap)
    if priority is not None:
        set_priorities(project=task.project, priorities={task.pk: priority})


def _change_overlap(task: Task, overlap: int) -> None:
    """Never below what is handed out already."""
    entry = QueueEntry.objects.select_for_update(no_key=True).get(pk=task.pk)
    entry.overlap = max(overlap, entry.handed)
    if entry.state != QueueState.WITHDRAWN:
        is_full = 0 < entry.overlap <= entry.submitted
        entry.state = QueueState.COMPLETE if is_full else QueueState.OPEN
    entry.save(update_fields=["overlap", "state"])


@transaction.atomic
def delete_task(*, task: Task) -> None:
    """Only what nobody has answered. Answers are never lost with their task."""
    QueueEntry.objects.select_for_update().filter(pk=task.pk).first()
    if Annotation.objects.filter(task=task).exists():
        raise HasAnswers("This task has answers, so it stays. Withdraw it instead.")
    record("task.deleted", project=task.project, subject=task)
    task.delete()
