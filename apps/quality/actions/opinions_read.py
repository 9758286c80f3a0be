"""What models thought of the labels that tasks have now, for the check of likely errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import connection

from apps.annotations.models import Question
from apps.consensus.models import OpinionRun
from apps.projects.models import Project
from apps.quality.actions.answers_read import BATCH, Answers
from apps.quality.checks.confident import Opinions
from apps.quality.checks.likely_wrong import AGREED, LEAST, agreed

# With the label that people gave the task: what one decided, else what their votes come to. Where a
# person decided, or a model was heard and changed the label, nobody need look once more.
SQL = """
SELECT o.task_id, o.label, o.said,
       d.value IS NOT NULL OR c.has_heard AND c.value IS DISTINCT FROM c.by_votes,
       coalesce(d.value, CASE WHEN c.has_heard THEN c.by_votes ELSE c.value END)::text
  FROM consensus_opinion o JOIN tasks_task t ON t.id = o.task_id AND t.erased_at IS NULL
  LEFT JOIN LATERAL (
    SELECT d.answers -> %(name)s AS value FROM quality_adjudication d
     WHERE d.task_id = o.task_id AND d.outcome = 'decided' AND d.answers ? %(name)s
       AND NOT EXISTS (SELECT FROM quality_adjudication n WHERE n.predecessor_id = d.id)
  ) d ON true
  LEFT JOIN consensus_consensus c
    ON c.task_id = o.task_id AND c.question_id = %(question)s AND (c.has_heard OR NOT c.is_tie)
 WHERE o.run_id = %(run)s AND o.label IS NOT NULL ORDER BY o.task_id
"""


def read_opinions(project: Project, answers: Answers) -> tuple[tuple[Opinions, ...], list[str]]:
    """By question, of the tasks that still have the label of which the model was asked; and, in
    sentences, of what it can say nothing."""
    found, left_out = [], []
    for run in OpinionRun.objects.newest_in(project):
        question = run.question
        opinions = _of(question, run, answers)
        found.append(opinions)
        if opinions.label.size < LEAST:
            left_out.append(f"{question.name}: a model judges labels where {LEAST} are known.")
        elif agreed(opinions) < AGREED:
            left_out.append(
                f"{question.name}: a model reads {agreed(opinions):.0%} of the tasks as they are"
                f" labelled. It judges labels from {AGREED:.0%} on."
            )
    return tuple(found), left_out


def _of(question: Question, run: OpinionRun, answers: Answers) -> Opinions:
    values: list[str] = run.values
    titles = _titles(question)
    task, label, is_decided, said = [], [], [], []
    with connection.chunked_cursor() as cursor:
        cursor.execute(SQL, {"name": question.name, "question": question.pk, "run": run.pk})
        while rows := cursor.fetchmany(BATCH):
            for pk, place, thought, decided, now in rows:
                if now is not None and json.loads(now) == values[place]:
                    task.append(pk)
                    label.append(place)
                    is_decided.append(decided)
                    said.append(np.frombuffer(thought, "<f4"))
    return Opinions(
        question=question.name,
        task=_places(np.array(task, np.int64), answers),
        label=np.array(label, np.int64),
        said=np.array(said, np.float32).reshape(-1, len(values)).astype(float),
        words=tuple(titles.get(value, value) for value in values),
        is_decided=np.array(is_decided, bool),
    )


def _places(tasks: np.ndarray[Any, np.dtype[np.int64]], answers: Answers) -> Any:
    """In the work, whose tasks are sorted."""
    if not answers.tasks.size:
        return np.full(tasks.size, -1)
    place = np.minimum(np.searchsorted(answers.tasks, tasks), answers.tasks.size - 1)
    return np.where(answers.tasks[place] == tasks, place, -1)


def _titles(question: Question) -> Mapping[str, str]:
    return {label.value: label.title for label in question.behaviour.labels(question.config)}
