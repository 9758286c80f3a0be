"""Trains a model of a question whose answers are numbers, and keeps how good it was."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.annotations.kinds.scales import ALIKE, Scale
from apps.annotations.models import Question
from apps.core.figures import short
from apps.routing.actions.features import Features
from apps.routing.actions.foreseeing import foreseen
from apps.routing.actions.labels import IntArray, known_answers, newest_consensus
from apps.routing.actions.settings import found_for
from apps.routing.actions.sureness import BySureness, Said, known_as_sure
from apps.routing.actions.teachers import BESIDE, TREES, Teacher, number_teacher_of
from apps.routing.actions.training import LEAST_LABELLED, NUMBERS, keep_run, some_of
from apps.routing.learners.boosting import BoostSettings
from apps.routing.learners.conformal import NumberForeteller, TooFewNumbers
from apps.routing.learners.regression import NumberSettings
from apps.routing.strategies.lots import held_out

# Of more, some by lot: a line is drawn for each of several strengths.
MOST_LESSONS = 20_000


@dataclass(frozen=True, eq=False, kw_only=True)
class LearnedNumbers(BySureness):
    """It leads by how wide its limits are, and proposes where it is surely better than the median."""

    says: NumberForeteller
    read: Callable[[IntArray], Any]
    scale: Scale
    # How far apart two numbers may be that say the same.
    tolerance: float

    def sure_of(self, tasks: IntArray) -> NDArray[np.float64]:
        """Narrow limits are a sure thing; in units of those that are as usual."""
        said = self.says(self.read(tasks))
        width = said.high - said.low
        usual = 2 * self.says.radius
        if not np.isfinite(usual) or usual <= 0:
            return np.full(tasks.size, 0.5)
        return 0.5 + 0.5 / (1 + width / usual)

    def thoughts_of(self, tasks: IntArray) -> list[list[Any]]:
        """Within which limits, and how often answers lie there."""
        if not np.isfinite(self.says.radius):
            return super().thoughts_of(tasks)
        said, level = self.says(self.read(tasks)), self.says.held.level
        ends = zip(said.low.tolist(), said.high.tolist(), strict=True)
        return [[[f"{short(low)} to {short(high)}", level]] for low, high in ends]

    def proposals(self, tasks: IntArray, bar: float) -> Iterator[Said]:
        """As probable as it is that an answer says the same."""
        rows = self.read(tasks)
        p = self.says.within(rows, self.tolerance)
        value = self.scale.nearest(self.says(rows).value)
        for at in np.flatnonzero(p >= bar):
            yield int(tasks[at]), float(value[at]), float(p[at])

    @property
    def is_proposing(self) -> bool:
        low = self.says.held.saved.low
        return low is not None and low > 0


def train_on_numbers(
    *, question: Question, features: Features, held: float, seed: int
) -> LearnedNumbers | None:
    """None where there is too little to learn from. `held` is the share that is held out."""
    start, consensus = time.perf_counter(), newest_consensus(question.project_id)
    tasks, truth = known_numbers(question, features, seed)
    if tasks.size < LEAST_LABELLED:
        return None
    scale = question.behaviour.scale(question.config) or Scale()
    is_held = held_out(tasks, seed, held)
    try:
        teacher, says, parameters = _taught(question, features, tasks, truth, is_held, seed)
    except TooFewNumbers:
        return None
    learner, figures = NUMBERS[teacher.learner], figures_of(says)
    figures["foreseen"] = foreseen(question, learner, int(tasks.size), figures)
    run = keep_run(
        question,
        learner=learner,
        parameters=parameters,
        seed=seed,
        consensus_id=consensus,
        is_held=is_held,
        figures=figures,
        seconds=time.perf_counter() - start,
    )
    return LearnedNumbers(
        run=run,
        question=question,
        features=features,
        known=known_as_sure(tasks, consensus),
        says=says,
        read=partial(teacher.rows, features),
        scale=scale,
        tolerance=tolerance_of(scale, truth),
    )


def _taught(
    question: Question,
    features: Features,
    tasks: IntArray,
    truth: NDArray[np.float64],
    is_held: NDArray[np.bool_],
    seed: int,
) -> tuple[Teacher, NumberForeteller, dict[str, Any]]:
    """By the better way, with all that it was taught by. Raises TooFewNumbers."""
    settings, trees = number_settings(question, seed)
    trees = found_for(question, NUMBERS[TREES], trees)
    teacher, wrong = number_teacher_of(features, tasks, truth, is_held, settings, trees)
    rows = teacher.rows(features, tasks)
    says = teacher.train(rows, truth, is_held=is_held, settings=teacher.settings)
    told = asdict(teacher.settings) | says.settled | ({"compared": wrong} if wrong else {})
    return teacher, says, told | (features.told if teacher.learner == BESIDE else {})


def figures_of(says: NumberForeteller) -> dict[str, Any]:
    held = says.held
    return {
        "error": asdict(held.error),
        "saved": asdict(held.saved),
        "covered": asdict(held.covered),
        "level": held.level,
        "radius": says.radius if np.isfinite(says.radius) else None,
        "has_spread": says.spread is not None,
    }


def tolerance_of(scale: Scale, truth: NDArray[np.float64]) -> float:
    """Where an end is open the answers that were given stand for the range."""
    if scale.tolerance is not None and scale.low is not None and scale.high is not None:
        return scale.tolerance
    return max(scale.tolerance or 0.0, ALIKE * float(np.ptp(truth)))


def number_settings(question: Question, seed: int) -> tuple[NumberSettings, BoostSettings]:
    """The usual ones of lines and of trees, within the ends of its scale."""
    scale = question.behaviour.scale(question.config) or Scale()
    ends: dict[str, Any] = {"low": scale.low, "high": scale.high, "seed": seed % 2**31}
    return NumberSettings(**ends), BoostSettings(**ends)


def known_numbers(
    question: Question, features: Features, seed: int
) -> tuple[IntArray, NDArray[np.float64]]:
    found = {
        pk: float(said)
        for pk, said in known_answers(question).items()
        if isinstance(said, int | float) and not isinstance(said, bool)
    }
    tasks = np.array(list(found), np.int64)
    tasks = some_of(tasks[np.isin(tasks, features.tasks)], seed, MOST_LESSONS)
    return tasks, np.array([found[pk] for pk in tasks.tolist()], float)
