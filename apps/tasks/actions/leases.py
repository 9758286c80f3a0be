"""What happens to a lease after it was lent: renewed, given back, skipped, settled, taken back.

Leases run by the database's clock, so that the clocks of several web machines do not matter; the
`at` that an action takes is what is recorded as the time of the deed.

Locks are always taken in one order: the annotator's membership, the task's queue entry, then the
assignment. The first makes all that one person does with their assignments happen one after
another; who holds the second may change the assignments of the task.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models.functions import Now

from apps.core.statements import fetch_all, fetch_first
from apps.projects.http.looks import watch
from apps.projects.models import Membership, Project, SkipPolicy
from apps.tasks.actions.eligibility import ROLE_PARAMETERS, SOMEBODY_LEFT
from apps.tasks.actions.states import check_move
from apps.tasks.models import Apart, Assignment, QueueEntry

if TYPE_CHECKING:
    from apps.accounts.models import User

AT_ONCE = 500
# A check may still come to fill a slot; these do not, whether one is free or not.
NEVER_COUNTS = frozenset({Apart.PRACTICE, Apart.CALIBRATION, Apart.REPEAT})


@dataclass(frozen=True)
class Own:
    """One's own assignment, locked with the queue entry of its task for this transaction."""

    member: Membership
    entry: QueueEntry
    assignment: Assignment

    @property
    def can_count(self) -> bool:
        """Whether an answer would fill a slot: the one it holds, or one that is still free."""
        never = self.assignment.apart in NEVER_COUNTS
        return not never and (self.assignment.holds_slot or self.entry.has_room)

    @property
    def is_late(self) -> bool:
        """Whether an answer would be surplus. A check beyond the overlap was never to count."""
        return not self.can_count and not self.assignment.apart


# Only what the actions here need: asking and answering is what everybody does all day, and the
# ORM's own work on whole rows was more than half of its cost. In the order of the model's fields.
MEMBER = (
    "id",
    "project_id",
    "user_id",
    "role",
    "languages",
    "skills",
    "groups",
    "daily_quota",
    "total_quota",
    "is_active",
)
PROJECT = (
    "id",
    "state",
    "fields",
    "skip_policy",
    "is_suggestion_shown",
    "suggestion_hidden_share",
    "lease_minutes",
    "first_checks",
    "check_rate",
    "repeat_share",
    "repeat_answers",
    "repeat_hours",
    "repeat_most",
    "queue_generation",
    "question_version",
)
ENTRY = [field.attname for field in QueueEntry._meta.concrete_fields]  # noqa: SLF001
ASSIGNMENT = [field.attname for field in Assignment._meta.concrete_fields]  # noqa: SLF001


def columns(table: str, names: Sequence[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


LOCK_MEMBER = f"""
SELECT {columns("m", MEMBER)}, {columns("p", PROJECT)},
  EXISTS (SELECT 1 FROM projects_protocol r WHERE r.project_id = p.id AND r.is_on)
FROM projects_membership m JOIN projects_project p ON p.id = m.project_id
WHERE m.id = COALESCE(%(annotator)s::bigint, (
    SELECT annotator_id FROM tasks_assignment WHERE id = %(assignment)s::bigint))
  AND m.user_id = %(user)s AND m.is_active AND p.deleted_at IS NULL
FOR NO KEY UPDATE OF m
"""  # noqa: S608
# Both are locked, in this order, since only what is locked is sure to be the newest version.
LOCK_TASK = f"""
SELECT {columns("q", ENTRY)}, {columns("a", ASSIGNMENT)}
FROM tasks_assignment a JOIN tasks_queueentry q ON q.task_id = a.task_id WHERE a.id = %s
FOR NO KEY UPDATE OF q FOR NO KEY UPDATE OF a
"""  # noqa: S608


def lock_own(*, assignment_id: int, user: User, annotator_id: int | None = None) -> Own:
    """Raises Assignment.DoesNotExist for what is not one's own, or not that annotator's."""
    member = lock_member(user=user, assignment_id=assignment_id)
    if member is None or annotator_id not in {None, member.pk}:
        raise Assignment.DoesNotExist
    row = fetch_first(LOCK_TASK, (assignment_id,))
    if row is None:
        raise Assignment.DoesNotExist
    entry = QueueEntry.from_db("default", ENTRY, row[: len(ENTRY)])
    assignment = Assignment.from_db("default", ASSIGNMENT, row[len(ENTRY) :])
    assignment.annotator = member
    return Own(member, entry, assignment)


def lock_member(
    *, user: User, annotator_id: int | None = None, assignment_id: int | None = None
) -> Membership | None:
    """The person's membership with its project, both only in part. Whose it is never changes."""
    row = fetch_first(
        LOCK_MEMBER,
        {"annotator": annotator_id, "assignment": assignment_id, "user": user.pk},
    )
    if row is None:
        return None
    member: Membership = Membership.from_db("default", MEMBER, row[: len(MEMBER)])
    told = dict(zip(PROJECT, row[len(MEMBER) : -1], strict=True))
    told["fields"] = json.loads(told["fields"])
    member.project = Project.from_db("default", PROJECT, list(told.values()))
    member.project.is_regulated, member.user = row[-1], user
    watch(member.project)
    return member


# Move an entry's counters by so much, and say what that makes of its task.
COUNT = f"""
  UPDATE tasks_queueentry q SET handed = q.handed + %(handed)s,
    submitted = q.submitted + %(submitted)s, overlap = q.overlap + %(overlap)s,
    state = CASE
      WHEN q.state = 'withdrawn' THEN 'withdrawn'
      WHEN q.submitted + %(submitted)s > 0
        AND q.submitted + %(submitted)s >= q.overlap + %(overlap)s THEN 'complete'
      WHEN q.overlap + %(overlap)s = 0 THEN 'stuck'
      -- Nobody has it in hand, and nobody is left to whom it could be lent.
      WHEN q.handed + %(handed)s = q.submitted + %(submitted)s AND NOT {SOMEBODY_LEFT} THEN 'stuck'
      ELSE 'open' END
"""  # noqa: S608

# What an answer does to its assignment and to the queue: two parts of the statement that writes it
# as `said`, with its columns as parameters.
SETTLE = f"""
  settled AS (
    UPDATE tasks_assignment a SET state = 'submitted', submitted_at = %(submitted_at)s,
      head_id = said.id, holds_slot = %(counts)s, lease_until = NULL, is_ahead = false,
      apart = CASE WHEN %(counts)s THEN '' ELSE a.apart END
    FROM said WHERE a.id = %(assignment_id)s
  ), counted AS ({COUNT} FROM said WHERE q.task_id = %(task_id)s AND %(counts)s)
"""  # noqa: S608


def settling(own: Own) -> dict[str, Any]:
    """The other parameters of SETTLE."""
    return {
        "counts": own.can_count,
        "handed": 0 if own.assignment.holds_slot else 1,
        "submitted": 1,
        "overlap": 0,
        **ROLE_PARAMETERS,
        "answering": own.member.pk,
    }


def _count(entry: QueueEntry, *, handed: int = 0, overlap: int = 0) -> None:
    moved = {"handed": handed, "submitted": 0, "overlap": overlap}
    with connection.cursor() as cursor:
        cursor.execute(
            f"{COUNT} WHERE q.task_id = %(task)s", {"task": entry.pk, **moved, **ROLE_PARAMETERS}
        )


def keep_lease(*, assignment_id: int, member: Membership) -> bool:
    """Let a lease that is still one's own run in full from now, as the one in hand."""
    kept = fetch_all(
        "UPDATE tasks_assignment SET is_ahead = false,"
        " lease_until = now() + make_interval(mins => %s)"
        " WHERE id = %s AND annotator_id = %s AND state = 'leased' RETURNING id",
        (member.project.lease_minutes, assignment_id, member.pk),
    )
    return bool(kept)


@transaction.atomic
def renew_lease(*, assignment_id: int, user: User) -> Own:
    """Keep the lease running; a lost one is taken up again if its slot is still free.

    Look at the state of what comes back to see whether one has it.
    """
    own = lock_own(assignment_id=assignment_id, user=user)
    state = check_move(own.assignment, "renew")
    if own.is_late:
        return own
    is_new = own.can_count and not own.assignment.holds_slot
    Assignment.objects.filter(pk=assignment_id).update(
        state=state,
        holds_slot=own.can_count,
        apart="" if own.can_count else own.assignment.apart,
        is_ahead=False,
        lease_until=Now() + timedelta(minutes=own.member.project.lease_minutes),
    )
    if is_new:
        _count(own.entry, handed=1)
    own.assignment.refresh_from_db()
    return own


@transaction.atomic
def release_assignment(*, assignment_id: int, user: User) -> Assignment:
    """Give the task back, so that others get it at once."""
    own = lock_own(assignment_id=assignment_id, user=user)
    _end(own, action="release")
    return own.assignment


@transaction.atomic
def skip_assignment(*, assignment_id: int, user: User, reason: str) -> Assignment:
    """Pass over the task, with a reason. What becomes of it is the project's choice."""
    reason = reason.strip()
    if len(reason) > 300 or "\0" in reason:
        raise ValidationError({"reason": "Give a reason of at most 300 characters."})
    own = lock_own(assignment_id=assignment_id, user=user)
    policy = own.member.project.skip_policy
    # It comes back once. Who skips it a second time is not asked again, so skipping has an end.
    own.assignment.comes_back = policy == SkipPolicy.LATER and not own.assignment.comes_back
    own.assignment.skip_reason = reason
    is_dropped = policy == SkipPolicy.DROP and own.can_count and not own.assignment.apart
    _end(own, action="skip", drop=is_dropped)
    return own.assignment


def _end(own: Own, *, action: str, drop: bool = False) -> None:
    mine = own.assignment
    mine.state = check_move(mine, action)
    had_slot, mine.holds_slot = mine.holds_slot, False
    mine.is_ahead, mine.lease_until = False, None
    mine.save(
        update_fields=[
            "state",
            "holds_slot",
            "is_ahead",
            "lease_until",
            "comes_back",
            "skip_reason",
        ]
    )
    _count(own.entry, handed=-1 if had_slot else 0, overlap=-1 if drop else 0)


def expire_leases(*, project: Project | None = None) -> int:
    """Take back every lease that ran out. In chunks, so that nobody waits for the whole."""
    total = 0
    while taken := _expire_some(project):
        total += taken
    return total


@transaction.atomic
def _expire_some(project: Project | None) -> int:
    due = Assignment.objects.filter(state="leased", lease_until__lte=Now())
    if project is not None:
        due = due.filter(task__project=project)
    tasks = list(
        QueueEntry.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .filter(task_id__in=due.values("task_id")[:AT_ONCE])
        .order_by("task_id")
        .values_list("task_id", flat=True)
    )
    # What a person renewed in the meantime is seen now that the queue entries are locked.
    return take_back(task_ids=tasks, which="due") if tasks else 0


def take_back(*, task_ids: list[int], which: Literal["due", "ahead"]) -> int:
    """End leases on tasks whose queue entries are locked; their slots are free again.

    The person may get the task again, so a slot that comes free never leaves a task stuck.
    """
    condition = "lease_until <= now()" if which == "due" else "is_ahead"
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH ended AS ("  # noqa: S608
            " UPDATE tasks_assignment SET state = 'expired', holds_slot = false,"
            "  is_ahead = false, lease_until = NULL"
            f" WHERE task_id = ANY(%s) AND state = 'leased' AND {condition} RETURNING task_id, apart"
            "), freed AS (SELECT task_id, count(*) FILTER (WHERE apart = '') AS slots"
            "  FROM ended GROUP BY task_id)"
            " UPDATE tasks_queueentry q SET handed = q.handed - freed.slots FROM freed"
            " WHERE q.task_id = freed.task_id RETURNING freed.slots",
            (task_ids,),
        )
        return sum(slots for (slots,) in cursor.fetchall())
