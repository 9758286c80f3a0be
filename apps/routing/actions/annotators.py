"""Who can be asked, how often they are right with each label, and how long they take."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from apps.annotations.models import Question
from apps.consensus.actions.standing import standings_of
from apps.consensus.models import Skill
from apps.projects.models import Membership
from apps.projects.permissions import ROLES, May
from apps.routing.actions.labels import value_of
from apps.routing.learners.skills import paced, smoothed

FloatArray = NDArray[np.float64]

# A list for who has not come for so long before the newest answer would only keep tasks from others.
MOST_PEOPLE, RECENT = 200, timedelta(days=14)
# So many answers whose truth is known say who is good at what; with fewer it is noise.
LEAST_MET = 30
# Where most tasks have one answer, a model of annotators holds people against themselves.
LEAST_ANSWERS = 1.5
LATEST, LEAST_TIMED = 100, 10

PEOPLE = f"""
SELECT m.id, last.submitted_at, pace.middle, pace.number
FROM projects_membership m
CROSS JOIN LATERAL (
  SELECT submitted_at FROM tasks_assignment WHERE annotator_id = m.id AND state = 'submitted'
  ORDER BY submitted_at DESC LIMIT 1) last
CROSS JOIN LATERAL (
  SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY n.seconds) AS middle, count(n.seconds) AS number
  FROM (SELECT head_id FROM tasks_assignment WHERE annotator_id = m.id AND state = 'submitted'
    ORDER BY submitted_at DESC LIMIT {LATEST}) a
  JOIN annotations_annotation n ON n.id = a.head_id WHERE n.seconds > 0) pace
LEFT JOIN projects_terms t ON t.annotator_id = m.id
WHERE m.project_id = %s AND m.is_active AND m.user_id IS NOT NULL AND m.role = ANY(%s)
  AND coalesce(t.pause_reason, '') = ''
ORDER BY last.submitted_at DESC, m.id LIMIT {MOST_PEOPLE}
"""  # noqa: S608

# Answers that were given unseen when the truth was known already.
GOLD = """
SELECT s.annotator_id, (g.answers -> %(name)s)::text,
  sum(((s.by_question ->> %(name)s)::float8 > 0.999)::int), count(*)
FROM quality_goldscore s JOIN annotations_gold g ON g.task_id = s.task_id
WHERE s.project_id = %(project)s AND s.is_evidence AND s.by_question ? %(name)s
  AND g.answers ? %(name)s AND s.annotator_id = ANY(%(people)s)
GROUP BY 1, 2
"""


@dataclass(frozen=True, eq=False)
class Annotators:
    """Those who have answered lately, the last first; skills are people x labels, paces 1 as usual."""

    people: list[Membership]
    skills: FloatArray
    paces: FloatArray


def annotators_for(question: Question, values: tuple[str, ...]) -> Annotators | None:
    """None where nothing tells how good they are: neither a model of annotators that is in effect
    and had several answers to a task, nor known answers."""
    rows = _recent(question.project_id)
    ids = [pk for pk, *_ in rows]
    counts = _by_model(question, values, ids)
    if counts is None or counts[0].sum() < LEAST_MET:
        counts = _by_gold(question, values, ids)
    if counts[0].sum() < LEAST_MET:
        return None
    found = Membership.objects.select_related("user").in_bulk(ids)
    seconds = np.array([middle or np.nan for *_, middle, _ in rows], float)
    return Annotators(
        people=[found[pk] for pk in ids],
        skills=smoothed(*counts),
        paces=paced(seconds, np.array([number for *_, number in rows], np.int64), LEAST_TIMED),
    )


def _recent(project_id: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, (project_id, sorted(ROLES[May.ANNOTATE])))
        rows = cursor.fetchall()
    return [row for row in rows if row[1] >= rows[0][1] - RECENT]


def _by_model(
    question: Question, values: tuple[str, ...], people: list[int]
) -> tuple[FloatArray, FloatArray] | None:
    """What the model of annotators believes by which the consensus is computed now."""
    run = standings_of([question])[0].run
    if run is None or run.answers < LEAST_ANSWERS * run.units:
        return None
    met, right = (np.zeros((len(people), len(values))) for _ in range(2))
    row, column = _places(people), _columns(question, values)
    for skill in Skill.objects.filter(run=run, annotator__in=people).exclude(met=[]):
        for value, *counts in zip(run.values, skill.met, skill.right, strict=True):
            at = column.get(json.dumps(value))
            if at is not None:
                met[row[skill.annotator_id], at], right[row[skill.annotator_id], at] = counts
    return met, right


def _by_gold(
    question: Question, values: tuple[str, ...], people: list[int]
) -> tuple[FloatArray, FloatArray]:
    met, right = (np.zeros((len(people), len(values))) for _ in range(2))
    row, column = _places(people), _columns(question, values)
    given: dict[str, Any] = {
        "name": question.name,
        "project": question.project_id,
        "people": people,
    }
    with connection.cursor() as cursor:
        cursor.execute(GOLD, given)
        for annotator, known, good, number in cursor.fetchall():
            at = column.get(json.dumps(json.loads(known)))
            if at is not None:
                met[row[annotator], at], right[row[annotator], at] = number, good
    return met, right


def _places(people: list[int]) -> dict[int, int]:
    return {pk: place for place, pk in enumerate(people)}


def _columns(question: Question, values: tuple[str, ...]) -> dict[str, int]:
    """By the answer for which a label stands, as JSON."""
    return {json.dumps(value_of(question, value)): place for place, value in enumerate(values)}
