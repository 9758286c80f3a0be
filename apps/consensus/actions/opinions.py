"""Keeps what a model thought of labels that it had not learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from numpy.typing import NDArray

from apps.annotations.models import Question
from apps.consensus.actions.choosing import start_computing
from apps.consensus.aggregators import aggregators
from apps.consensus.models import Method, OpinionRun, Run
from apps.projects.models import Project

AT_ONCE = 2_000
# In the place of a label, of a task whose votes tie or that nobody has answered.
NO_LABEL = -1
# What is gone by now is left out. Its row is held as any key to it would.
PUT = """
WITH there AS MATERIALIZED (
  SELECT t.id, g.label, g.said FROM tasks_task t
    JOIN unnest(%s::bigint[], %s::int[], %s::bytea[]) AS g (task_id, label, said) ON g.task_id = t.id
   WHERE t.project_id = %s AND t.erased_at IS NULL ORDER BY t.id FOR KEY SHARE OF t
)
INSERT INTO consensus_opinion (run_id, task_id, label, said) SELECT %s, id, nullif(label, -1), said FROM there
"""


@dataclass(frozen=True, eq=False, kw_only=True)
class Thought:
    """Of tasks by key: the place of the label that each has among `values`, or `NO_LABEL`, and what a model thought
    that had not learned from it, tasks x labels."""

    tasks: NDArray[np.int64]
    label: NDArray[np.int64]
    said: NDArray[np.float32]
    values: Sequence[str]
    folds: int
    # How many tasks had a label; it may not have been asked of all.
    labelled: int
    seconds: float


@transaction.atomic
def keep_opinions(
    *, question: Question, thought: Thought, model_run: int, at: datetime
) -> OpinionRun:
    """All opinions of a question, in place of those before, except what a fit was made with;
    `model_run` is the training beside them. A consensus that hears a model is computed anew."""
    project = Project.objects.select_for_update(no_key=True).get(pk=question.project_id)
    run = OpinionRun.objects.create(
        question=question,
        model_run=model_run,
        values=list(thought.values),
        folds=thought.folds,
        labelled=thought.labelled,
        tasks=thought.tasks.size,
        seconds=thought.seconds,
        made_at=at,
    )
    older = OpinionRun.objects.filter(question=question, pk__lt=run.pk)
    older.exclude(Exists(Run.objects.filter(opinions=OuterRef("pk")))).delete()
    order = np.argsort(thought.tasks)
    for start in range(0, order.size, AT_ONCE):
        _put(run, thought, order[start : start + AT_ONCE], question.project_id)
    if hears_model(question):
        start_computing(project=project, questions=[question], by=None)
    return run


def hears_model(question: Question) -> bool:
    """Whether a lead has chosen a method for it that hears a model beside the votes."""
    method = Method.objects.filter(question=question).first()
    return method is not None and aggregators[method.aggregator].hears_model


def _put(run: OpinionRun, thought: Thought, some: NDArray[np.int64], project: int) -> None:
    said = [row.tobytes() for row in thought.said[some].astype("<f4")]
    tasks, label = thought.tasks[some].tolist(), thought.label[some].tolist()
    with connection.cursor() as cursor:
        cursor.execute(PUT, (tasks, label, said, project, run.pk))
