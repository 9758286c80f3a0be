"""Asks a model about labels that it has not learned from, for the check of labels that are likely
wrong: it is taught anew without each part of them."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from apps.annotations.models import Question
from apps.consensus.actions.opinions import NO_LABEL, Thought, hears_model, keep_opinions
from apps.consensus.models import OpinionRun
from apps.core.jobs import Progress
from apps.quality.actions.findings import ask_for_checks
from apps.quality.checks.likely_wrong import LEAST
from apps.routing.actions.copied import copied_keys
from apps.routing.actions.labels import groups_of
from apps.routing.actions.training import Trained, some_of
from apps.routing.learners.folds import FOLDS, out_of_sample
from apps.routing.learners.linear import TooFew
from apps.routing.strategies.lots import Draw, chances
from apps.tasks.models import QueueEntry, QueueState

IntArray = NDArray[np.int64]
# Of more tasks some, by lot; of very many labels fewer tasks, 4 bytes for each of both.
MOST_TASKS, MOST_CELLS = 20_000, 4_000_000
# Asked anew when a tenth of the labels is new, or when a day has passed; never sooner than it has
# rested for twenty times as long as it took.
LEAST_NEW, ENOUGH = 25, 0.1
LEAST_REST, REST, LONGEST = timedelta(minutes=10), 20, timedelta(days=1)
JUDGED = "SELECT task_id FROM consensus_consensus WHERE question_id = {question}"


def doubt_labels(*, trained: Trained, progress: Progress, at: datetime) -> OpinionRun | None:
    """None where it was asked lately, or where there is too little to learn from."""
    question = trained.run.question
    if question.behaviour.form(question.config) != "label":
        # Of a scale the next point is hardly wrong.
        return None
    if not _is_due(question, trained.known.tasks.size, at):
        return None
    progress.report(0, 1, f"Looking for wrong labels of {question.name}.")
    thought = think(trained)
    if thought is None:
        return None
    run = keep_opinions(question=question, thought=thought, model_run=trained.run.pk, at=at)
    ask_for_checks(project=question.project, by=None)
    return run


def think(trained: Trained) -> Thought | None:
    """Of what is known, by models that have not learned from it, whole groups apart; and of what has no
    label yet by the one that has learned from all that is known."""
    start, known, seed = time.perf_counter(), trained.known, trained.run.seed
    most = min(MOST_TASKS, MOST_CELLS // len(known.values))
    tasks = some_of(known.tasks, seed, most)
    label = known.label[np.searchsorted(known.tasks, tasks)]
    group = groups_of(tasks)
    try:
        said = out_of_sample(
            trained.rows(tasks),
            label,
            len(known.values),
            group,
            chances(group, seed, Draw.FOLDS),
            trained.teacher.teach,
        )
    except TooFew:
        return None
    more = _without_label(trained, most - tasks.size)
    return Thought(
        tasks=np.concatenate([tasks, more]),
        label=np.concatenate([label, np.full(more.size, NO_LABEL)]),
        said=np.concatenate([said, trained.by_answers(trained.rows(more))]),
        values=known.values,
        folds=FOLDS,
        labelled=known.tasks.size,
        seconds=time.perf_counter() - start,
    )


def _without_label(trained: Trained, most: int) -> IntArray:
    """Tasks whose votes tie; and, where a consensus hears the model, those that come next in the queue,
    so that their first answer is not alone."""
    question, known = trained.run.question, trained.known.tasks
    tied = np.setdiff1d(copied_keys(JUDGED.format(question=int(question.pk))), known)
    tied = tied[np.isin(tied, trained.features.tasks)][:most]
    if not hears_model(question):
        return tied
    waiting = QueueEntry.objects.filter(project=question.project_id, state=QueueState.OPEN)
    ahead = waiting.order_by("-priority", "task_id").values_list("task_id", flat=True)[:most]
    others = np.array(ahead, np.int64)
    is_new = np.isin(others, trained.features.tasks) & ~np.isin(others, known)
    others = others[is_new & ~np.isin(others, tied)]
    return np.concatenate([tied, others])[:most]


def _is_due(question: Question, labelled: int, at: datetime) -> bool:
    if labelled < LEAST:
        return False
    run = OpinionRun.objects.newest_of(question)
    if run is None:
        return True
    rested = at - run.made_at
    if rested < max(LEAST_REST, timedelta(seconds=REST * run.seconds)):
        return False
    return rested >= LONGEST or labelled - run.labelled >= max(
        LEAST_NEW, int(run.labelled * ENOUGH)
    )
