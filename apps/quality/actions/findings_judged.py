"""What a lead does about a finding: dismiss it, send its tasks to review, or take that back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Case, F, Func, Q, Value, When

from apps.annotations.models import Annotation
from apps.core.audit import record
from apps.projects.models import Project
from apps.quality.actions.conflicts import refresh_conflicts
from apps.quality.models import Adjudication, Conflict, ConflictState, Finding, FindingState
from apps.tasks.actions import Refused
from apps.tasks.models import Task

if TYPE_CHECKING:
    from apps.accounts.models import User

WAITING = (ConflictState.OPEN, ConflictState.SENT_BACK)


class FindingMoved(Refused):
    code = "finding_moved"


class NothingToSend(Refused):
    code = "nothing_to_send"


class NoReason(ValueError):
    code = "no_reason"


@transaction.atomic
def dismiss_finding(*, finding: Finding, by: User, at: datetime, reason: str) -> Finding:
    """It is nothing. The same finding of later runs stays dismissed."""
    reason = reason.strip()
    if not reason:
        raise NoReason("Say why it is nothing: the reason is kept.")
    found = _locked(finding, FindingState.OPEN)
    return _say(found, FindingState.DISMISSED, by=by, at=at, reason=reason)


@transaction.atomic
def send_finding(*, finding: Finding, by: User, at: datetime) -> int:
    """Put its tasks among the conflicts, whether their answers differ or not; how many.

    What was decided already stays decided.
    """
    found = _locked(finding, FindingState.OPEN)
    task_ids = _to_send(found)
    if not task_ids:
        raise NothingToSend("All its tasks are decided already, or gone. You can dismiss it.")
    _ask(found.project, task_ids, found.pk)
    _say(found, FindingState.SENT, by=by, at=at, tasks=len(task_ids))
    return len(task_ids)


@transaction.atomic
def reopen_finding(*, finding: Finding, by: User, at: datetime) -> Finding:
    """Undo: tasks that wait only because it was sent leave the queue; decisions stay."""
    found = _locked(finding, FindingState.DISMISSED, FindingState.SENT)
    if found.state == FindingState.SENT:
        _ask_no_more(found.pk, found.project_id)
    return _say(found, FindingState.OPEN, by=by, at=at)


def _locked(finding: Finding, *states: FindingState) -> Finding:
    found = Finding.objects.select_for_update(of=("self",)).select_related("project")
    now = found.get(pk=finding.pk)
    if now.state not in states:
        raise FindingMoved(f"This finding is {now.get_state_display().lower()} by now.")
    return now


def _say(
    found: Finding, state: FindingState, *, by: User, at: datetime, reason: str = "", tasks: int = 0
) -> Finding:
    is_open = state == FindingState.OPEN
    found.state, found.reason = state, reason
    found.decided_by, found.decided_at = (None, None) if is_open else (by, at)
    found.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    record(
        "finding.judged",
        project=found.project,
        by=by,
        subject=found.kind,
        finding=found.pk,
        state=str(state),
        tasks=tasks,
    )
    return found


def _to_send(found: Finding) -> list[int]:
    """Its tasks that are still there, have an answer, and wait for a decision."""
    there = Task.objects.filter(project=found.project_id, pk__in=found.tasks)
    answered = Annotation.objects.heads().filter(task__in=there, erased_at__isnull=True)
    decided = Adjudication.objects.heads().filter(task__in=there).values_list("task_id", flat=True)
    return sorted(set(answered.values_list("task_id", flat=True)) - set(decided))


def _ask(project: Project, task_ids: list[int], finding_id: int) -> None:
    Conflict.objects.bulk_create(
        [
            Conflict(
                project=project,
                task_id=task_id,
                questions={},
                widest=0,
                spread=0,
                asked_by=[finding_id],
            )
            for task_id in task_ids
        ],
        ignore_conflicts=True,
    )
    # In order, so that two of these never wait for each other.
    mine = Conflict.objects.filter(task_id__in=task_ids).order_by("task_id")
    list(mine.select_for_update().values_list("pk", flat=True))
    mine.order_by().exclude(asked_by__contains=[finding_id]).update(
        asked_by=Func(F("asked_by"), Value(finding_id), function="array_append")
    )
    mine.order_by().filter(state=ConflictState.GONE).update(state=ConflictState.OPEN)
    refresh_conflicts(project=project, task_ids=task_ids)


def _ask_no_more(finding_id: int, project_id: int) -> None:
    mine = Conflict.objects.filter(
        project=project_id, asked_by__contains=[finding_id], state__in=WAITING
    )
    alone = Q(asked_by=[finding_id], spread=0)
    mine.update(
        asked_by=Func(F("asked_by"), Value(finding_id), function="array_remove"),
        state=Case(When(alone, then=Value(ConflictState.GONE)), default=F("state")),
    )
