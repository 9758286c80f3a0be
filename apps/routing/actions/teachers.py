"""Ways to learn the same: lines on all that tasks bring, with or without what models from folders say,
or trees on the columns of their tables.

Which is better is asked of the answers that are learned from, by cross-validation: the hold-out, on
which the model is judged, has no part in the choice.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.routing.actions.features import Features, with_beside
from apps.routing.actions.labels import IntArray, Known
from apps.routing.learners.boosting import (
    MOST_LABELS,
    BoostSettings,
    train_boosted,
    train_boosted_number,
)
from apps.routing.learners.conformal import FloatArray, TooFewNumbers
from apps.routing.learners.folds import folds_of, out_of_sample
from apps.routing.learners.linear import Settings, TooFew, train
from apps.routing.learners.regression import NumberSettings, train_number
from apps.routing.learners.search import OF_LINES, OF_TREES, Space
from apps.routing.strategies.lots import Draw, chances

LINES, TREES = "linear", "boosted trees"
BESIDE = with_beside(LINES)
# What can be looked for of each.
SPACES: dict[str, Space] = {LINES: OF_LINES, BESIDE: OF_LINES, TREES: OF_TREES}
BoolArray = NDArray[np.bool_]
Says = Callable[[Any], NDArray[np.float32]]
# Both are tried on so many lessons at most, and trees learn from so many at most.
MOST_COMPARED, MOST_OF_TREES, FOLDS = 5_000, 50_000, 3


@dataclass(frozen=True)
class Teacher:
    """Trains a model of labels, calibrated and stopped by what is held, or one of numbers."""

    learner: str
    settings: Any
    train: Callable[..., Any]
    # Of features and tasks, the rows that its models read.
    rows: Callable[[Features, IntArray], Any]

    def teach(self, rows: Any, label: IntArray, labels: int, *, is_held: BoolArray) -> Any:
        """Raises TooFew."""
        return self.train(rows, label, labels, is_held=is_held, settings=self.settings)


def lines(settings: Settings) -> Teacher:
    return Teacher(LINES, settings, train, lambda features, tasks: features.built_in.rows(tasks))


def lines_beside(settings: Settings) -> Teacher:
    """The same, on what models from folders say as well."""
    return Teacher(BESIDE, settings, train, Features.rows)


def trees(settings: BoostSettings) -> Teacher:
    return Teacher(TREES, settings, train_boosted, Features.table)


def teacher_of(
    features: Features, known: Known, is_held: BoolArray, settings: Settings
) -> tuple[Teacher, dict[str, Any]]:
    """The better one, and what each lost by cross-validation (in nats; empty: no choice)."""
    teachers = [lines(settings)]
    if features.beside:
        teachers.insert(0, lines_beside(features.usual(settings.seed)))
    may_grow = 1 < np.unique(known.label).size <= MOST_LABELS and known.tasks.size <= MOST_OF_TREES
    if features.columns.is_table and may_grow:
        teachers.append(trees(BoostSettings(seed=settings.seed)))
    if len(teachers) == 1:
        return teachers[0], {}
    lessons = lessons_of(known, is_held, settings.seed)
    tasks, label = known.tasks[lessons], known.label[lessons]
    lot = chances(tasks, settings.seed, Draw.COMPARED)
    lost: dict[str, float] = {}
    for one in teachers:
        rows = one.rows(features, tasks)
        try:
            said = out_of_sample(rows, label, len(known.values), tasks, lot, one.teach, FOLDS)
        except TooFew:
            return teachers[0], {}
        own = np.maximum(said[np.arange(label.size), label], 1e-3)
        lost[one.learner] = round(float(-np.log(own).mean()), 4)
    best = min(teachers, key=lambda one: lost[one.learner])
    return best, lost


def lessons_of(known: Known, is_held: BoolArray, seed: int) -> IntArray:
    """The places of what ways to learn are compared on: of very many answers some, by lot."""
    return _some(np.flatnonzero(~is_held), known.tasks, seed)


def number_teacher_of(
    features: Features,
    tasks: IntArray,
    truth: FloatArray,
    is_held: BoolArray,
    settings: NumberSettings,
    trees: BoostSettings,
) -> tuple[Teacher, dict[str, float]]:
    """The better way to learn a number, and by how much each was wrong (empty: no choice)."""
    teachers = [
        Teacher(LINES, settings, train_number, lambda one, some: one.built_in.rows(some)),
        *([Teacher(BESIDE, settings, train_number, Features.rows)] if features.beside else ()),
        *(
            [Teacher(TREES, trees, train_boosted_number, Features.table)]
            if features.columns.is_table
            else ()
        ),
    ]
    lessons = _some(np.flatnonzero(~is_held), tasks, settings.seed)
    wrong: dict[str, float] = {}
    if len(teachers) > 1:
        # Where a part has too little to learn from they are not compared, and lines are taken.
        with suppress(TooFewNumbers):
            wrong = {
                one.learner: _wrong_by(one, features, tasks[lessons], truth[lessons])
                for one in teachers
            }
    return min(teachers, key=lambda one: wrong.get(one.learner, 0.0)), wrong


def _wrong_by(teacher: Teacher, features: Features, tasks: IntArray, truth: FloatArray) -> float:
    """On average, of parts that are not learned from."""
    rows = teacher.rows(features, tasks)
    lot = chances(tasks, teacher.settings.seed, Draw.COMPARED)
    part = folds_of(tasks, lot, FOLDS)
    quick = replace(teacher.settings, has_spread=False)
    off = [
        np.abs(model(rows[part == fold]).value - truth[part == fold])
        for fold in range(FOLDS)
        for model in (teacher.train(rows, truth, is_held=part == fold, settings=quick),)
    ]
    return round(float(np.concatenate(off).mean()), 4)


def _some(lessons: IntArray, tasks: IntArray, seed: int) -> IntArray:
    lot = chances(tasks[lessons], seed, Draw.COMPARED)
    return np.sort(lessons[np.argsort(lot)[:MOST_COMPARED]])
