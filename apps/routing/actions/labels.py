"""What is known of a question's tasks: what a person decided, else what the answers come to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from apps.annotations.models import Question
from apps.consensus.models import Consensus

IntArray = NDArray[np.int64]
GROUPS = 'SELECT id, "group", content_hash FROM tasks_task WHERE id = ANY(%s)'

# A decision stands above what is computed of the answers; a tie is known by neither. Where a model was
# heard, what the votes alone come to: no model learns from what one has said before.
KNOWN = """
SELECT task_id, value::text FROM (
  SELECT DISTINCT ON (task_id) task_id, value FROM (
    SELECT d.task_id, d.answers -> %(name)s AS value, 0 AS after
      FROM quality_adjudication d
     WHERE d.project_id = %(project)s AND d.outcome = 'decided' AND d.answers ? %(name)s
       AND NOT EXISTS (SELECT FROM quality_adjudication n WHERE n.predecessor_id = d.id)
    UNION ALL
    SELECT c.task_id, v.value, 1 FROM consensus_consensus c,
   LATERAL (SELECT CASE WHEN c.has_heard THEN c.by_votes ELSE c.value END AS value) v
     WHERE c.question_id = %(question)s AND (c.has_heard OR NOT c.is_tie) AND v.value IS NOT NULL
  ) said ORDER BY task_id, after
) known WHERE EXISTS (SELECT FROM tasks_task t WHERE t.id = task_id AND t.erased_at IS NULL)
ORDER BY task_id
"""


@dataclass(frozen=True, eq=False)
class Known:
    """Tasks by key, and of each the place of its label among `values`."""

    tasks: IntArray
    label: IntArray
    values: tuple[str, ...]
    # The newest consensus of the project when they were read.
    consensus: int


def can_be_learned(question: Question) -> bool:
    """What is one label out of several, or one point of a scale that has few."""
    kind, config = question.behaviour, question.config
    return kind.condition_form(config) in {"label", "number"} and len(kind.labels(config)) > 1


def value_of(question: Question, label: str) -> Any:
    """The answer that a label stands for: a point of a scale is a number."""
    is_number = question.behaviour.form(question.config) == "number"
    return json.loads(label) if is_number else label


def questions_to_learn(project_id: int) -> list[Question]:
    asked = Question.objects.filter(project=project_id).asked()
    return [question for question in asked if can_be_learned(question)]


def known_answers(question: Question) -> dict[int, Any]:
    """By task, of a question of any kind."""
    with connection.cursor() as cursor:
        cursor.execute(
            KNOWN,
            {"name": question.name, "project": question.project_id, "question": question.pk},
        )
        return {pk: json.loads(text) for pk, text in cursor.fetchall()}


def known_labels(question: Question) -> Known:
    """Of all tasks whose answers come to one; labels that were retired are left out."""
    consensus = newest_consensus(question.project_id)
    labels = question.behaviour.labels(question.config)
    values = tuple(label.value for label in labels if not label.is_retired)
    place = {value_of(question, value): number for number, value in enumerate(values)}
    answers = known_answers(question)
    rows = [
        (pk, place.get(said, -1) if isinstance(said, str | int | float) else -1)
        for pk, said in answers.items()
    ]
    found = np.array([row for row in rows if row[1] >= 0], np.int64).reshape(-1, 2)
    return Known(tasks=found[:, 0], label=found[:, 1], values=values, consensus=consensus)


def newest_consensus(project_id: int) -> int:
    ids = Consensus.objects.filter(project=project_id).order_by("-pk").values_list("pk", flat=True)
    return ids.first() or 0


def groups_of(tasks: IntArray) -> IntArray:
    """A number for each: tasks of one group have the same, and tasks that show the very same."""
    first: dict[object, int] = {}
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, (tasks.tolist(),))
        for pk, group, content_hash in sorted(cursor.fetchall()):
            found[pk] = first.setdefault(group or bytes(content_hash), pk)
    # One that is gone by now stands for itself.
    return np.array([found.get(pk, pk) for pk in tasks.tolist()], np.int64)
