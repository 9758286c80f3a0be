"""Gives an annotator the next task: exactly, in order, and at the same cost after 20,000 answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, transaction

from apps.core.statements import fetch_all, fetch_first
from apps.projects.models import ProjectState, Role
from apps.projects.permissions import ROLES, May
from apps.tasks.actions import leases
from apps.tasks.actions.calibrating import take_calibration
from apps.tasks.actions.checks import DUE, Due, take_check
from apps.tasks.actions.eligibility import NOT_USED_UP, mark_stuck, reopen_stuck
from apps.tasks.actions.lending import LOCK, lend, lending
from apps.tasks.actions.nomore import NoMore, why_no_more
from apps.tasks.actions.offers import HAS_OFFERS, take_offer
from apps.tasks.actions.repeats import rate_of, take_repeat
from apps.tasks.models import Assignment, AssignmentState

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.projects.models import Membership, Project

# A task fetched before it is needed is lent for a short time, and taken back first.
AHEAD_MINUTES = 5

WITH_ROOM = "q.pool_id = %(pool)s AND q.state = 'open' AND q.handed < q.overlap"


class Place(NamedTuple):
    """Where the hand-out in a pool goes on: behind this entry. A hint, see `_from_head`."""

    priority: float
    task_id: int


@dataclass(frozen=True)
class Asked:
    """One request for work, with its annotator locked and its pools read."""

    annotator: Membership
    project: Project
    at: datetime
    is_ahead: bool
    pools: dict[int, Place | None]
    due: Due
    # A ranking wants some tasks from this person in particular.
    has_offers: bool

    @property
    def minutes(self) -> int:
        return AHEAD_MINUTES if self.is_ahead else self.project.lease_minutes

    @property
    def pool_ids(self) -> list[int]:
        return list(self.pools)


@transaction.atomic
def hand_out(
    *, annotator: Membership, project: Project, at: datetime, after: int | None = None
) -> Assignment | NoMore:
    """The annotator's own lease if they have one, else the next task for them, else why there is none.

    With `after`, the lease they have in hand, it is about the one behind that: at most two at once.
    """
    user = annotator.user
    member = leases.lock_member(user=user, annotator_id=annotator.pk) if user else None
    if user is None or member is None or not _may_annotate(member, project):
        return NoMore.not_a_member()
    project = member.project  # As it is now, not as the caller read it.
    if project.state != ProjectState.ACTIVE:
        return NoMore.paused(project)
    in_hand = _take_in_hand(user, member, after)
    held, pools, has_offers, due = _standing(member, project, in_hand)
    if due.pause_reason:
        return NoMore.stopped(due.pause_reason)
    if held:
        return _held(member, held, in_hand)
    if no_more := NoMore.by_quota(member):
        return no_more
    asked = Asked(member, project, at, in_hand is not None, pools, due, has_offers)
    if due.practice_left:
        return _practice(asked) or NoMore.practised()
    return (
        _from_calibration(asked)
        or _from_checks(asked)
        or _from_repeats(asked)
        or _from_offers(asked)
        or _from_place(asked)
        or _from_head(asked)
        or _from_others(asked)
        or _say_why(asked)
    )


def _may_annotate(member: Membership, project: Project) -> bool:
    return member.project_id == project.pk and member.role in ROLES[May.ANNOTATE]


def _take_in_hand(user: User, member: Membership, after: int | None) -> int | None:
    """The lease the annotator has before them. Fetched ahead or not, it runs in full from now."""
    if after is None:
        return None
    if leases.keep_lease(assignment_id=after, member=member):
        return after
    lost = Assignment.objects.filter(pk=after, annotator=member, state=AssignmentState.EXPIRED)
    if not lost.exists():
        return None
    own = leases.renew_lease(assignment_id=after, user=user)
    return after if own.assignment.state == AssignmentState.LEASED else None


# Beside the lease in hand, what the annotator holds already; the pools whose every requirement
# they meet, with their place in each; whether anything is offered to them; on what terms they work.
STANDING = f"""
SELECT held.id, pool.id, place.priority, place.task_id, {HAS_OFFERS}, {DUE}
FROM (
  SELECT (
    SELECT id FROM tasks_assignment WHERE annotator_id = %(me)s AND state = 'leased'
      AND id IS DISTINCT FROM %(in_hand)s::bigint ORDER BY is_ahead, leased_at, id LIMIT 1
  ) AS id
) held
LEFT JOIN tasks_pool pool ON pool.project_id = %(project)s
  AND pool.requires::text[] <@ %(tags)s::text[]
  AND (pool.people = '{{}}' OR %(me)s = ANY(pool.people))
LEFT JOIN projects_terms terms ON terms.annotator_id = %(me)s
LEFT JOIN tasks_place place ON place.pool_id = pool.id AND place.annotator_id = %(me)s
  AND place.generation = %(generation)s
ORDER BY pool.id
"""  # noqa: S608


def _standing(
    member: Membership, project: Project, in_hand: int | None
) -> tuple[int | None, dict[int, Place | None], bool, Due]:
    """The lease that the annotator holds beside the one in hand, their pools, whether anything is
    offered to them, what is due."""
    rows = fetch_all(
        STANDING,
        {
            "me": member.pk,
            "in_hand": in_hand,
            "project": project.pk,
            "generation": project.queue_generation,
            "tags": member.tags,
            "check_rate": project.check_rate,
            "first": project.first_checks,
            "repeat_rate": rate_of(project.repeat_share),
        },
    )
    pools = {
        pool: None if task is None else Place(priority, task)
        for _, pool, priority, task, *_ in rows
        if pool is not None
    }
    return rows[0][0], pools, rows[0][4], Due(*rows[0][5:])


def _held(member: Membership, held: int, in_hand: int | None) -> Assignment:
    """The lease that they have. Without one in hand it runs anew."""
    if in_hand is None:
        leases.keep_lease(assignment_id=held, member=member)
    mine: Assignment = Assignment.objects.get(pk=held)
    mine.annotator = member
    return mine


def _from_calibration(asked: Asked) -> Assignment | None:
    """What everybody answers comes before all else."""
    if not asked.due.is_calibrating:
        return None
    return take_calibration(
        member=asked.annotator,
        pools=asked.pool_ids,
        at=asked.at,
        minutes=asked.minutes,
        is_ahead=asked.is_ahead,
    )


def _from_checks(asked: Asked) -> Assignment | None:
    """Now and then a task whose answer is known, out of turn; nothing tells it from the others."""
    return _check(asked) if asked.due.is_check(asked.annotator, asked.project) else None


def _from_repeats(asked: Asked) -> Assignment | None:
    """Now and then a task that they have answered before, as long as there is something new too:
    behind "all done" a task would tell what it is.
    """
    if not asked.due.is_repeat or asked.annotator.role != Role.ANNOTATOR or not _has_new(asked):
        return None
    return take_repeat(
        member=asked.annotator,
        project=asked.project,
        pools=asked.pool_ids,
        at=asked.at,
        minutes=asked.minutes,
        is_ahead=asked.is_ahead,
    )


def _has_new(asked: Asked) -> bool:
    return any(
        fetch_first(_find(place, lock=""), _parameters(asked, pool_id, place))
        for pool_id, place in asked.pools.items()
    )


def _practice(asked: Asked) -> Assignment | None:
    return _check(asked, is_practice=True)


def _check(asked: Asked, *, is_practice: bool = False) -> Assignment | None:
    return take_check(
        member=asked.annotator,
        pools=asked.pool_ids,
        at=asked.at,
        minutes=asked.minutes,
        is_ahead=asked.is_ahead,
        is_practice=is_practice,
    )


def _from_offers(asked: Asked) -> Assignment | None:
    """What this person is expected to tell most about. Nobody else pays for the look."""
    return take_offer(asked) if asked.has_offers else None


def _from_place(asked: Asked) -> Assignment | None:
    """The common case: the next entry behind the annotator's place, however much lies before it."""
    return _take_first(asked, asked.pools)


def _from_head(asked: Asked) -> Assignment | None:
    """Tasks reopen behind one's place, so "no more" is never said without a look at all."""
    if not any(asked.pools.values()):
        return None  # It was the head already.
    return _take_first(asked, dict.fromkeys(asked.pools))


def _from_others(asked: Asked) -> Assignment | None:
    """What others let run out, what they hold ahead of need, and what waited for somebody new."""
    heads: dict[int, Place | None] = dict.fromkeys(asked.pools)
    for free in (_free_expired, _free_stuck, _free_ahead):
        if free(asked) and (lent := _take_first(asked, heads)):
            return lent
    return None


def _free_expired(asked: Asked) -> int:
    return leases.expire_leases(project=asked.project)


def _free_stuck(asked: Asked) -> int:
    return reopen_stuck(pool_ids=asked.pool_ids, annotator_id=asked.annotator.pk)


def _free_ahead(asked: Asked) -> int:
    """One task that somebody fetched ahead; never to fetch it ahead oneself."""
    if asked.is_ahead:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT q.task_id FROM tasks_assignment a"  # noqa: S608
            " JOIN tasks_queueentry q ON q.task_id = a.task_id"
            " WHERE a.state = 'leased' AND a.is_ahead AND a.apart = '' AND a.annotator_id <> %(me)s"
            "  AND q.pool_id = ANY(%(pools)s) AND q.state = 'open'"
            f"  AND {NOT_USED_UP.format(annotator='%(me)s')}"
            f" ORDER BY a.leased_at, a.id LIMIT 1 {LOCK}",
            {"me": asked.annotator.pk, "pools": asked.pool_ids},
        )
        found = cursor.fetchone()
    return leases.take_back(task_ids=[found[0]], which="ahead") if found else 0


def _take_first(asked: Asked, pools: dict[int, Place | None]) -> Assignment | None:
    for pool_id in _in_order(asked, pools):
        if lent := _take(asked, pool_id, pools[pool_id]):
            return lent
    return None


def _in_order(asked: Asked, pools: dict[int, Place | None]) -> list[int]:
    """The pools by the entry that each would give, best first, so that one order holds across them.

    Nearly always there is one pool.
    """
    if len(pools) < 2:
        return list(pools)
    heads = []
    for pool_id, place in pools.items():
        if found := fetch_first(_find(place, lock=""), _parameters(asked, pool_id, place)):
            heads.append((-found[1], found[0], pool_id))
    return [pool_id for _, _, pool_id in sorted(heads)]


def _find(place: Place | None, *, lock: str) -> str:
    """SQL for the first entry with room that the annotator has not used up.

    Behind a place it asks twice, for the rest of the same priority and for lower ones: each is one
    range of the index. A single `priority <= …` would begin before the place and walk to it.
    """

    def first(more: str) -> str:
        return (
            "SELECT q.task_id, q.priority, q.disputed_at FROM tasks_queueentry q"  # noqa: S608
            f" WHERE {WITH_ROOM} {more} AND {NOT_USED_UP.format(annotator='%(me)s')}"
            f" ORDER BY q.priority DESC, q.task_id LIMIT 1 {lock}"
        )

    if place is None:
        return first("")
    same = first("AND q.priority = %(priority)s AND q.task_id > %(task)s")
    lower = first("AND q.priority < %(priority)s")
    return f"SELECT * FROM ({same}) s UNION ALL SELECT * FROM ({lower}) l LIMIT 1"  # noqa: S608


def _parameters(asked: Asked, pool_id: int, place: Place | None) -> dict[str, Any]:
    return {
        "me": asked.annotator.pk,
        "pool": pool_id,
        "generation": asked.project.queue_generation,
        "is_ahead": asked.is_ahead,
        "minutes": asked.minutes,
        "at": asked.at,
        **(place._asdict() if place else {}),
        "task": place.task_id if place else None,
    }


def _take(asked: Asked, pool_id: int, place: Place | None) -> Assignment | None:
    """Find, lock, count up, lend and move the place: one statement, one way to the database."""
    sql = (
        f"WITH next AS MATERIALIZED ({_find(place, lock=LOCK)}),"  # noqa: S608
        " counted AS ("
        "  UPDATE tasks_queueentry e SET handed = e.handed + 1 FROM next"
        "  WHERE e.task_id = next.task_id RETURNING e.task_id"
        " ), placed AS ("
        "  INSERT INTO tasks_place (annotator_id, pool_id, generation, priority, task_id)"
        "  SELECT %(me)s, %(pool)s, %(generation)s, next.priority, next.task_id FROM next"
        "  ON CONFLICT (annotator_id, pool_id) DO UPDATE SET generation = excluded.generation,"
        "  priority = excluded.priority, task_id = excluded.task_id"
        " )" + lending(source="next JOIN counted USING (task_id)")
    )
    return lend(sql, _parameters(asked, pool_id, place), asked.annotator)


def _say_why(asked: Asked) -> NoMore:
    mark_stuck(pool_ids=asked.pool_ids)
    return why_no_more(
        annotator_id=asked.annotator.pk, project_id=asked.project.pk, pool_ids=asked.pool_ids
    )
