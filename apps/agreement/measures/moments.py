"""Ratings as moments per unit: for values so many that nearly each unit has its own pattern."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from apps.agreement.measures.arrays import AnyArray, FloatArray, IntArray, summed
from apps.agreement.measures.distances import DISTANCES, LevelError, mid_ranks, numbers
from apps.agreement.measures.longform import LongForm

MATRIX_LIMIT = 5000  # V x V floats then take 200 MB


@dataclass(frozen=True, eq=False, kw_only=True)
class Influence:
    """A coefficient and how far each unit moves it: the delta method's raw material."""

    value: float | None
    observed: float | None
    expected: float | None
    units: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Moments:
    """What alpha needs of each unit at one level, for units with two answers or more (N).

    With D the sum over pairs inside a unit and E the sum over all pairs of answers, alpha is
    1 - (n - 1) sum(within) / expected. `within` is D / (m - 1). `pull_expected` and `pull_observed`
    say how far one unit more would move E and the sum of D: E depends on all answers, and at the
    ordinal level so does each distance. Numbers are exact, never binned.
    """

    level: str
    sizes: IntArray
    ties: IntArray
    within: FloatArray
    pull_expected: FloatArray
    pull_observed: FloatArray
    expected: float
    values_used: int
    raters: int | None = None
    group: IntArray | None = None
    missing: int = 0
    lone: int = 0

    @property
    def units(self) -> IntArray:
        return np.ones(self.sizes.size, np.int64)

    @property
    def disagreeing(self) -> AnyArray:
        return self.ties < self.sizes**2

    @classmethod
    def of(cls, answers: LongForm, level: str) -> Moments:
        paired = answers.sizes >= 2
        place = np.cumsum(paired) - 1
        keep = paired[answers.unit]
        unit, value = place[answers.unit[keep]], answers.value[keep]
        sizes = answers.sizes[paired]
        marginals = np.bincount(value, minlength=len(answers.values)).astype(float)
        ties = _ties(unit, value, sizes.size, len(answers.values))
        sums = _sums(level, answers.values, unit, value, sizes, marginals)
        agree = ties == sizes**2
        sums.within[agree] = 0.0  # rounding must not turn agreement into disagreement
        return cls(
            level=level,
            sizes=sizes,
            ties=ties,
            within=sums.within,
            pull_expected=summed(sums.per_value[value], unit, sizes.size),
            pull_observed=summed(sums.shift[value], unit, sizes.size),
            expected=sums.expected,
            values_used=int(np.count_nonzero(marginals)),
            raters=answers.raters,
            group=None if answers.group is None else answers.group[paired],
            missing=answers.missing,
            lone=int(np.count_nonzero(answers.sizes == 1)),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class _Sums:
    """within (N), E, and the derivatives by the marginals of E and of sum(within) (V)."""

    within: FloatArray
    expected: float
    per_value: FloatArray
    shift: FloatArray


def _sums(
    level: str,
    values: Sequence[Hashable],
    unit: IntArray,
    value: IntArray,
    sizes: IntArray,
    marginals: FloatArray,
) -> _Sums:
    if level == "nominal":
        return _nominal(unit, value, sizes, marginals)
    if level == "ordinal":
        return _ordinal(unit, value, sizes, marginals)
    if level == "interval":
        x = numbers(values)
        center = float(x @ marginals) / max(marginals.sum(), 1)
        return _scores(x - center, unit, value, sizes, marginals)
    return _matrix(level, values, unit, value, sizes, marginals)


def _nominal(unit: IntArray, value: IntArray, sizes: IntArray, marginals: FloatArray) -> _Sums:
    total = marginals.sum()
    ties = _ties(unit, value, sizes.size, marginals.size)
    return _Sums(
        within=(sizes**2 - ties) / (sizes - 1),
        expected=float(total**2 - (marginals**2).sum()),
        per_value=2 * (total - marginals),
        shift=np.zeros_like(marginals),
    )


def _scores(
    x: FloatArray, unit: IntArray, value: IntArray, sizes: IntArray, marginals: FloatArray
) -> _Sums:
    """Squared differences of x: 2 (m sum x² - (sum x)²) for the pairs among m answers."""
    given = x[value]
    first = summed(given, unit, sizes.size)
    second = summed(given**2, unit, sizes.size)
    total, mean, square = marginals.sum(), x @ marginals, x**2 @ marginals
    return _Sums(
        within=2 * (sizes * second - first**2) / (sizes - 1),
        expected=float(2 * (total * square - mean**2)),
        per_value=2 * (square + total * x**2 - 2 * mean * x),
        shift=np.zeros_like(marginals),
    )


def _ordinal(unit: IntArray, value: IntArray, sizes: IntArray, marginals: FloatArray) -> _Sums:
    """The interval sums on mid-ranks, which the marginals move too: one answer more at g lifts the
    ranks above g by one and that of g by a half."""
    ranks = mid_ranks(marginals)
    sums = _scores(ranks, unit, value, sizes, marginals)
    first = summed(ranks[value], unit, sizes.size)
    slope = 4 * (sizes[unit] * ranks[value] - first[unit]) / (sizes[unit] - 1)
    by_rank_within = summed(slope, value, marginals.size)
    by_rank_expected = 4 * marginals.sum() * marginals * ranks
    return _Sums(
        within=sums.within,
        expected=sums.expected,
        per_value=sums.per_value + _lifted(by_rank_expected),
        shift=_lifted(by_rank_within),
    )


def _lifted(by_rank: FloatArray) -> FloatArray:
    above = by_rank.sum() - np.cumsum(by_rank)
    return above + by_rank / 2  # type: ignore[no-any-return]


def _matrix(
    level: str,
    values: Sequence[Hashable],
    unit: IntArray,
    value: IntArray,
    sizes: IntArray,
    marginals: FloatArray,
) -> _Sums:
    """Any distance: pairs inside units are reached by stepping through the answers in order."""
    if len(values) > MATRIX_LIMIT:
        raise LevelError(f"{len(values)} different values are too many for {level} distances.")
    distance = DISTANCES[level](values, marginals)
    order = np.argsort(unit, kind="stable")
    unit, value = unit[order], value[order]
    within = np.zeros(sizes.size)
    for step in range(1, int(sizes.max(initial=1))):
        same = np.flatnonzero(unit[step:] == unit[:-step])
        apart = distance[value[same], value[same + step]]
        within += summed(2 * apart, unit[same], sizes.size)
    by_value = distance @ marginals
    return _Sums(
        within=within / (sizes - 1),
        expected=float(marginals @ by_value),
        per_value=2 * by_value,
        shift=np.zeros_like(marginals),
    )


def _ties(unit: IntArray, value: IntArray, units: int, width: int) -> IntArray:
    """Sum of the squared counts of each unit's values."""
    keys = np.sort(unit * width + value)
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])) if keys.size else keys
    counts = np.diff(np.append(starts, keys.size))
    owner = keys[starts] // width
    return np.bincount(owner, weights=counts**2, minlength=units).astype(np.int64)
