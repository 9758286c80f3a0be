"""An answer that stands apart from now on: kept, exported, and never counted."""

from __future__ import annotations

from django.db import connection, transaction

from apps.core import outbox
from apps.tasks.actions.eligibility import ROLE_PARAMETERS
from apps.tasks.actions.leases import COUNT
from apps.tasks.actions.queue import TASK_CHANGED
from apps.tasks.actions.states import IllegalMove
from apps.tasks.models import Apart, Assignment, AssignmentState, QueueEntry


@transaction.atomic
def set_aside(*, assignment_id: int, is_asked_anew: bool) -> Assignment:
    """Take an answer out of what counts. Its slot goes to somebody else, or is done without.

    The same person is never lent the task again. What stands apart already stays as it is.
    """
    task_id = Assignment.objects.values_list("task_id", flat=True).get(pk=assignment_id)
    entry = QueueEntry.objects.select_for_update(no_key=True).get(pk=task_id)
    mine = Assignment.objects.select_for_update(no_key=True).get(pk=assignment_id)
    if mine.state != AssignmentState.SUBMITTED:
        raise IllegalMove("Only what was submitted can be set aside.")
    if mine.apart:
        return mine
    had_slot, mine.holds_slot, mine.apart = mine.holds_slot, False, Apart.SET_ASIDE
    mine.save(update_fields=["holds_slot", "apart"])
    if had_slot:
        _free(entry, is_asked_anew=is_asked_anew)
    outbox.publish(event=TASK_CHANGED, scope_id=entry.project_id, subject_ids=[task_id])
    return mine


def _free(entry: QueueEntry, *, is_asked_anew: bool) -> None:
    moved = {"handed": -1, "submitted": -1, "overlap": 0 if is_asked_anew else -1}
    with connection.cursor() as cursor:
        cursor.execute(
            f"{COUNT} WHERE q.task_id = %(task)s", {"task": entry.pk, **moved, **ROLE_PARAMETERS}
        )
