"""95 % intervals: by resampling units or groups, by the delta method, and near the boundary.

* **Bootstrap over units** (Zapf et al. 2016). Resampling N units with replacement is one
  multinomial draw on the histogram of patterns, so a replicate costs the patterns and not the
  units. Percentiles; bias-corrected and accelerated (Efron 1987) below 50 units.
* **Bootstrap over groups** where units belong together (documents, chats): whole groups are drawn.
  With too many different groups to be drawn, the jackknife over groups; with too many different
  units, the jackknife over blocks of units or groups.
* **Delta method** for moments.
* **Boundary rule** near perfect agreement. When a handful of units hold all disagreement, resamples
  often hold none of it and the bootstrap's interval shrinks to nothing (to [1, 1] when there is
  none). The rule draws Bayesian bootstrap weights (Rubin 1981: Gamma with the number of units as
  shape) on the data plus one unit more. For the lower limit that unit disagrees: its raters
  answer by chance, and not all alike. For the upper limit it is one that agrees. The share of
  disagreeing units then has the limits of Clopper and Pearson (1934), with no disagreement the rule
  of three (Hanley and Lippman-Hand 1983), while the marginals vary as the data allow.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Protocol, Self, TypeAlias, TypeVar

import numpy as np

from apps.agreement.measures.arrays import AnyArray, FloatArray, IntArray, summed
from apps.agreement.measures.figure import (
    TOO_FEW_GROUPS,
    TOO_FEW_UNITS,
    Figure,
    Reason,
    Statistic,
)
from apps.agreement.measures.groups import Groups
from apps.agreement.measures.moments import Influence, Moments

LEAST = 10  # units or groups
BCA_BELOW = 50
FEW = 10  # units that hold the disagreement
RARE = 0.1  # and their share
CELLS = 2_000_000  # floats of one chunk of weights
WORK = 10_000_000  # binomial draws of one interval
GROUPS_LIMIT = 2000
ROWS_LIMIT = 20_000  # different units; more are left out in so many blocks
BLOCKS = 200


class Drawn(Protocol):
    """The different units (P) and how many there are of each: what is drawn again."""

    @property
    def units(self) -> IntArray: ...

    @property
    def groups(self) -> Groups | None: ...

    @property
    def cells(self) -> int:
        """How many floats one replicate takes."""


class Histogram(Drawn, Protocol):
    """What the boundary rule needs besides."""

    @property
    def disagreeing(self) -> AnyArray:
        """Which of the different units hold two values or more (P)."""

    def paired(self) -> Self:
        """Without the units that have fewer than two answers."""

    def joined(self, more: Self) -> Self:
        """These rows and then those of `more`."""

    def unseen(self, rng: np.random.Generator) -> Self:
        """Units whose raters answer by chance, given that they do not all answer alike."""

    def agreeing(self) -> Self:
        """The units whose raters all answer alike."""


H = TypeVar("H", bound=Histogram)
# Makes the statistic of other rows: those of the data and some more.
Remake: TypeAlias = Callable[[H], Statistic]


@dataclass(frozen=True, kw_only=True)
class Draw:
    replicates: int | None
    seed: int
    confidence: float
    # No coefficient is more; a difference has no such bound.
    most: float = 1.0

    @property
    def tails(self) -> tuple[float, float]:
        return (1 - self.confidence) / 2, (1 + self.confidence) / 2

    def number(self, cost: int) -> int:
        """10,000 replicates, or fewer where each costs much, but no fewer than 1,000."""
        return self.replicates or max(1000, min(10_000, WORK // max(cost, 1)))

    def rng(self) -> np.random.Generator:
        return np.random.default_rng(self.seed)


def of_patterns(remake: Remake[H], data: H, figure: Figure, draw: Draw) -> Figure:
    """The figure with its interval, or with the reason why it has none."""
    if reason := too_few(data):
        return replace(figure, interval_reason=reason)
    if is_near_perfect(data):
        return by_boundary_rule(remake, data, figure, draw)
    return by_bootstrap(remake(data), data, figure, draw)


def too_few(data: Histogram) -> Reason | None:
    units = int(data.paired().units.sum())
    if units < LEAST:
        return TOO_FEW_UNITS
    if data.groups is not None and data.groups.number < LEAST:
        return TOO_FEW_GROUPS
    return None


def by_bootstrap(statistic: Statistic, data: Drawn, figure: Figure, draw: Draw) -> Figure:
    """By drawing units or groups again; by leaving out blocks where too many differ."""
    if data.units.size > ROWS_LIMIT:
        return _jackknife_over_blocks(statistic, data, figure, draw)
    if data.groups is not None:
        return _over_groups(statistic, data, data.groups, figure, draw)
    return _over_units(statistic, data, figure, draw)


def _jackknife_over_blocks(statistic: Statistic, data: Drawn, figure: Figure, draw: Draw) -> Figure:
    """Units, or whole groups, are dealt out to blocks at random, and each block is left out once
    (Efron and Stein 1981): for so many different units that a replicate takes long."""
    if data.groups is None:
        row = np.repeat(np.arange(data.units.size), data.units)
        own, units = np.arange(row.size), np.ones(row.size, np.int64)
    else:
        row, units = data.groups.pattern, data.groups.units
        own = np.unique(data.groups.group, return_inverse=True)[1]
    number, rng = BLOCKS, np.random.default_rng(0)
    block = rng.permutation(np.arange(int(own.max()) + 1) % number)[own]
    values = np.empty(number)
    for b in range(number):
        here = block == b
        left = data.units - summed(units[here], row[here], data.units.size)
        values[b] = statistic(left[None, :]).value[0]
    spread = math.sqrt((number - 1) * float(np.var(values)))
    return normal(figure, spread, f"jackknife over {number} blocks", draw.most)


def _over_units(statistic: Statistic, data: Drawn, figure: Figure, draw: Draw) -> Figure:
    number, rng = draw.number(data.units.size), draw.rng()
    total = int(data.units.sum())
    shares = data.units / total
    values = np.concatenate(
        [
            statistic(rng.multinomial(total, shares, size).astype(float)).value
            for size in chunks(number, data.cells)
        ]
    )
    tails, name = draw.tails, "percentile"
    if total < BCA_BELOW and (moved := accelerated(statistic, data.units, figure, draw, values)):
        tails, name = moved, "BCa"
    return limits(figure, draw, values, tails, f"bootstrap over units, {name}")


def _over_groups(
    statistic: Statistic, data: Drawn, groups: Groups, figure: Figure, draw: Draw
) -> Figure:
    each, times = groups.distinct()
    if times.size > GROUPS_LIMIT:
        return _jackknife_over_groups(statistic, data, (each, times), figure, draw)
    matrix, rng = each.matrix(data.units.size), draw.rng()
    number, total = draw.number(times.size + matrix.size // 100), int(times.sum())
    shares = times / total
    values = np.concatenate(
        [
            statistic(rng.multinomial(total, shares, size) @ matrix).value
            for size in chunks(number, data.cells + times.size)
        ]
    )
    return limits(figure, draw, values, draw.tails, "bootstrap over groups, percentile")


def _jackknife_over_groups(
    statistic: Statistic,
    data: Drawn,
    distinct: tuple[Groups, IntArray],
    figure: Figure,
    draw: Draw,
) -> Figure:
    """Each group left out once (Efron and Stein 1981), like ones together."""
    each, times = distinct
    first = np.searchsorted(each.group, np.arange(times.size + 1))
    left_out, start = [], 0
    for size in chunks(times.size, data.cells):
        rows = slice(first[start], first[start + size])
        weights = np.repeat(data.units[None, :].astype(float), size, axis=0)
        weights[each.group[rows] - start, each.pattern[rows]] -= each.units[rows]
        left_out.append(statistic(weights).value)
        start += size
    values, total = np.concatenate(left_out), int(times.sum())
    mean = np.average(values, weights=times)
    spread = math.sqrt((total - 1) * float(np.average((values - mean) ** 2, weights=times)))
    return normal(figure, spread, "jackknife over groups", draw.most)


def accelerated(
    statistic: Statistic,
    units: AnyArray,
    figure: Figure,
    draw: Draw,
    values: FloatArray,
) -> tuple[float, float] | None:
    """Efron's BCa percentiles; None where the jackknife or the bootstrap has no answer."""
    units = units.astype(float)
    without = statistic(units[None, :] - np.eye(units.size)).value
    known = values[~np.isnan(values)]
    if figure.value is None or np.isnan(without).any() or not known.size:
        return None
    below = ((known < figure.value).sum() + 0.5 * (known == figure.value).sum()) / known.size
    apart = np.average(without, weights=units) - without
    spread = float(units @ apart**2)
    if not 0 < below < 1 or spread == 0:
        return None
    bias = NormalDist().inv_cdf(float(below))
    bend = float(units @ apart**3) / (6 * spread**1.5)
    moved = []
    for tail in draw.tails:
        z = bias + NormalDist().inv_cdf(tail)
        moved.append(NormalDist().cdf(bias + z / (1 - bend * z)))
    return moved[0], moved[1]


def is_near_perfect(data: Histogram) -> bool:
    """Do so few units (or groups) disagree that a resample may well hold none of them?"""
    if data.groups is None:
        total, held = int(data.paired().units.sum()), int(data.units[data.disagreeing].sum())
    else:
        total = data.groups.number
        held = np.unique(data.groups.group[data.disagreeing[data.groups.pattern]]).size
    return held < FEW and held <= RARE * total


def by_boundary_rule(remake: Remake[H], data: H, figure: Figure, draw: Draw) -> Figure:
    lower = _with_one_more(remake, data, data.unseen(draw.rng()), draw)
    value = figure.value if figure.value is not None else math.nan
    high = value
    if data.disagreeing.any():
        upper = _with_one_more(remake, data, data.agreeing(), draw)
        high = max(value, _quantile(upper, draw.tails[1]))
    one = "unit" if data.groups is None else "group"
    return replace(
        figure,
        low=min(value, _quantile(lower, draw.tails[0])),
        high=high,
        method=f"boundary rule (one unseen {one}, Bayesian bootstrap)",
        replicates=int(lower.size),
        undefined_replicates=int(np.isnan(lower).sum()),
        seed=draw.seed,
    )


def _with_one_more(remake: Remake[H], data: H, more: H, draw: Draw) -> FloatArray:
    """Coefficients under Gamma weights for the data, and weight for one unit out of `more`.

    Where units come in groups, the weights are the groups', and one more is a group of mean size.
    """
    both, old = data.joined(more), data.units.size
    statistic, rng = remake(both), draw.rng()
    shape, matrix, size_of_one = data.units.astype(float), np.eye(old), 1.0
    if data.groups is not None:
        each, times = data.groups.distinct()
        shape, matrix = times.astype(float), each.matrix(old)
        size_of_one = float(data.units.sum() / times.sum())
    values = []
    for size in chunks(draw.number(both.units.size), both.cells + shape.size):
        weights = np.zeros((size, both.units.size))
        weights[:, :old] = rng.standard_gamma(shape, (size, shape.size)) @ matrix
        chosen = old + rng.choice(more.units.size, size, p=more.units / more.units.sum())
        weights[np.arange(size), chosen] += size_of_one * rng.standard_exponential(size)
        values.append(statistic(weights).value)
    return np.concatenate(values)


def of_moments(data: Moments, found: Influence, figure: Figure) -> Figure:
    """The delta method over units, or over groups; near perfect agreement, Poisson limits."""
    units = data.sizes.size
    if units < LEAST:
        return replace(figure, interval_reason=TOO_FEW_UNITS)
    held = int(np.count_nonzero(data.disagreeing))
    if held < FEW and held <= RARE * units and figure.value is not None:
        return rare_limits(figure, held, units)
    effect, name = found.units, "delta method over units"
    if data.group is not None:
        effect = summed(effect, np.unique(data.group, return_inverse=True)[1])
        name = "delta method over groups"
        if effect.size < LEAST:
            return replace(figure, interval_reason=TOO_FEW_GROUPS)
    spread = math.sqrt(float(np.var(effect)) * effect.size**2 / (effect.size - 1))
    return normal(figure, spread, name)


def rare_limits(figure: Figure, held: int, units: int) -> Figure:
    """A disagreeing unit counts as chance, so alpha is no lower than 1 - its share's limit."""
    tail = (1 - figure.confidence) / 2
    value = figure.value if figure.value is not None else 1.0
    low = min(value, 1 - _poisson_limit(held, tail) / units)
    high = 1.0 if held == 0 else max(value, 1 - (1 - value) * _poisson_floor(held, tail) / held)
    return replace(figure, low=low, high=high, method="boundary rule (Poisson limits)")


def _poisson_limit(seen: int, tail: float) -> float:
    """The mean under which `seen` or fewer come with probability `tail`."""
    return _solve(lambda mean: _poisson_cdf(seen, mean) - tail)


def _poisson_floor(seen: int, tail: float) -> float:
    return _solve(lambda mean: _poisson_cdf(seen - 1, mean) - (1 - tail))


def _poisson_cdf(seen: int, mean: float) -> float:
    return sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(seen + 1))


def _solve(falling: Callable[[float], float]) -> float:
    low, high = 1e-9, 100.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return low


def normal(figure: Figure, spread: float, method: str, most: float = 1.0) -> Figure:
    if figure.value is None:
        return figure
    z = NormalDist().inv_cdf((1 + figure.confidence) / 2)
    high = min(most, figure.value + z * spread)
    return replace(figure, low=figure.value - z * spread, high=high, method=method)


def limits(
    figure: Figure, draw: Draw, values: FloatArray, tails: tuple[float, float], method: str
) -> Figure:
    low, high = _quantile(values, tails[0]), _quantile(values, tails[1])
    return replace(
        figure,
        low=low,
        high=high,
        method=f"{method}, {values.size:,} replicates",
        replicates=values.size,
        undefined_replicates=int(np.isnan(values).sum()),
        seed=draw.seed,
    )


def _quantile(values: FloatArray, share: float) -> float:
    return float(np.nanquantile(values, share))


def chunks(number: int, cells: int) -> Iterator[int]:
    """Sizes that add up to `number`, so that a chunk holds a bounded number of floats."""
    size = max(1, min(number, CELLS // max(cells, 1)))
    for start in range(0, number, size):
        yield min(size, number - start)
