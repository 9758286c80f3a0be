"""Counts what models said where they are in use against outcomes and people's answers, by week."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from apps.annotations.models import Question
from apps.projects.models import Project
from apps.routing.actions.labels import can_be_learned
from apps.routing.models import FeedCount, FeedPlan

# More models than this are not counted: those that were heard of longest ago are left out.
MOST_MODELS = 20
MOST_STEPS = 20
# Days since a prediction from which an age begins.
AGES = (0, 1, 7, 30, 90)
LONG_AGO = datetime.fromisoformat("1900-01-01T00:00:00+00:00")
SOURCES = ("outcome", "lot", "chosen", "sent")

# One place per prediction and question. What is said of several questions has one probability for
# all of them, which is of none alone: such a prediction has no bin.
PLACES = """
       least(floor(p.probability * 10), 9) + CASE WHEN p.answers - %(name)s <> '{}'::jsonb THEN NULL
                                                  ELSE 0 END AS bin,
       count(*), coalesce(sum(p.probability), 0), max(p.predicted_at)
"""
WEEK = "date_trunc('week', p.predicted_at AT TIME ZONE 'UTC')::date"
# The newest outcome of each, beside every prediction.
OUTCOMES = """
WITH newest AS MATERIALIZED (
  SELECT DISTINCT ON (key) key, value FROM routing_outcome
   WHERE project_id = %(project)s AND question_id = %(question)s
   ORDER BY key, known_at DESC, id DESC)
SELECT p.model, {week}, width_bucket(extract(epoch FROM %(at)s - p.predicted_at)::float8, %(ages)s::float8[]),
       p.predicted_at < %(mature)s, p.answers ->> %(name)s, n.value #>> '{{}}', {places}
  FROM routing_prediction p LEFT JOIN newest n ON n.key = p.key
 WHERE p.project_id = %(project)s AND p.answers ? %(name)s
 GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
# What people came to: a decision stands above what is computed of the answers, without what a model
# thought of them.
PEOPLE = """
SELECT p.model, {week},
       CASE p.chosen_by WHEN 'lot' THEN 'lot' WHEN '' THEN 'sent' ELSE 'chosen' END,
       p.answers ->> %(name)s, known.value #>> '{{}}', {places}
  FROM routing_prediction p LEFT JOIN LATERAL (
    SELECT said.value FROM (
      SELECT d.answers -> %(name)s AS value, 0 AS after FROM quality_adjudication d
       WHERE d.task_id = p.task_id AND d.outcome = 'decided' AND d.answers ? %(name)s
         AND NOT EXISTS (SELECT FROM quality_adjudication n WHERE n.predecessor_id = d.id)
      UNION ALL
      SELECT v.value, 1 FROM consensus_consensus c,
     LATERAL (SELECT CASE WHEN c.has_heard THEN c.by_votes ELSE c.value END AS value) v
       WHERE c.task_id = p.task_id AND c.question_id = %(question)s
         AND (c.has_heard OR NOT c.is_tie) AND v.value IS NOT NULL
    ) said ORDER BY after LIMIT 1) known ON true
 WHERE p.project_id = %(project)s AND p.task_id IS NOT NULL AND p.predicted_at < %(mature)s
   AND p.answers ? %(name)s
 GROUP BY 1, 2, 3, 4, 5, 6
"""


class Counted:
    """What one model said about one question."""

    def __init__(self) -> None:
        self.last_at = LONG_AGO
        # By week: predictions, old enough, of these with an outcome.
        self.weeks: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        self.ages: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
        # By source and week: tasks of predictions that are old enough, of these with people's answers.
        self.tasks: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        self.confusions: dict[str, Counter[tuple[str, str, str]]] = defaultdict(Counter)
        self.bins: dict[str, defaultdict[tuple[str, int], list[float]]] = {
            source: defaultdict(lambda: [0, 0, 0.0]) for source in SOURCES
        }

    def judge(self, source: str, week: str, said: str, true: str, told: tuple[Any, ...]) -> None:
        place, number, probability = told
        self.confusions[source][week, said, true] += number
        if place is not None:
            found = self.bins[source][week, int(place)]
            found[0] += number
            found[1] += number if said == true else 0
            found[2] += probability

    def body(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "weeks": [[week, *row] for week, row in sorted(self.weeks.items())],
            "ages": [[AGES[age - 1], *row] for age, row in sorted(self.ages.items())],
            "tasks": [[*cell, *row] for cell, row in sorted(self.tasks.items())],
            "confusions": {
                source: [[*cell, number] for cell, number in sorted(cells.items())]
                for source, cells in self.confusions.items()
            },
            "bins": {
                source: [[*cell, *row[:2], round(row[2], 4)] for cell, row in sorted(cells.items())]
                for source, cells in self.bins.items()
                if cells
            },
        }


def countable(project: Project) -> list[Question]:
    """Questions whose answers are one of a few: labels, or steps of a scale."""
    asked = Question.objects.filter(project=project).order_by("position", "id")
    return [question for question in asked if can_be_counted(question)]


def can_be_counted(question: Question) -> bool:
    if can_be_learned(question):
        return True
    scale = question.behaviour.scale(question.config)
    if scale is None or scale.low is None or scale.high is None:
        return False
    return scale.step == 1 and scale.high - scale.low <= MOST_STEPS


def count_feed(*, plan: FeedPlan, at: datetime) -> int:
    """Count everything anew, and put it in the place of what there was; how many counts."""
    found = [
        (question, model, counted)
        for question in countable(plan.project)
        for model, counted in _newest(_counted(plan, question, at))
    ]
    with transaction.atomic():
        FeedCount.objects.filter(project=plan.project_id).delete()
        rows = [_row(plan, question, model, counted, at) for question, model, counted in found]
        FeedCount.objects.bulk_create(rows)
        FeedPlan.objects.filter(pk=plan.pk).update(counted_at=at)
    return len(found)


def _newest(by_model: dict[str, Counted]) -> Iterable[tuple[str, Counted]]:
    order = sorted(by_model.items(), key=lambda pair: (pair[1].last_at, pair[0]), reverse=True)
    return order[:MOST_MODELS]


def _counted(plan: FeedPlan, question: Question, at: datetime) -> dict[str, Counted]:
    given = {
        "project": plan.project_id,
        "question": question.pk,
        "name": question.name,
        "at": at,
        "mature": at - timedelta(days=plan.maturity_days),
        # What is a little ahead of our clock is as young as can be.
        "ages": [float("-inf"), *(86_400.0 * days for days in AGES[1:])],
    }
    found: defaultdict[str, Counted] = defaultdict(Counted)
    for model, week, age, is_mature, said, true, *told, last_at in _rows(OUTCOMES, given):
        one, number = found[model], told[1]
        one.last_at = max(one.last_at, last_at)
        _count(one, (str(week), age, is_mature, true is not None), number)
        if is_mature and true is not None:
            one.judge("outcome", str(week), said, true, tuple(told))
    for model, week, source, said, true, *told, _ in _rows(PEOPLE, given):
        tasks = found[model].tasks[source, str(week)]
        tasks[0] += told[1]
        if true is not None:
            tasks[1] += told[1]
            found[model].judge(source, str(week), said, true, tuple(told))
    return found


def _count(one: Counted, which: tuple[str, int, bool, bool], number: int) -> None:
    week, age, is_mature, is_known = which
    one.weeks[week][0] += number
    one.ages[age][0] += number
    one.ages[age][1] += number if is_known else 0
    if is_mature:
        one.weeks[week][1] += number
        one.weeks[week][2] += number if is_known else 0


def _rows(sql: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(week=WEEK, places=PLACES), given)
        return list(cursor.fetchall())


def _row(
    plan: FeedPlan, question: Question, model: str, counted: Counted, at: datetime
) -> FeedCount:
    return FeedCount(
        project_id=plan.project_id,
        question=question,
        model=model,
        predictions=sum(row[0] for row in counted.weeks.values()),
        last_at=counted.last_at,
        counts=counted.body(),
        maturity_days=plan.maturity_days,
        made_at=at,
    )
