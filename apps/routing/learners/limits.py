"""Between which limits the figures of a model lie that no formula has: by drawing the tasks again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
REPLICATES = 1_000


@dataclass(frozen=True, kw_only=True)
class Between:
    """A figure with its limits of 95 %, and of how many tasks it is. Without limits where all replicates
    say the same: of six tasks that are all right nothing follows about the next."""

    value: float
    low: float | None
    high: float | None
    n: int


def macro_f1_between(truth: IntArray, said: IntArray, *, seed: int) -> Between:
    """By the bootstrap over tasks, percentiles (Efron and Tibshirani 1993, ch. 13). A label that a
    replicate has not met has no part in its mean.

    >>> truth = np.repeat([0, 1], [90, 10])
    >>> found = macro_f1_between(truth, np.where(np.arange(100) % 10 == 0, 1 - truth, truth), seed=0)
    >>> round(found.value, 3), found.low < found.value < found.high
    (0.792, True)
    """
    value, draws = _drawn(truth, [said], seed)
    return _between(value[0], draws[0], truth.size)


def macro_f1_gain(truth: IntArray, said: IntArray, other: IntArray, *, seed: int) -> Between:
    """By how much `said` is better than `other`, on the very same tasks in each replicate.

    >>> truth = np.repeat([0, 1], 50)
    >>> found = macro_f1_gain(truth, truth, np.zeros(100, int), seed=0)
    >>> round(found.value, 3), found.low > 0.6
    (0.667, True)
    """
    value, draws = _drawn(truth, [said, other], seed)
    return _between(value[0] - value[1], draws[0] - draws[1], truth.size)


def log_loss_between(probabilities: FloatArray, truth: IntArray, *, seed: int) -> Between:
    """In nats; what was said to be impossible and happened costs 34.5. By the bootstrap, too: one task
    of which a model was sure and wrong weighs much, so the limits are not alike on both sides.

    >>> found = log_loss_between(np.array([[0.5, 0.5]] * 20), np.zeros(20, int), seed=0)
    >>> round(found.value, 4), found.low
    (0.6931, None)
    """
    lost = -np.log(np.maximum(probabilities[np.arange(truth.size), truth], 1e-15))
    rng = np.random.default_rng(seed)
    draws = [float(rng.choice(lost, lost.size).mean()) for _ in range(REPLICATES)]
    return _between(float(lost.mean()), np.array(draws), lost.size)


def _between(value: float, draws: FloatArray, n: int) -> Between:
    if np.ptp(draws) < 1e-12:
        return Between(value=float(value), low=None, high=None, n=n)
    low, high = np.quantile(draws, [0.025, 0.975])
    return Between(value=float(value), low=float(low), high=float(high), n=n)


def _drawn(
    truth: IntArray, saids: Sequence[IntArray], seed: int
) -> tuple[FloatArray, NDArray[np.float64]]:
    """Macro F1 of each, and of each in each replicate. Tasks of which the same is so and was said are
    drawn together, so many of them are cheap."""
    cells, times = np.unique(np.column_stack([truth, *saids]), axis=0, return_counts=True)
    labels, places = np.unique(cells, return_inverse=True)
    places = places.reshape(cells.shape)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(truth.size, times / truth.size, REPLICATES)
    counts = np.vstack([times, drawn]).astype(float)
    hot = np.eye(labels.size)
    so = counts @ hot[places[:, 0]]
    f1 = []
    for at in range(1, len(saids) + 1):
        is_right = places[:, 0] == places[:, at]
        both = so + counts @ hot[places[:, at]]
        right = counts @ (hot[places[:, 0]] * is_right[:, None])
        each = np.divide(2 * right, both, out=np.zeros_like(both), where=both > 0)
        f1.append(each.sum(axis=1) / np.maximum((both > 0).sum(axis=1), 1))
    found = np.array(f1)
    return found[:, 0], found[:, 1:]
