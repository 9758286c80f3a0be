"""Which of two methods does better on the same tasks, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

REPLICATES = 4_000
# Beyond so many different differences the interval is the normal distribution's.
MOST_DISTINCT = 500


def compared(mine: Sequence[float], other: Sequence[float], *, seed: int) -> dict[str, Any]:
    """Mean credits and their difference, with limits of 95 % by drawing the tasks again.

    The verdict is "worse" or "better" when the limits lie on one side of 0, "alike" when the two
    never differ, else "open". Fewer than ten tasks decide nothing.

    >>> compared([1.0] * 30, [1.0] * 20 + [0.0] * 10, seed=0)["verdict"]
    'better'
    """
    a, b = np.asarray(mine, float), np.asarray(other, float)
    apart = a - b
    low, high = mean_limits(apart, seed=seed)
    return {
        "tasks": int(apart.size),
        "model": float(a.mean()),
        "plain": float(b.mean()),
        "difference": float(apart.mean()),
        "low": low,
        "high": high,
        "verdict": _verdict(apart, low, high),
    }


def mean_limits(
    values: np.ndarray[tuple[int], np.dtype[np.float64]], *, seed: int
) -> tuple[float, float]:
    """Of a mean, by drawing the values again. Equal ones are drawn together, so many are cheap."""
    distinct, times = np.unique(values, return_counts=True)
    if distinct.size > MOST_DISTINCT:
        half = 1.96 * float(values.std()) / np.sqrt(values.size)
        return float(values.mean() - half), float(values.mean() + half)
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(values.size, times / values.size, REPLICATES) @ distinct / values.size
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def _verdict(apart: np.ndarray[tuple[int], np.dtype[np.float64]], low: float, high: float) -> str:
    if not apart.any():
        return "alike"
    if apart.size < 10 or low <= 0 <= high:
        return "open"
    return "better" if low > 0 else "worse"
