"""Why there is no task to hand out: never one answer for different things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now, TruncDay

from apps.tasks.actions.eligibility import NOT_USED_UP
from apps.tasks.models import Assignment, AssignmentState

if TYPE_CHECKING:
    from apps.projects.models import Membership, Project


@dataclass(frozen=True)
class NoMore:
    """`value` is what a program goes by, `message` what a person reads.

    done: all tasks are complete. busy: others have what is left, ask again soon. yours_done:
    tasks are open that are for others, or that wait for somebody new.
    """

    value: Literal["done", "busy", "yours_done"]
    message: str
    # Not the work has ended but theirs, until a lead has looked at it.
    is_stopped: bool = False

    @classmethod
    def not_a_member(cls) -> NoMore:
        return cls("yours_done", "You do not annotate in this project any more.")

    @classmethod
    def paused(cls, project: Project) -> NoMore:
        state = project.get_state_display().lower()
        return cls("yours_done", f"This project is {state}. Answers already begun are still taken.")

    @classmethod
    def stopped(cls, reason: str) -> NoMore:
        return cls("yours_done", reason, is_stopped=True)

    @classmethod
    def practised(cls) -> NoMore:
        return cls(
            "yours_done",
            "You have practised on all there is. The lead goes on from here.",
            is_stopped=True,
        )

    @classmethod
    def by_quota(cls, member: Membership) -> NoMore | None:
        """Counts only for those who have a quota, so that nobody else pays for it."""
        today = Q(submitted_at__gte=TruncDay(Now()))
        if _is_reached(member, member.daily_quota, today):
            return cls("yours_done", f"You have done your {member.daily_quota} for today.")
        if _is_reached(member, member.total_quota, Q(submitted_at__isnull=False)):
            return cls("yours_done", f"You have done all of your {member.total_quota} tasks.")
        return None


def _is_reached(member: Membership, quota: int | None, submitted: Q) -> bool:
    """What is in hand counts as well: it is going to be submitted."""
    if quota is None:
        return False
    mine = Assignment.objects.filter(annotator=member)
    held = mine.filter(state=AssignmentState.LEASED).count()
    done = mine.filter(submitted, state=AssignmentState.SUBMITTED)[:quota].count()
    return held + done >= quota


MESSAGES: dict[str, NoMore] = {
    "done": NoMore("done", "All tasks of this project are done. Thank you!"),
    "busy": NoMore("busy", "Others have the last open tasks in hand. One may come back to you."),
    "yours_done": NoMore(
        "yours_done", "You have done all that is for you. The rest is for others."
    ),
}

# Something for me is with room (and was only locked a moment ago), or lent to somebody who may
# give it back. Looked for among the live leases, which are few, and not among all open tasks.
IS_BUSY = f"""
  EXISTS (
    SELECT FROM tasks_queueentry q WHERE q.pool_id = ANY(%(pools)s)
      AND q.state = 'open' AND q.handed < q.overlap AND {NOT_USED_UP.format(annotator="%(me)s")}
  ) OR EXISTS (
    SELECT FROM tasks_assignment a JOIN tasks_queueentry q ON q.task_id = a.task_id
    WHERE a.state = 'leased' AND a.apart = '' AND a.annotator_id <> %(me)s AND q.pool_id = ANY(%(pools)s)
      AND q.state = 'open' AND {NOT_USED_UP.format(annotator="%(me)s")}
  )
"""  # noqa: S608


def why_no_more(*, annotator_id: int, project_id: int, pool_ids: list[int]) -> NoMore:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT CASE WHEN {IS_BUSY} THEN 'busy'"  # noqa: S608
            " WHEN EXISTS (SELECT FROM tasks_queueentry"
            "  WHERE project_id = %(project)s AND state IN ('open', 'stuck')) THEN 'yours_done'"
            " ELSE 'done' END",
            {"me": annotator_id, "project": project_id, "pools": pool_ids},
        )
        (value,) = cursor.fetchone() or ("done",)
    return MESSAGES[value]
