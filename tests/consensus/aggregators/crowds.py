"""Crowds of known truth, with a model that has read the same tasks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from apps.consensus.aggregators import Answers

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def crowd(
    truth: IntArray, rng: np.random.Generator, *, skills: list[float], overlap: int, labels: int
) -> Answers:
    """Each unit is answered by `overlap` of the raters, who are right as often as their skill."""
    chosen = rng.permuted(np.tile(np.arange(len(skills)), (truth.size, 1)), axis=1)[:, :overlap]
    unit, rater = np.repeat(np.arange(truth.size), overlap), chosen.reshape(-1)
    is_right = rng.random(unit.size) < np.array(skills)[rater]
    wrong = (truth[unit] + rng.integers(1, labels, unit.size)) % labels
    return Answers(
        unit=unit,
        rater=rater,
        value=np.where(is_right, truth[unit], wrong),
        values=tuple(range(labels)),
        units=truth.size,
    )


def read_by_model(
    truth: IntArray, rng: np.random.Generator, *, right: float, sure: float, labels: int
) -> FloatArray:
    """What a model thinks that is right so often, and believes its favourite so probable."""
    wrong = (truth + rng.integers(1, labels, truth.size)) % labels
    favourite = np.where(rng.random(truth.size) < right, truth, wrong)
    said = np.full((truth.size, labels), (1 - sure) / (labels - 1))
    said[np.arange(truth.size), favourite] = sure
    return said


def heard(answers: Answers, said: FloatArray) -> Answers:
    return replace(answers, opinions=said)
