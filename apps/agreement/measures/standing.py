"""How far each rater stands from the others, by the answers that they share."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from apps.agreement.measures.arrays import FloatArray, IntArray, summed
from apps.agreement.measures.distances import DISTANCES, mid_ranks, numbers
from apps.agreement.measures.longform import LongForm

Z = 1.959963984540054
SQUARED = frozenset({"ordinal", "interval"})


@dataclass(frozen=True, eq=False, kw_only=True)
class Apart:
    """For each answer to a unit with two or more: its mean distance to the others of the unit.

    `kept` are the places of these answers; `expected` is the mean distance of any two of them.
    """

    kept: IntArray
    distance: FloatArray
    expected: float


@dataclass(frozen=True, kw_only=True)
class Standing:
    """1 - mean distance / expected: alpha is the mean of it over the raters, weighted by answers."""

    units: int
    value: float
    low: float
    high: float


def apart(answers: LongForm, level: str) -> Apart:
    """
    >>> data = LongForm.of([1, 1, 1, 2, 2, 3], list("xyzxyz"), list("aabbba"))
    >>> found = apart(data, "nominal")
    >>> found.kept.tolist(), found.distance.tolist(), round(found.expected, 3)
    ([0, 1, 2, 3, 4], [0.5, 0.5, 1.0, 0.0, 0.0], 0.6)
    """
    sizes = answers.sizes
    kept = np.flatnonzero(sizes[answers.unit] > 1)
    unit, value = answers.unit[kept], answers.value[kept]
    marginals = np.bincount(value, minlength=len(answers.values)).astype(float)
    others = np.maximum(sizes[unit] - 1, 1).astype(float)
    if level == "nominal":
        total = _unlike(unit, value, sizes, len(answers.values))
    elif level in SQUARED:
        x = mid_ranks(marginals) if level == "ordinal" else numbers(answers.values)
        total = _squared(unit, x[value], sizes)
    else:
        between = DISTANCES[level](answers.values, marginals)
        pattern, _ = answers.pattern_of_unit
        total = (answers.counts() @ between)[pattern[unit], value]
    return Apart(kept=kept, distance=total / others, expected=_expected(answers, level, marginals))


def _unlike(unit: IntArray, value: IntArray, sizes: IntArray, width: int) -> FloatArray:
    """How many answers of the unit are not the same."""
    _, cell, alike = np.unique(unit * width + value, return_inverse=True, return_counts=True)
    found: FloatArray = (sizes[unit] - alike[cell]).astype(float)
    return found


def _squared(unit: IntArray, x: FloatArray, sizes: IntArray) -> FloatArray:
    x = x - x.mean() if x.size else x
    s1, s2 = summed(x, unit, sizes.size), summed(x * x, unit, sizes.size)
    found: FloatArray = sizes[unit] * x * x - 2 * x * s1[unit] + s2[unit]
    return np.maximum(found, 0.0)


def _expected(answers: LongForm, level: str, marginals: FloatArray) -> float:
    n = float(marginals.sum())
    if n < 2:
        return 0.0
    if level == "nominal":
        return float(n * n - (marginals**2).sum()) / (n * (n - 1))
    if level in SQUARED:
        x = mid_ranks(marginals) if level == "ordinal" else numbers(answers.values)
        x = x - np.average(x, weights=marginals)
        return float(2 * n * (marginals * x * x).sum()) / (n * (n - 1))
    between = DISTANCES[level](answers.values, marginals)
    return float(marginals @ between @ marginals) / (n * (n - 1))


def standings(
    rater: IntArray, distance: FloatArray, expected: float, window: IntArray | None = None
) -> dict[tuple[int, int], Standing]:
    """By (rater, window): how the rater agrees with the others beyond chance.

    >>> rater, distance = np.array([7, 7, 8, 8]), np.array([0.0, 0.5, 0.0, 0.0])
    >>> {key: round(one.value, 2) for key, one in standings(rater, distance, 0.5).items()}
    {(7, 0): 0.5, (8, 0): 1.0}
    """
    if expected <= 0 or not rater.size:
        return {}
    if window is None:
        window = np.zeros(rater.size, np.int64)
    width = int(window.max()) + 1
    keys, place, n = np.unique(rater * width + window, return_inverse=True, return_counts=True)
    s1, s2 = summed(distance, place), summed(distance * distance, place)
    most = float(distance.max()) or 1.0
    return {
        (int(key) // width, int(key) % width): standing(
            n=int(m), s1=a, s2=b, expected=expected, most=most
        )
        for key, m, a, b in zip(keys, n, s1.tolist(), s2.tolist(), strict=True)
    }


def standing(*, n: int, s1: float, s2: float, expected: float, most: float) -> Standing:
    """From the sums of n distances and of their squares, none of which is over `most`.

    Wilson's interval (1927) of the mean as a share of `most`, for as many units as would vary as
    these do; chance is taken as known.
    """
    mean = s1 / n
    share, spread = mean / most, max(0.0, s2 / n - mean * mean) / (most * most)
    size: float = n
    if spread > 0 and n > 1:
        size = max(size, share * (1 - share) / spread * (n - 1))
    low, high = _wilson(min(1.0, share), size)
    return Standing(
        units=n,
        value=1 - mean / expected,
        low=1 - high * most / expected,
        high=1 - low * most / expected,
    )


def _wilson(share: float, n: float) -> tuple[float, float]:
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return max(0.0, middle - half), min(1.0, middle + half)
