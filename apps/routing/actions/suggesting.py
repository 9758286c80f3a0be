"""Puts a model's proposals beside tasks that nobody has begun."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from apps.core.json import dumps
from apps.projects.models import Project

SOURCE = "model"
AT_ONCE = 500

# What a feed drew by lot is answered without anybody's suggestion: people's answers to it say how good
# the model in use is. This is the one place where models' suggestions are written.
BY_LOT = """EXISTS (
  SELECT FROM routing_prediction p WHERE p.task_id = q.task_id AND p.chosen_by = 'lot')"""
# A task that is or was in somebody's hands keeps the proposal with which they began. The hand-out
# takes no task whose row is locked here, and this skips those that it has locked.
PUT = f"""
WITH free AS MATERIALIZED (
  SELECT q.task_id, i.answers, i.score FROM tasks_queueentry q
    JOIN unnest(%s::bigint[], %s::jsonb[], %s::float8[]) AS i (task_id, answers, score)
      USING (task_id)
   WHERE q.project_id = %s AND q.handed = 0 AND NOT {BY_LOT}
     AND NOT EXISTS (SELECT FROM tasks_assignment x WHERE x.task_id = q.task_id)
   ORDER BY q.task_id FOR NO KEY UPDATE OF q SKIP LOCKED
)
INSERT INTO annotations_suggestion (task_id, answers, source, score)
SELECT task_id, answers, %s, score FROM free
ON CONFLICT (task_id, source) DO UPDATE SET answers = excluded.answers, score = excluded.score
"""  # noqa: S608
# What a model proposed before, of tasks that it proposes nothing of now.
FORGET = f"""
WITH free AS MATERIALIZED (
  SELECT q.task_id FROM tasks_queueentry q
    JOIN annotations_suggestion s ON s.task_id = q.task_id AND s.source = %s
   WHERE q.project_id = %s AND q.handed = 0
     AND (q.task_id <> ALL(%s::bigint[]) OR {BY_LOT})
     AND NOT EXISTS (SELECT FROM tasks_assignment x WHERE x.task_id = q.task_id)
   ORDER BY q.task_id FOR NO KEY UPDATE OF q SKIP LOCKED
)
DELETE FROM annotations_suggestion s USING free WHERE s.task_id = free.task_id AND s.source = %s
"""  # noqa: S608

Proposed = Mapping[int, tuple[Mapping[str, Any], float | None]]
"""By task the answers and how probable they are, where that is known."""


def put_suggestions(*, project: Project, proposed: Proposed) -> int:
    """Of how many tasks; of others what it proposed is taken back."""
    put = add_suggestions(project=project, proposed=proposed)
    take_back(project=project, source=SOURCE, kept=proposed)
    return put


def add_suggestions(*, project: Project, proposed: Proposed, source: str = SOURCE) -> int:
    """Of how many tasks. In short transactions; what somebody has in hand is left alone."""
    ids = sorted(proposed)
    return sum(
        _put(project, ids[start : start + AT_ONCE], proposed, source)
        for start in range(0, len(ids), AT_ONCE)
    )


@transaction.atomic
def _put(project: Project, ids: Sequence[int], proposed: Proposed, source: str) -> int:
    answers = [dumps(proposed[pk][0]).decode() for pk in ids]
    scores = [proposed[pk][1] for pk in ids]
    with connection.cursor() as cursor:
        cursor.execute(PUT, (list(ids), answers, scores, project.pk, source))
        return int(cursor.rowcount)


@transaction.atomic
def take_back(*, project: Project, source: str, kept: Collection[int] = ()) -> int:
    """What a source proposed of tasks that nobody has begun, but for some; returns of how many."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, (source, project.pk, list(kept), source))
        return int(cursor.rowcount)
