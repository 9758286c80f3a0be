"""Who can still answer a task, said in SQL for the statements that hand out and settle."""

from __future__ import annotations

from typing import Any

from django.db import connection

from apps.projects.models import Role
from apps.projects.permissions import ROLES, May

# A task is used up for an annotator once they hold, answered or skipped it; what was given back
# or ran out may be lent to them again, and so may what they put off. Written as a scalar subquery
# and not as NOT EXISTS: the planner would turn that into an anti-join, which reads all that the
# annotator ever answered; this is one look into the unique index for each candidate.
NOT_USED_UP = """
  COALESCE((
    SELECT false FROM tasks_assignment own
    WHERE own.task_id = q.task_id AND own.annotator_id = {annotator}
      AND (own.state IN ('leased', 'submitted') OR own.state = 'skipped' AND NOT own.comes_back)
    LIMIT 1
  ), true)
"""

# Leads and reviewers may annotate; they are counted on only once they have begun to. Who is just
# answering has used the task up, which the statement that writes the answer cannot see yet.
SOMEBODY_LEFT = f"""
  EXISTS (
    SELECT FROM tasks_pool pool JOIN projects_membership m ON m.project_id = pool.project_id
    WHERE pool.id = q.pool_id AND m.is_active AND m.user_id IS NOT NULL
      AND m.role = ANY(%(roles)s::text[])
      AND m.id IS DISTINCT FROM %(answering)s::bigint
      AND (m.role = %(annotator_role)s OR EXISTS (
        SELECT FROM tasks_place WHERE annotator_id = m.id AND pool_id = q.pool_id))
      AND (pool.people = '{{}}' OR m.id = ANY(pool.people))
      AND (pool.requires = '{{}}' OR pool.requires::text[] <@ (
        ARRAY(SELECT 'language:' || x FROM unnest(m.languages) x)
        || ARRAY(SELECT 'skill:' || x FROM unnest(m.skills) x)
        || ARRAY(SELECT 'group:' || x FROM unnest(m.groups) x)))
      AND {NOT_USED_UP.format(annotator="m.id")}
  )
"""  # noqa: S608

ROLE_PARAMETERS: dict[str, Any] = {
    "roles": sorted(str(role) for role in ROLES[May.ANNOTATE]),
    "annotator_role": str(Role.ANNOTATOR),
    "answering": None,
}

# Looked at in one go, so that asking for work stays quick however long the queue is.
AT_ONCE = 1_000


def mark_stuck(*, pool_ids: list[int]) -> int:
    """Show the tasks in these pools that wait for somebody who does not exist."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH waiting AS MATERIALIZED ("  # noqa: S608
            " SELECT q.task_id, q.pool_id FROM tasks_queueentry q"
            " WHERE q.pool_id = ANY(%(pools)s) AND q.state = 'open' AND q.handed < q.overlap"
            "  AND q.handed = q.submitted"
            " ORDER BY q.pool_id, q.priority DESC, q.task_id LIMIT %(at_once)s"
            "), stuck AS MATERIALIZED ("
            " SELECT l.task_id FROM tasks_queueentry l"
            f" WHERE l.task_id IN (SELECT q.task_id FROM waiting q WHERE NOT {SOMEBODY_LEFT})"
            " AND l.state = 'open' AND l.handed < l.overlap AND l.handed = l.submitted"
            " ORDER BY l.task_id FOR NO KEY UPDATE SKIP LOCKED"
            ") UPDATE tasks_queueentry q SET state = 'stuck' FROM stuck"
            " WHERE q.task_id = stuck.task_id",
            {"pools": pool_ids, "at_once": AT_ONCE, **ROLE_PARAMETERS},
        )
        return int(cursor.rowcount)


def reopen_stuck(*, pool_ids: list[int], annotator_id: int) -> int:
    """Put back what this annotator, who may be new, can still answer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH mine AS MATERIALIZED ("  # noqa: S608
            " SELECT q.task_id FROM tasks_queueentry q"
            " WHERE q.project_id = (SELECT project_id FROM projects_membership WHERE id = %(me)s)"
            " AND q.state = 'stuck' AND q.handed < q.overlap AND q.pool_id = ANY(%(pools)s)"
            f" AND {NOT_USED_UP.format(annotator='%(me)s')}"
            " ORDER BY q.task_id LIMIT %(at_once)s FOR NO KEY UPDATE SKIP LOCKED"
            ") UPDATE tasks_queueentry q SET state = 'open' FROM mine"
            " WHERE q.task_id = mine.task_id",
            {"me": annotator_id, "pools": pool_ids, "at_once": AT_ONCE},
        )
        return int(cursor.rowcount)
