"""The end of every statement that lends a task: the lease is written, and comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apps.core.statements import fetch_first
from apps.tasks.actions import leases
from apps.tasks.models import Assignment

if TYPE_CHECKING:
    from apps.projects.models import Membership

# Two people never get the last slot: the entry is locked before it is counted up, and what another
# is just being given is passed over without waiting. Tests take this away to see the race.
LOCK = "FOR NO KEY UPDATE OF q SKIP LOCKED"


def lending(*, source: str, holds_slot: str = "true", apart: str = "''", repeat: str = "0") -> str:
    """SQL that lends the one task of `next`, which has `task_id` and `disputed_at`."""
    return (
        " INSERT INTO tasks_assignment AS a (task_id, annotator_id, round, state, leased_at,"  # noqa: S608
        "  lease_until, is_ahead, holds_slot, is_disputed, apart, skip_reason, comes_back)"
        f" SELECT next.task_id, %(me)s, {repeat}, 'leased', %(at)s,"
        "  now() + make_interval(mins => %(minutes)s), %(is_ahead)s,"
        f"  {holds_slot}, next.disputed_at IS NOT NULL, {apart}, '', false FROM {source}"
        # It was lent to the same person before, and given back, put off or lost.
        " ON CONFLICT (task_id, annotator_id, round) DO UPDATE SET state = excluded.state,"
        "  leased_at = excluded.leased_at, lease_until = excluded.lease_until,"
        "  is_ahead = excluded.is_ahead, holds_slot = excluded.holds_slot,"
        "  is_disputed = excluded.is_disputed, apart = excluded.apart"
        f" RETURNING {leases.columns('a', leases.ASSIGNMENT)}"
    )


def lend(sql: str, parameters: dict[str, Any], annotator: Membership) -> Assignment | None:
    row = fetch_first(sql, parameters)
    if row is None:
        return None
    lent: Assignment = Assignment.from_db("default", leases.ASSIGNMENT, row)
    lent.annotator = annotator
    return lent
