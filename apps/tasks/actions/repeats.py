"""Lends an annotator a task that they have answered before, mixed in among their own, so that their
answers can be held against themselves.

Such a lease takes no slot and its answer stands apart: kept, exported, never counted. It has a
round of its own, so nothing of the earlier answer comes with it, neither draft nor answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from apps.tasks.actions.lending import LOCK, lend, lending
from apps.tasks.models import FIRST_REPEAT, Apart, Assignment

if TYPE_CHECKING:
    from apps.projects.models import Membership, Project

# From a moment of their work on, drawn by lot, so many answers are looked at, and as many before
# it: however much they have answered.
AT_ONCE = 50

MINE = "FROM tasks_assignment WHERE annotator_id = %(me)s AND state = 'submitted'"

# `bound`: what was answered after it is too near. There is none while a repeat is in hand or among
# the newest answers, so they never come close together, however often one asks. `again`: how often
# the task has come back already. What others said about the first answer, or about the task in a
# session of calibration, would be repeated with it.
NEXT = f"""
WITH bound AS MATERIALIZED (
  SELECT least(far.submitted_at, %(before)s::timestamptz) AS at
  FROM (SELECT submitted_at {MINE} ORDER BY submitted_at DESC OFFSET %(answers)s LIMIT 1) far
  WHERE NOT EXISTS (
      SELECT FROM (SELECT apart {MINE} ORDER BY submitted_at DESC LIMIT %(gap)s) lately
      WHERE lately.apart = '{Apart.REPEAT.value}')
    AND NOT EXISTS (
      SELECT FROM tasks_assignment WHERE annotator_id = %(me)s AND state = 'leased'
        AND apart = '{Apart.REPEAT.value}')
), start AS MATERIALIZED (
  SELECT first.submitted_at + random() * (bound.at - first.submitted_at) AS at
  FROM bound, (SELECT submitted_at {MINE} ORDER BY submitted_at LIMIT 1) first
), drawn AS MATERIALIZED (
  (SELECT task_id, round, apart, has_feedback {MINE}
      AND submitted_at >= (SELECT at FROM start) AND submitted_at <= (SELECT at FROM bound)
    ORDER BY submitted_at LIMIT {AT_ONCE})
  UNION ALL
  (SELECT task_id, round, apart, has_feedback {MINE}
      AND submitted_at < (SELECT at FROM start) AND submitted_at <= (SELECT at FROM bound)
    ORDER BY submitted_at DESC LIMIT {AT_ONCE})
), next AS MATERIALIZED (
  SELECT q.task_id, {FIRST_REPEAT} + again.number AS round, NULL::timestamptz AS disputed_at
  FROM drawn JOIN tasks_queueentry q ON q.task_id = drawn.task_id
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE r.state IN ('leased', 'submitted', 'skipped')) AS number,
      max(r.submitted_at) AS at
    FROM tasks_assignment r WHERE r.task_id = q.task_id AND r.annotator_id = %(me)s
      AND r.round >= {FIRST_REPEAT}
  ) again
  WHERE drawn.round = 0 AND drawn.apart = '' AND NOT drawn.has_feedback
    AND q.pool_id = ANY(%(pools)s) AND q.state <> 'withdrawn'
    AND again.number < %(most)s AND coalesce(again.at <= (SELECT at FROM bound), true)
    AND NOT EXISTS (SELECT FROM tasks_calibrationtask c WHERE c.task_id = q.task_id)
  ORDER BY random() LIMIT 1 {LOCK}
)
{
    lending(
        source="next",
        holds_slot="false",
        apart=f"'{Apart.REPEAT.value}'",
        repeat="next.round",
    )
}
"""  # noqa: S608


def gap_of(share: float) -> int:
    """How many other answers lie between two repeats at least: half of what lies there on average.

    >>> gap_of(0.1), gap_of(0.03)
    (5, 16)
    """
    return int(1 / (2 * share)) if share else 0


def rate_of(share: float) -> float:
    """The chance that a request draws a repeat, once enough other answers lie behind the last: so
    that of all answers such a share are repeats.

    >>> rate_of(0.0), rate_of(0.1), round(rate_of(0.03), 4)
    (0.0, 0.2, 0.0577)
    """
    return 1 / (1 / share - gap_of(share)) if share else 0.0


def take_repeat(
    *,
    member: Membership,
    project: Project,
    pools: list[int],
    at: datetime,
    minutes: int,
    is_ahead: bool,
) -> Assignment | None:
    """None when nothing that they answered is far enough behind them."""
    parameters: dict[str, Any] = {
        "me": member.pk,
        "pools": pools,
        "gap": gap_of(project.repeat_share),
        "answers": project.repeat_answers,
        "before": at - timedelta(hours=project.repeat_hours),
        "most": project.repeat_most,
        "at": at,
        "minutes": minutes,
        "is_ahead": is_ahead,
    }
    return lend(NEXT, parameters, member)
