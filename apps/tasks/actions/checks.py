"""Mixes tasks with a known answer in among an annotator's own, so that none can be told apart.

A check takes a slot of its task's overlap while there is one, and is then an answer like any other.
Beyond that it is lent without one and stands apart: kept, exported, never counted. So everybody
can be asked every check, and the overlap promise stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.projects.models import Role
from apps.tasks.actions.eligibility import NOT_USED_UP
from apps.tasks.actions.lending import LOCK, lend, lending
from apps.tasks.models import Assignment

if TYPE_CHECKING:
    from apps.projects.models import Membership, Project

# From a random place on so many are looked at, and as many from the beginning: whether there are
# a hundred checks or a hundred thousand, and however many of them one has answered.
AT_ONCE = 100

CHECK = f"""
WITH start AS MATERIALIZED (SELECT random() AS place),
drawn AS MATERIALIZED (
  (SELECT c.task_id, 0 AS turn, c.place FROM start, tasks_checktask c
    WHERE c.project_id = %(project)s AND c.place >= start.place ORDER BY c.place LIMIT {AT_ONCE})
  UNION ALL
  (SELECT c.task_id, 1 AS turn, c.place FROM start, tasks_checktask c
    WHERE c.project_id = %(project)s AND c.place < start.place ORDER BY c.place LIMIT {AT_ONCE})
), next AS MATERIALIZED (
  SELECT q.task_id, q.disputed_at,
    q.handed < q.overlap AND q.state IN ('open', 'stuck') AND NOT %(is_practice)s AS has_room
  FROM drawn JOIN tasks_queueentry q ON q.task_id = drawn.task_id
  WHERE q.pool_id = ANY(%(pools)s) AND q.state <> 'withdrawn'
    AND {NOT_USED_UP.format(annotator="%(me)s")}
  ORDER BY drawn.turn, drawn.place LIMIT 1 {LOCK}
), counted AS (
  UPDATE tasks_queueentry e SET handed = e.handed + 1, state = 'open' FROM next
  WHERE e.task_id = next.task_id AND next.has_room
)
{
    lending(
        source="next",
        holds_slot="next.has_room",
        apart="CASE WHEN next.has_room THEN '' WHEN %(is_practice)s THEN 'practice'"
        " ELSE 'check' END",
    )
}
"""  # noqa: S608


@dataclass(frozen=True)
class Due:
    """What the annotator's terms say of their next task; read with their standing."""

    # Drawn by chance at each request, so that no count tells when one comes.
    is_drawn: bool = False
    # How many of their tasks were begun, as far as the first checks go.
    begun: int = 0
    practice_left: int = 0
    pause_reason: str = ""
    # A calibration session is on in the project.
    is_calibrating: bool = False
    # Drawn as checks are: something that they have answered is to come once more.
    is_repeat: bool = False

    def is_check(self, member: Membership, project: Project) -> bool:
        """Leads and reviewers may look up what is known, so there is nothing to check."""
        if member.role != Role.ANNOTATOR or not project.has_checks:
            return False
        return self.is_drawn or self.begun < project.first_checks


# Their terms, else those of the project. `first` is how many checks everybody begins with;
# `repeat_rate` is that of `apps.tasks.actions.repeats`.
DUE = """
  random() < COALESCE(terms.check_rate, %(check_rate)s) AS is_drawn,
  CASE WHEN %(first)s = 0 THEN 0 ELSE (
    SELECT count(*) FROM (
      SELECT FROM tasks_assignment WHERE annotator_id = %(me)s AND state IN ('leased', 'submitted')
      LIMIT %(first)s) begun) END AS begun,
  COALESCE(terms.practice_left, 0), COALESCE(terms.pause_reason, ''),
  EXISTS (SELECT FROM tasks_calibrationtask WHERE project_id = %(project)s AND is_open),
  random() < %(repeat_rate)s
"""


def take_check(
    *,
    member: Membership,
    pools: list[int],
    at: datetime,
    minutes: int,
    is_ahead: bool,
    is_practice: bool = False,
) -> Assignment | None:
    """One that they have not had; None when there is none left for them."""
    parameters: dict[str, Any] = {
        "me": member.pk,
        "project": member.project_id,
        "pools": pools,
        "at": at,
        "minutes": minutes,
        "is_ahead": is_ahead,
        "is_practice": is_practice,
    }
    return lend(CHECK, parameters, member)
