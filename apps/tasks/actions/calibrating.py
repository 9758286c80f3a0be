"""Lets every annotator answer the same few tasks, before all others.

Such a lease takes no slot and its answer stands apart: kept, exported, never counted. So the
overlap promise stays, and the headline agreement is that of ordinary work.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction

from apps.projects.models import Role
from apps.tasks.actions.lending import LOCK, lend, lending
from apps.tasks.models import Apart, Assignment, AssignmentState, CalibrationTask

if TYPE_CHECKING:
    from apps.projects.models import Membership, Project

# What they put off comes behind what they have not seen. A round of one's own: who answered the
# task before answers it once more.
NEXT = f"""
WITH due AS MATERIALIZED (
  SELECT c.task_id, c.round, c.place, own.state = 'skipped' AS is_put_off
  FROM tasks_calibrationtask c
  LEFT JOIN tasks_assignment own
    ON own.task_id = c.task_id AND own.annotator_id = %(me)s AND own.round = c.round
  WHERE c.project_id = %(project)s AND c.is_open
    AND (own.id IS NULL OR own.state IN ('returned', 'expired')
      OR own.state = 'skipped' AND own.comes_back)
    -- Not what they have in hand just now as their ordinary work.
    AND NOT EXISTS (SELECT FROM tasks_assignment held WHERE held.task_id = c.task_id
      AND held.annotator_id = %(me)s AND held.state = 'leased')
), next AS MATERIALIZED (
  SELECT q.task_id, due.round, NULL::timestamptz AS disputed_at
  FROM due JOIN tasks_queueentry q ON q.task_id = due.task_id
  WHERE q.pool_id = ANY(%(pools)s) AND q.state <> 'withdrawn'
  ORDER BY due.is_put_off IS TRUE, due.place LIMIT 1 {LOCK}
)
{
    lending(
        source="next",
        holds_slot="false",
        apart=f"'{Apart.CALIBRATION.value}'",
        repeat="next.round",
    )
}
"""  # noqa: S608


def take_calibration(
    *, member: Membership, pools: list[int], at: datetime, minutes: int, is_ahead: bool
) -> Assignment | None:
    """The next that they have not answered. Leads and reviewers see what others say, so none."""
    if member.role != Role.ANNOTATOR:
        return None
    parameters = {
        "me": member.pk,
        "project": member.project_id,
        "pools": pools,
        "at": at,
        "minutes": minutes,
        "is_ahead": is_ahead,
    }
    return lend(NEXT, parameters, member)


def calibrated(assignment: Assignment) -> dict[str, int] | None:
    """Of an assignment that is part of a session: which task of it this is, and of how many.

    None for all others, without a query. Not how many are done: the next task is fetched while the
    one before it is open.
    """
    if assignment.apart != Apart.CALIBRATION:
        return None
    session = CalibrationTask.objects.filter(
        project__memberships=assignment.annotator_id, round=assignment.round
    )
    places = dict(session.values_list("task_id", "place"))
    return {"tasks": len(places), "place": places.get(assignment.task_id, 0) + 1}


@transaction.atomic
def begin_round(*, project: Project, number: int, task_ids: Sequence[int]) -> None:
    CalibrationTask.objects.bulk_create(
        CalibrationTask(project=project, task_id=task_id, round=number, place=place)
        for place, task_id in enumerate(task_ids)
    )


@transaction.atomic
def end_round(*, project: Project, number: int) -> None:
    """Nobody is lent one any more, and what is answered from now on is not independent."""
    CalibrationTask.objects.filter(project=project, round=number).update(is_open=False)
    with connection.cursor() as cursor:
        # In the order of all who lock: first the entries of the queue, then the assignments.
        cursor.execute(
            "SELECT 1 FROM tasks_queueentry WHERE task_id IN (SELECT task_id"
            " FROM tasks_calibrationtask WHERE project_id = %s AND round = %s)"
            " ORDER BY task_id FOR NO KEY UPDATE",
            (project.pk, number),
        )
    mine = Assignment.objects.filter(task__project=project, round=number)
    mine.update(has_feedback=True)
    mine.filter(state=AssignmentState.LEASED).update(
        state=AssignmentState.RETURNED, is_ahead=False, lease_until=None
    )
