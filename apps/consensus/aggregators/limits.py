"""Between which limits of 95 % the middle of all who could have answered lies, by those who did."""

from __future__ import annotations

import numpy as np
from scipy import stats

from apps.annotations.kinds.scales import Scale
from apps.consensus.aggregators.base import FloatArray, IntArray

OUTSIDE = 0.025
# Of fewer answers even the lowest and the highest leave the median out more often.
LEAST_FOR_MEDIAN = 6


def of_median(ordered: FloatArray, number: IntArray) -> tuple[FloatArray, FloatArray]:
    """Of each unit the k-th number from either end, where fewer than k of so many lie on one side of
    the median with a chance of at most 2.5 %, whatever their distribution (Thompson 1936, *On
    confidence ranges for the median*). NaN of fewer than six answers.

    `ordered` has all numbers, unit by unit and ascending; `number` says how many each unit has.

    >>> low, high = of_median(np.arange(9.0), np.array([9]))
    >>> low.item(), high.item()
    (1.0, 7.0)
    """
    rank = stats.binom.ppf(OUTSIDE, number, 0.5).astype(np.int64)
    end = np.cumsum(number)
    has = rank > 0
    low, high = np.full(number.size, np.nan), np.full(number.size, np.nan)
    low[has] = ordered[(end - number + rank - 1)[has]]
    high[has] = ordered[(end - rank)[has]]
    return low, high


def of_trimmed_mean(
    ordered: FloatArray, number: IntArray, cut: IntArray, mean: FloatArray, scale: Scale
) -> tuple[FloatArray, FloatArray]:
    """Student's limits with the winsorised sum of squares (Tukey and McLaughlin 1963, *Less
    vulnerable confidence and significance procedures for location*), `cut` answers off at either end.

    Between two steps of a scale nobody can answer: that adds a twelfth of its square to what answers
    differ by. NaN where fewer than two answers are left, or where nothing differs and there is no step.

    >>> low, high = of_trimmed_mean(np.array([1.0, 2, 3]), np.array([3]), np.array([0]),
    ...                             np.array([2.0]), Scale())
    >>> low.round(2).item(), high.round(2).item()
    (-0.48, 4.48)
    """
    unit = np.repeat(np.arange(number.size), number)
    start = np.cumsum(number) - number
    place = np.arange(unit.size) - start[unit]
    inside = np.clip(place, cut[unit], (number - 1 - cut)[unit])
    squares, sums = np.zeros(number.size), np.zeros(number.size)
    moved = ordered[start[unit] + inside] - mean[unit]
    np.add.at(squares, unit, moved**2)
    np.add.at(sums, unit, moved)
    squares -= sums**2 / np.maximum(number, 1)
    left = number - 2 * cut
    free = np.maximum(left - 1, 1)
    variance = np.maximum(squares, 0.0) / (np.maximum(left, 1) * free)
    variance += (scale.step or 0.0) ** 2 / 12 / np.maximum(left, 1)
    half = stats.t.ppf(1 - OUTSIDE, free) * np.sqrt(variance)
    half[(left < 2) | (variance <= np.finfo(float).eps)] = np.nan
    return within(scale, mean - half, mean + half)


def within(scale: Scale, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Beyond the ends of a scale nothing lies."""
    low_end = -np.inf if scale.low is None else scale.low
    high_end = np.inf if scale.high is None else scale.high
    return np.clip(low, low_end, high_end), np.clip(high, low_end, high_end)
