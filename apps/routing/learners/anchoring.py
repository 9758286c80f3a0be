"""What suggestions do to answers: those given beside one, against those given without.

Tasks are drawn by lot to be answered with or without, so a difference between the two is the suggestions'
doing. Answers to one task hang together, so tasks are the units: each has one number, and the difference of
the means has the limits of Welch (1947).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

FloatArray = NDArray[np.float64]
# Of each side; from fewer tasks no spread can be told.
LEAST = 10


@dataclass(frozen=True, kw_only=True)
class Difference:
    """With less without, as shares, with limits of 95 %; none where there is too little to tell by."""

    shown: float | None
    hidden: float | None
    value: float | None
    low: float | None
    high: float | None
    n_shown: int
    n_hidden: int


def difference(shown: FloatArray, hidden: FloatArray) -> Difference:
    """Of a number for each task.

    >>> found = difference(np.array([1.0, 0.5] * 20), np.array([0.5, 0.0] * 20))
    >>> found.value, round(found.low, 2), round(found.high, 2)
    (0.5, 0.39, 0.61)
    >>> difference(np.ones(3), np.zeros(30)).value is None
    True
    """
    means = [float(side.mean()) if side.size else None for side in (shown, hidden)]
    value = low = high = None
    if min(shown.size, hidden.size) >= LEAST:
        value = float(shown.mean() - hidden.mean())
        half = _half(shown, hidden)
        low, high = max(-1.0, value - half), min(1.0, value + half)
    return Difference(
        shown=means[0],
        hidden=means[1],
        value=value,
        low=low,
        high=high,
        n_shown=int(shown.size),
        n_hidden=int(hidden.size),
    )


def _half(one: FloatArray, two: FloatArray) -> float:
    """Half the width of Welch's interval. Where all tasks of a side are alike, it has the spread that
    one other task would give it: that none was seen does not mean that there is none."""
    parts = [_error(side) for side in (one, two)]
    total = sum(parts)
    freedom = total**2 / sum(
        part**2 / (side.size - 1) for part, side in zip(parts, (one, two), strict=True)
    )
    return float(stats.t.ppf(0.975, freedom) * np.sqrt(total))


def _error(side: FloatArray) -> float:
    least = (side.size - 1) / side.size**2
    return float(max(side.var(ddof=1), least)) / side.size


def alike(answers: Iterable[Sequence[str]]) -> FloatArray:
    """Of each task with two answers or more, the share of the pairs of its answers that are alike.

    >>> alike([["a", "a", "b"], ["a"], ["b", "b"]]).round(2).tolist()
    [0.33, 1.0]
    """
    found = []
    for said in answers:
        if len(said) > 1:
            _, number = np.unique(list(said), return_counts=True)
            found.append((number * (number - 1)).sum() / (len(said) * (len(said) - 1)))
    return np.array(found, float)


def same_as(answers: Iterable[Sequence[bool]]) -> FloatArray:
    """Of each task, the share of its answers that are what was suggested.

    >>> same_as([[True, False], [True]]).tolist()
    [0.5, 1.0]
    """
    return np.array([float(np.mean(said)) for said in answers if len(said)], float)
