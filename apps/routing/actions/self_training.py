"""Pseudo-labels of a question: given, kept apart from all answers, judged by them, and learned from
where the hold-out says that it helps."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from apps.annotations.models import Question
from apps.routing.actions.copied import copied_keys
from apps.routing.actions.features import Features
from apps.routing.actions.labels import IntArray, Known
from apps.routing.actions.teachers import Teacher
from apps.routing.learners.figures import Rate
from apps.routing.learners.linear import Foreteller
from apps.routing.learners.pseudo import Pseudo, self_train
from apps.routing.models import PseudoLabel
from apps.routing.strategies.lots import Draw, chances, held_out

# Of more tasks that nobody has answered some are looked at, by a lot that is another one each time.
MOST_POOL = 20_000
UNANSWERED = (
    "SELECT task_id FROM tasks_queueentry"
    " WHERE project_id = {project} AND state = 'open' AND submitted = 0"
)


def self_taught(
    *,
    question: Question,
    says: Foreteller,
    rows: Any,
    features: Features,
    known: Known,
    is_held: NDArray[np.bool_],
    is_stop: NDArray[np.bool_],
    held: float,
    seed: int,
    teacher: Teacher,
) -> tuple[Foreteller, dict[str, Any]]:
    """The model that learned from them too where that is better, else `says`; and what came of it.

    `says` and `teacher` are of a linear model.
    """
    later = judge_pseudo_labels(question, known)
    tasks = _pool(question, features, known, held, seed)
    found = self_train(
        says,
        rows,
        known.label,
        teacher.rows(features, tasks),
        is_held=is_held,
        is_stop=is_stop,
        settings=teacher.settings,
    )
    _keep(question, tasks[found.place], found, known.values)
    told = {
        "bar": found.bar,
        "number": int(found.place.size),
        "right": asdict(found.right),
        "later": asdict(later),
        "gain": asdict(found.gain) if found.gain is not None else None,
        "is_used": found.is_better,
    }
    return (found.says if found.is_better and found.says is not None else says), told


def _pool(question: Question, features: Features, known: Known, held: float, seed: int) -> IntArray:
    """Tasks that nobody has answered, without the hold-out: what models are judged by owes them nothing."""
    tasks = copied_keys(UNANSWERED.format(project=int(question.project_id)))
    tasks = np.setdiff1d(tasks[np.isin(tasks, features.tasks)], known.tasks)
    tasks = tasks[~held_out(tasks, seed, held)]
    lot = chances(tasks, known.consensus, Draw.PSEUDO)
    return np.sort(tasks[np.argsort(lot)[:MOST_POOL]])


@transaction.atomic
def _keep(question: Question, tasks: IntArray, found: Pseudo, values: tuple[str, ...]) -> None:
    """In place of those before, but for what people have answered since."""
    PseudoLabel.objects.filter(question=question, is_right=None).delete()
    rows = zip(tasks.tolist(), found.label.tolist(), found.sure.tolist(), strict=True)
    PseudoLabel.objects.bulk_create(
        (
            PseudoLabel(question=question, task_id=pk, value=values[label], probability=min(p, 1.0))
            for pk, label, p in rows
        ),
        batch_size=1_000,
        ignore_conflicts=True,
    )


def judge_pseudo_labels(question: Question, known: Known) -> Rate:
    """Hold those that were answered since against the answers; how often all so far were right."""
    waiting = PseudoLabel.objects.filter(question=question, is_right=None)
    said = dict(zip(known.tasks.tolist(), known.label.tolist(), strict=True))
    right: dict[bool, list[int]] = {True: [], False: []}
    for pk, task, value in waiting.values_list("pk", "task_id", "value"):
        if task in said:
            right[known.values[said[task]] == value].append(pk)
    for is_right, pks in right.items():
        PseudoLabel.objects.filter(pk__in=pks).update(is_right=is_right)
    judged = PseudoLabel.objects.filter(question=question, is_right__isnull=False)
    return Rate.of(judged.filter(is_right=True).count(), judged.count())
