"""What methods for numbers have in common: sums by unit, and verdicts that are numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.annotations.kinds.scales import Scale
from apps.consensus.aggregators.base import (
    Answers,
    FloatArray,
    FormError,
    IntArray,
    Skills,
    Verdicts,
)

BoolArray = NDArray[np.bool_]
# A number that differs less from another is the same, whatever the sums' last digits.
ALIKE = 1e-9


def numbers_of(answers: Answers) -> FloatArray:
    """By value."""
    if not all(isinstance(value, (int, float)) for value in answers.values):
        raise FormError("These answers are no numbers.")
    return np.array(answers.values, float)


@dataclass(frozen=True, eq=False, kw_only=True)
class Found:
    """A number for each unit that has answers, as found and as allowed; how many answers say so."""

    exact: FloatArray
    told: FloatArray
    behind: FloatArray


def told(answers: Answers, exact: FloatArray) -> Found:
    """`exact` has a number for each unit; those of units without answers play no part."""
    said = answers.scale.nearest(exact)
    near = (answers.scale.tolerance or 0.0) + ALIKE
    is_near = np.abs(numbers_of(answers)[answers.value] - said[answers.unit]) <= near
    behind = np.bincount(answers.unit[is_near], minlength=answers.units)
    return Found(exact=exact, told=said, behind=behind.astype(float))


def verdicts_of(
    answers: Answers,
    found: Found,
    *,
    probability: FloatArray | None = None,
    skills: Skills | None = None,
    steps: int = 0,
    has_converged: bool = True,
    limits: tuple[FloatArray, FloatArray] | None = None,
) -> Verdicts:
    number = np.bincount(answers.unit, minlength=answers.units)
    has = number > 0
    values, winner = np.unique(found.told[has], return_inverse=True)
    offsets: IntArray = np.concatenate([[0], np.cumsum(has)]).astype(np.int64)
    share = np.full(answers.units, np.nan)
    np.divide(found.behind, number, out=share, where=has)
    return Verdicts(
        values=tuple(_plain(value) for value in values.tolist()),
        offsets=offsets,
        winner=winner,
        share=share,
        answers=number,
        probability=None if probability is None else np.where(has, probability, np.nan),
        skills=skills,
        steps=steps,
        has_converged=has_converged,
        low=None if limits is None else np.where(has, limits[0], np.nan),
        high=None if limits is None else np.where(has, limits[1], np.nan),
    )


def is_end(scale: Scale, told: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Where nothing lower is allowed, and where nothing higher is."""
    low = -np.inf if scale.low is None else scale.low
    high = np.inf if scale.high is None else scale.high
    return told <= low, told >= high


def _plain(value: float) -> int | float:
    """Whole numbers as such, as kinds keep them."""
    return int(value) if value.is_integer() else value
