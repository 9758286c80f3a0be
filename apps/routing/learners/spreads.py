"""How far off a model of numbers is, row by row: learned from the lessons alone, so that limits hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.routing.learners.conformal import Error, FloatArray, Spread

IntArray = NDArray[np.int64]
Fit = Callable[[Any, FloatArray, IntArray], Callable[[Any], FloatArray]]
"""Rows, numbers and the places to learn from give a model."""
# With fewer lessons nothing is told of how far off it is.
LEAST_LESSONS = 80
# So much nearer or further than usual, and no more.
LEAST, MOST = 0.2, 5.0
JUDGED_BY = 4


def spread_of(
    fit: Fit, rows: Any, truth: FloatArray, lessons: IntArray, seed: int
) -> Spread | None:
    """None where nothing tells surely how far off it is, so that all rows are alike.

    How far off it is, is seen by halves of the lessons, each by a model of the other half. A model of
    that is kept where it is surely better than the mean, on a quarter that it has not seen.

    >>> rng = np.random.default_rng(0)
    >>> x = rng.uniform(0, 1, (600, 1))
    >>> y = x[:, 0] + rng.normal(size=600) * (0.1 + 2 * x[:, 0])
    >>> def fit(rows, truth, places):
    ...     line = np.polyfit(rows[places, 0], truth[places], 1)
    ...     return lambda given: np.polyval(line, given[:, 0])
    >>> found = spread_of(fit, x, y, np.arange(600), 0)
    >>> bool(found(np.array([[0.05]]))[0] < 0.6), bool(found(np.array([[0.95]]))[0] > 1.4)
    (True, True)
    """
    if lessons.size < LEAST_LESSONS:
        return None
    rng = np.random.default_rng(seed)
    off = _off(fit, rows, truth, rng.permutation(lessons))
    order = rng.permutation(lessons)
    judge, learn = (np.sort(some) for some in np.split(order, [lessons.size // JUDGED_BY]))
    usual = float(off[learn].mean())
    if usual <= 0:
        return None
    model = fit(rows, off, learn)
    said = np.clip(model(rows[judge]), LEAST * usual, MOST * usual)
    low = Error.of(_lost(np.full(judge.size, usual), off[judge]) - _lost(said, off[judge])).low
    if low is None or low <= 0:
        return None
    return lambda given: np.clip(model(given) / usual, LEAST, MOST)


def _lost(said: FloatArray, off: FloatArray) -> FloatArray:
    """In nats, by Laplace's law: one that is far off weighs by how far, and not by its square."""
    return np.log(said) + off / said


def _off(fit: Fit, rows: Any, truth: FloatArray, order: IntArray) -> FloatArray:
    """How far off a model of the other half is; of places that are no lessons nothing is said."""
    halves = np.sort(order[::2]), np.sort(order[1::2])
    found = np.full(truth.size, np.nan)
    for learned, asked in (halves, halves[::-1]):
        found[asked] = np.abs(fit(rows, truth, learned)(rows[asked]) - truth[asked])
    return found
