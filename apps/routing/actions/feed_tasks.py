"""Makes tasks of predictions, by the rules: in bulk, and of each prediction once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from apps.annotations.signals import TASK_CHANGED
from apps.core import outbox
from apps.core.jobs import Progress
from apps.core.json import canonical, dumps
from apps.projects.models import Project
from apps.routing.actions.feed_rules import condition_of, rules_of_feed
from apps.routing.models import ChosenBy, FeedPlan, FeedRule, Prediction, RuleKind
from apps.tasks.actions import pool_for, queue_tasks

# Tasks are made so many at a time, each in a transaction of its own.
AT_ONCE = 500
# A call may still be writing what it began so long ago: rules look back by it.
OVERLAP = timedelta(minutes=10)

# What came since the last time; for a disagreement also what had an outcome since.
FRESH = "p.received_at > %(since)s"
FRESH_OUTCOMES = """p.key IN (SELECT o.key FROM routing_outcome o
  WHERE o.project_id = %(project)s AND o.received_at > %(since)s)"""
# In the order of the lot, so that a limit leaves out by lot, too.
OPEN = """
SELECT p.id FROM routing_prediction p
 WHERE p.project_id = %(project)s AND p.task_id IS NULL AND p.chosen_by = ''
   AND p.data IS NOT NULL AND {fresh} AND {takes}
 ORDER BY p.draw, p.id LIMIT %(most)s FOR NO KEY UPDATE OF p SKIP LOCKED
"""
# A task of this name may be there: brought by a file, or by a job that broke off.
PUT_TASKS = """
INSERT INTO tasks_task (project_id, external_id, data, meta, content_hash)
SELECT %(project)s, key, data, meta, hash
  FROM unnest(%(keys)s::text[], %(data)s::jsonb[], %(metas)s::jsonb[], %(hashes)s::bytea[])
    AS t (key, data, meta, hash)
 ORDER BY key
ON CONFLICT (project_id, external_id) DO NOTHING RETURNING id
"""
MARK = """
UPDATE routing_prediction p
   SET task_id = t.id, chosen_by = %(chosen_by)s, rule_id = %(rule)s, taken_at = %(at)s
  FROM tasks_task t
 WHERE p.id = ANY(%(ids)s) AND t.project_id = p.project_id AND t.external_id = p.key
"""
PUT_SUGGESTIONS = """
INSERT INTO annotations_suggestion (task_id, source, answers, score)
SELECT p.task_id, 'feed ' || p.model, p.answers, p.probability FROM routing_prediction p
 WHERE p.id = ANY(%s) AND p.task_id = ANY(%s)
ON CONFLICT (task_id, source) DO NOTHING
"""


class Wanted(NamedTuple):
    """Why predictions become tasks, and how."""

    chosen_by: ChosenBy
    level: float
    rule: FeedRule | None = None


def make_tasks(*, plan: FeedPlan, at: datetime, progress: Progress) -> int:
    """Hold what is new against the rules, in their order; how many became tasks.

    It may be run again at any time: what was taken is not taken twice.
    """
    project, began, made = plan.project, timezone.now(), 0
    since = plan.ruled_at - OVERLAP if plan.ruled_at else at - timedelta(days=1)
    for rule in rules_of_feed(project):
        made += _by_rule(project, rule, since, at, progress, made)
    FeedPlan.objects.filter(pk=plan.pk, ruled_at=plan.ruled_at).update(ruled_at=began)
    return made


def _by_rule(
    project: Project, rule: FeedRule, since: datetime, at: datetime, progress: Progress, done: int
) -> int:
    made, left = 0, _left_today(rule, at)
    while left > 0:
        progress.report(done + made, message="Tasks are made of predictions.")
        took = _batch(project, rule, since, at, min(left, AT_ONCE))
        made, left = made + took, left - took
        if not took:
            break
    return made


def _left_today(rule: FeedRule, at: datetime) -> int:
    if rule.daily is None:
        return 2**31
    day = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return rule.daily - Prediction.objects.filter(rule=rule, taken_at__gte=day).count()


@transaction.atomic
def _batch(project: Project, rule: FeedRule, since: datetime, at: datetime, most: int) -> int:
    takes, given = condition_of(rule, 0)
    fresh = FRESH
    if rule.kind == RuleKind.DISAGREEMENT:
        fresh = f"({FRESH} OR {FRESH_OUTCOMES})"
    given |= {"project": project.pk, "since": since, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(OPEN.format(fresh=fresh, takes=takes), given)
        ids = [pk for (pk,) in cursor.fetchall()]
    return take(
        project=project,
        ids=ids,
        wanted=Wanted(ChosenBy(rule.kind), rule.level, rule),
        at=at,
    )


def take(*, project: Project, ids: Sequence[int], wanted: Wanted, at: datetime) -> int:
    """Make tasks of these predictions, which the caller has locked; how many.

    What a lot chose gets no suggestion: people's answers to it say how good the model is.
    """
    if not ids:
        return 0
    rows = list(Prediction.objects.filter(pk__in=ids, data__isnull=False).order_by("key"))
    mark: dict[str, Any] = {
        "ids": [row.pk for row in rows],
        "chosen_by": str(wanted.chosen_by),
        "rule": wanted.rule and wanted.rule.pk,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(PUT_TASKS, _columns(project, rows, wanted))
        made = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(MARK, mark)
        if made and project.is_suggestion_shown and wanted.chosen_by != ChosenBy.LOT:
            cursor.execute(PUT_SUGGESTIONS, (mark["ids"], made))
    if made:
        pool = pool_for(project=project)
        queue_tasks(
            project=project, task_ids=made, pool=pool, priorities=[wanted.level] * len(made)
        )
        # Nothing is counted of a task that nobody has answered; the sizes of the queue are.
        outbox.publish(event=TASK_CHANGED, scope_id=project.pk, subject_ids=made[:1])
    return len(rows)


def _columns(project: Project, rows: Sequence[Prediction], wanted: Wanted) -> dict[str, Any]:
    texts = [canonical(row.data) for row in rows]
    return {
        "project": project.pk,
        "keys": [row.key for row in rows],
        "data": [text.decode() for text in texts],
        "metas": [dumps({"feed": _meta(row, wanted)}).decode() for row in rows],
        "hashes": [hashlib.sha256(text).digest() for text in texts],
    }


def _meta(row: Prediction, wanted: Wanted) -> dict[str, Any]:
    """Beside the task, for those who lead: annotators are never shown it."""
    return {
        "model": row.model,
        "probability": row.probability,
        "chosen_by": str(wanted.chosen_by),
        "predicted_at": row.predicted_at.isoformat(),
    }
