"""In which order tasks go on that somebody has begun, by a strategy that goes by their answers."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from apps.annotations.models import Question
from apps.projects.models import Project
from apps.routing.actions.labels import questions_to_learn, value_of
from apps.routing.actions.learnable import labels_of
from apps.routing.actions.pools import Leader, begun_tasks
from apps.routing.models import Plan
from apps.routing.strategies import Mixture, Pool

IntArray = NDArray[np.int64]
# The first begun first; of more the others go on as they stand.
MOST_BEGUN = 3_000

# Of each task the answers that its consensus saw: what counts of them, and nothing else.
VOTES = """
SELECT c.task_id, (a.answers -> %(name)s)::text
  FROM consensus_consensus c JOIN annotations_annotation a ON a.id = ANY(c.saw)
 WHERE c.question_id = %(question)s AND c.task_id = ANY(%(tasks)s)
"""


def begun_in_order(
    *, project: Project, plan: Plan, mixture: Mixture, trained: Leader | None
) -> IntArray:
    """The tasks, the first first; none where the first strategy does not go by answers: a second has
    no part in it. They go on before
    all that nobody has begun, whatever their place among themselves.

    What is left to chance has its share here, too: it is woven in by lot, so that no strategy decides
    which of it is answered fully.
    """
    question = question_of(project, plan, trained)
    alone = replace(mixture, parts=mixture.parts[:1])
    if question is None or "votes" not in alone.needs:
        return np.zeros(0, np.int64)
    tasks = begun_tasks(project, MOST_BEGUN)
    if not tasks.size:
        return tasks
    pool = Pool(
        units=tasks.size,
        keys=tasks,
        is_open=np.ones(tasks.size, np.bool_),
        votes=votes_of(question, tasks),
        probabilities=_said(trained, tasks),
    )
    return tasks[alone(pool).order]


def question_of(project: Project, plan: Plan, trained: Leader | None) -> Question | None:
    """Whose answers are votes: the model's question, else the plan's, else the first with labels."""
    if trained is not None:
        return trained.run.question
    found = questions_to_learn(project.pk)
    return next((one for one in found if plan.question_id in (None, one.pk)), None)


def votes_of(question: Question, tasks: IntArray) -> IntArray:
    """Tasks x labels: how often each was answered. Labels that were retired are left out."""
    values = labels_of(question)
    place = {value_of(question, value): at for at, value in enumerate(values)}
    row = {pk: at for at, pk in enumerate(tasks.tolist())}
    votes = np.zeros((tasks.size, len(values)), np.int64)
    with connection.cursor() as cursor:
        given = {"name": question.name, "question": question.pk, "tasks": tasks.tolist()}
        cursor.execute(VOTES, given)
        for pk, text in cursor.fetchall():
            said = json.loads(text) if text is not None else None
            if isinstance(said, str | int | float) and said in place:
                votes[row[pk], place[said]] += 1
    return votes


def _said(trained: Leader | None, tasks: IntArray) -> NDArray[np.float32] | None:
    """What a model thinks of them, alike of all labels where it can say nothing."""
    if trained is None:
        return None
    labels = len(trained.known.values)
    found = np.full((tasks.size, labels), 1 / labels, np.float32)
    told = np.flatnonzero(np.isin(tasks, trained.candidates(tasks, 0)))
    if told.size:
        found[told] = trained.chances_of(tasks[told])
    return found
