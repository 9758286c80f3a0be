"""Takes predictions and outcomes in, whole calls or nothing, and lets go of them when they are old."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from apps.core.faults import PlacedInput
from apps.core.json import dumps
from apps.projects.models import Project
from apps.routing.actions.feed_reading import (
    OutcomeReader,
    OutcomeRow,
    PredictionReader,
    PredictionRow,
)
from apps.routing.models import FeedPlan
from apps.routing.models.feed import DRAWS

# Rows are removed so many at a time, each in a transaction of its own.
AT_ONCE = 10_000

# In the order of the keys: two calls with the same keys wait for each other, and never in a ring. Of
# several outcomes of one key the last in the call is the newest.
PUT_PREDICTIONS = """
INSERT INTO routing_prediction
  (project_id, key, body_hash, model, predicted_at, data, task_id, answers, probability, draw)
SELECT %(project)s, key, body_hash, model, coalesce(at, now()), data, task_id, answers, probability, draw
  FROM unnest(%(keys)s::text[], %(hashes)s::bytea[], %(models)s::text[], %(ats)s::timestamptz[],
              %(data)s::jsonb[], %(tasks)s::bigint[], %(answers)s::jsonb[],
              %(probabilities)s::float8[], %(draws)s::int[])
    AS t (key, body_hash, model, at, data, task_id, answers, probability, draw)
 ORDER BY key
ON CONFLICT (project_id, key) DO NOTHING
"""
PUT_OUTCOMES = """
INSERT INTO routing_outcome (project_id, key, question_id, value, known_at, source, body_hash)
SELECT %(project)s, key, question_id, value, coalesce(at, now()), source, body_hash
  FROM unnest(%(keys)s::text[], %(questions)s::bigint[], %(values)s::jsonb[],
              %(ats)s::timestamptz[], %(sources)s::text[], %(hashes)s::bytea[])
       WITH ORDINALITY AS t (key, question_id, value, at, source, body_hash, place)
 ORDER BY key, question_id, place
ON CONFLICT (project_id, key, question_id, known_at, body_hash) DO NOTHING
"""
THERE = "SELECT key, body_hash FROM routing_prediction WHERE project_id = %s AND key = ANY(%s)"
OLD_PREDICTIONS = """
DELETE FROM routing_prediction WHERE id = ANY(ARRAY(
  SELECT id FROM routing_prediction WHERE project_id = %s AND received_at < %s
   ORDER BY received_at LIMIT %s FOR UPDATE SKIP LOCKED))
"""
OLD_OUTCOMES = """
DELETE FROM routing_outcome WHERE id = ANY(ARRAY(
  SELECT o.id FROM routing_outcome o WHERE o.project_id = %s AND o.received_at < %s
     AND NOT EXISTS (SELECT FROM routing_prediction p
                      WHERE p.project_id = o.project_id AND p.key = o.key)
   ORDER BY o.received_at LIMIT %s FOR UPDATE SKIP LOCKED))
"""


class OtherBody(PlacedInput):
    """A key that has been sent before with another body: by the place of its row."""

    code = "key_reused"


class Taken(NamedTuple):
    """How many rows came, and how many of them were new; of outcomes, how many have no prediction
    yet."""

    received: int
    new: int
    waiting: int = 0


@transaction.atomic
def keep_predictions(*, project: Project, rows: Any) -> Taken:
    """All of a call or nothing. BadFeed says what is wrong, OtherBody which keys came before with
    something else."""
    read = PredictionReader(project).read(rows)
    by_key = _one_body_each(read)
    FeedPlan.objects.get_or_create(project=project)
    with connection.cursor() as cursor:
        cursor.execute(PUT_PREDICTIONS, _columns(project, list(by_key.values())))
        new = cursor.rowcount
        if new < len(by_key):
            cursor.execute(THERE, (project.pk, list(by_key)))
            _check_same(read, {key: bytes(known) for key, known in cursor.fetchall()})
    return Taken(len(read), new)


def _one_body_each(rows: Sequence[PredictionRow]) -> dict[str, PredictionRow]:
    found = {row.key: row for row in reversed(rows)}
    _check_same(rows, {key: row.body_hash for key, row in found.items()})
    return found


def _check_same(rows: Sequence[PredictionRow], known: dict[str, bytes]) -> None:
    wrong = {
        f"predictions.{place}": f"The key {row.key[:60]} has been sent before with another body."
        for place, row in enumerate(rows)
        if known.get(row.key, row.body_hash) != row.body_hash
    }
    if wrong:
        raise OtherBody(dict(list(wrong.items())[:100]))


def _columns(project: Project, rows: Sequence[PredictionRow]) -> dict[str, Any]:
    return {
        "project": project.pk,
        "keys": [row.key for row in rows],
        "hashes": [row.body_hash for row in rows],
        "models": [row.model for row in rows],
        "ats": [row.at for row in rows],
        "data": [None if row.data is None else dumps(row.data).decode() for row in rows],
        "tasks": [row.task for row in rows],
        "answers": [dumps(row.answers).decode() for row in rows],
        "probabilities": [row.probability for row in rows],
        "draws": [draw_of(project.pk, row.key) for row in rows],
    }


def draw_of(project_id: int, key: str) -> int:
    """From 0 to below 2^31, by a hash of the key: the same however often it is asked, and whatever
    is predicted."""
    digest = hashlib.md5(f"feed {project_id} {key}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:4]) % DRAWS


@transaction.atomic
def keep_outcomes(*, project: Project, rows: Any) -> Taken:
    """All of a call or nothing. What names a prediction that has not come is kept, and counts when
    it comes: outcomes and predictions often go by different ways."""
    read = OutcomeReader(project).read(rows)
    with connection.cursor() as cursor:
        cursor.execute(PUT_OUTCOMES, _outcome_columns(project, read))
        new = cursor.rowcount
        keys = {row.key for row in read}
        cursor.execute(THERE, (project.pk, list(keys)))
        there = {key for key, _ in cursor.fetchall()}
    waiting = sum(row.key not in there for row in read)
    return Taken(len(read), new, waiting)


def _outcome_columns(project: Project, rows: Sequence[OutcomeRow]) -> dict[str, Any]:
    return {
        "project": project.pk,
        "keys": [row.key for row in rows],
        "questions": [row.question for row in rows],
        "values": [dumps(row.value).decode() for row in rows],
        "ats": [row.at for row in rows],
        "sources": [row.source for row in rows],
        "hashes": [row.body_hash for row in rows],
    }


def tidy_feed(*, at: datetime) -> int:
    """Remove what came longer ago than its project keeps it; how many rows. Tasks made of
    predictions stay. Outcomes go when they are as old and their prediction has gone."""
    return sum(_tidied(plan, at) for plan in FeedPlan.objects.order_by("pk"))


def _tidied(plan: FeedPlan, at: datetime) -> int:
    before = at - timedelta(days=plan.retention_days)
    found = 0
    for statement in (OLD_PREDICTIONS, OLD_OUTCOMES):
        removed = AT_ONCE
        while removed == AT_ONCE:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, (plan.project_id, before, AT_ONCE))
                removed = cursor.rowcount
            found += removed
    return found
