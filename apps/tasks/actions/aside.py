"""Answers that stand apart from now on: kept, exported, and never counted; and their way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection, transaction

from apps.core import outbox
from apps.tasks.actions.eligibility import ROLE_PARAMETERS
from apps.tasks.actions.leases import COUNT
from apps.tasks.actions.queue import MOST_OVERLAP, TASK_CHANGED
from apps.tasks.actions.states import IllegalMove
from apps.tasks.models import Apart, Assignment, AssignmentState, QueueEntry


@dataclass(frozen=True)
class SetAside:
    """One answer that stands apart now, and what it took from its task."""

    assignment_id: int
    task_id: int
    has_slot: bool
    # The task's overlap went down with it: nobody is asked instead.
    is_narrowed: bool


@transaction.atomic
def set_aside(*, assignment_id: int, is_asked_anew: bool) -> Assignment:
    """Take an answer out of what counts. Its slot goes to somebody else, or is done without.

    The same person is never lent the task again. What stands apart already stays as it is.
    """
    mine = Assignment.objects.select_related("task").get(pk=assignment_id)
    set_aside_many(
        project_id=mine.task.project_id, assignment_ids=[mine.pk], is_asked_anew=is_asked_anew
    )
    mine.refresh_from_db()
    if mine.state != AssignmentState.SUBMITTED:
        raise IllegalMove("Only what was submitted can be set aside.")
    return mine


@transaction.atomic
def set_aside_many(
    *, project_id: int, assignment_ids: Collection[int], is_asked_anew: bool
) -> list[SetAside]:
    """The same of many, as far as they are submitted and do not stand apart yet."""
    _lock(assignment_ids)
    mine = list(
        Assignment.objects.select_for_update(no_key=True)
        .filter(pk__in=assignment_ids, state=AssignmentState.SUBMITTED, apart="")
        .order_by("pk")
    )
    done = [
        SetAside(one.pk, one.task_id, one.holds_slot, one.holds_slot and not is_asked_anew)
        for one in mine
    ]
    Assignment.objects.filter(pk__in=[one.pk for one in mine]).update(
        holds_slot=False, apart=Apart.SET_ASIDE
    )
    freed = Counter(one.task_id for one in done if one.has_slot)
    _move(freed, filled=-1, overlap=0 if is_asked_anew else -1)
    outbox.publish(
        event=TASK_CHANGED, scope_id=project_id, subject_ids={one.task_id for one in done}
    )
    return done


@transaction.atomic
def put_back_many(*, project_id: int, done: Iterable[SetAside]) -> list[int]:
    """Let answers count again, where that keeps the promise of the overlap; which ones did.

    One whose slot was done without gets it anew. One whose slot others were asked to fill comes
    back while it is free; once somebody has it, the answer stays apart, for a task never counts
    more answers than its overlap. One that held no slot has none to come back to.
    """
    wanted = {one.assignment_id: one for one in done if one.has_slot}
    entries = _lock(wanted)
    mine = Assignment.objects.select_for_update(no_key=True).filter(
        pk__in=wanted, apart=Apart.SET_ASIDE
    )
    back: list[int] = []
    filled: Counter[int] = Counter()
    widened: Counter[int] = Counter()
    for pk, task_id in mine.order_by("pk").values_list("pk", "task_id"):
        entry = entries[task_id]
        if wanted[pk].is_narrowed and entry.overlap + widened[task_id] < MOST_OVERLAP:
            widened[task_id] += 1
        elif entry.handed + filled[task_id] >= entry.overlap:
            continue
        else:
            filled[task_id] += 1
        back.append(pk)
    _move(widened, filled=1, overlap=1)
    _move(filled, filled=1, overlap=0)
    Assignment.objects.filter(pk__in=back).update(holds_slot=True, apart="")
    outbox.publish(event=TASK_CHANGED, scope_id=project_id, subject_ids={*filled, *widened})
    return back


def _lock(assignment_ids: Iterable[int]) -> dict[int, QueueEntry]:
    """Queue entries first, in one order, as everybody who changes a task's assignments does."""
    tasks = Assignment.objects.filter(pk__in=list(assignment_ids)).values("task_id")
    entries = QueueEntry.objects.select_for_update(no_key=True).filter(task_id__in=tasks)
    return {entry.pk: entry for entry in entries.order_by("pk")}


def _move(slots: Counter[int], *, filled: int, overlap: int) -> None:
    """Move the counts of tasks by so many slots each; those with the same number in one go."""
    for number in sorted(set(slots.values())):
        moved = {
            "handed": filled * number,
            "submitted": filled * number,
            "overlap": overlap * number,
        }
        tasks = [task_id for task_id, slots_of in slots.items() if slots_of == number]
        with connection.cursor() as cursor:
            cursor.execute(
                f"{COUNT} WHERE q.task_id = ANY(%(tasks)s)",
                {"tasks": tasks, **moved, **ROLE_PARAMETERS},
            )
