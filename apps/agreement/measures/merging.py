"""What agreement would be with two labels made one, or with the line between them drawn alike."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import FloatArray, IntArray
from apps.agreement.measures.base import Measure
from apps.agreement.measures.figure import ONE_VALUE, Figure, Parts, Statistic
from apps.agreement.measures.patterns import Patterns

MOST_OF_DIFFERENCE = 2.0


@dataclass(frozen=True, kw_only=True)
class Merge:
    """`merged` is the figure with both as one label, and `gain` that less the present one, with an
    interval in which the same units stand behind both. `alike` is the figure had all who gave either
    of the two to a unit given the one that most of them gave: a bound to what clear words
    can do. Of labels in sets there is none."""

    first: Hashable
    second: Hashable
    merged: Figure
    gain: Figure
    alike: float | None


def merge(
    measure: Measure,
    data: Patterns,
    first: Hashable,
    second: Hashable,
    *,
    level: str = "nominal",
    replicates: int = 1_000,
    seed: int = 0,
) -> Merge:
    """With fewer labels more answers agree, and more of them would by chance: so it may well fall.

    >>> from apps.agreement.measures import measures
    >>> rows = [([9, 0, 0], 30), ([0, 9, 0], 10), ([0, 5, 4], 20), ([0, 0, 9], 10)]
    >>> found = merge(measures["krippendorff_alpha"], Patterns.from_rows("abc", rows), "b", "c")
    >>> round(found.merged.value, 3), round(found.gain.value, 3), found.gain.low > 0
    (1.0, 0.243, True)
    >>> round(found.alike, 3)
    1.0
    """
    data = data.paired()
    joined = _joined(data, first, second)
    now = measure.statistic(data, level, None)
    figure = measure(joined, level=level, replicates=replicates, seed=seed)
    gain = Figure(measure=measure.name, level=level, units=figure.units)
    if figure.value is None:
        gain = replace(gain, undefined_reason=figure.undefined_reason or ONE_VALUE)
        return Merge(first=first, second=second, merged=figure, gain=gain, alike=None)
    then = measure.statistic(joined, level, None)
    draw = intervals.Draw(
        replicates=replicates, seed=seed, confidence=0.95, most=MOST_OF_DIFFERENCE
    )
    gain = _gain(now, then, data, gain, draw)
    alike = None
    if first in data.values and second in data.values:
        places = data.values.index(first), data.values.index(second)
        alike = _alike(measure, data, level, *places)
    return Merge(first=first, second=second, merged=figure, gain=gain, alike=alike)


def _gain(
    now: Statistic, then: Statistic, data: Patterns, gain: Figure, draw: intervals.Draw
) -> Figure:
    """The same units stand behind both in each replicate."""

    def difference(weights: FloatArray) -> Parts:
        value = then(weights).value - now(weights).value
        unknown = np.full(len(weights), np.nan)
        return Parts(value=value, observed=unknown, expected=unknown)

    value = float(difference(data.units[None, :].astype(float)).value[0])
    gain = replace(gain, value=value)
    if reason := intervals.too_few(data):
        return replace(gain, interval_reason=reason)
    return intervals.by_bootstrap(difference, data, gain, draw)


def _joined(data: Patterns, first: Hashable, second: Hashable) -> Patterns:
    """The same rows with one column for both; sets have the one label for the other in them."""
    if any(isinstance(value, frozenset) for value in data.values):
        names = [_with_one_for_other(value, first, second) for value in data.values]
    else:
        names = [first if value == second else value for value in data.values]
    return _with_values(data, names)


def _with_one_for_other(value: Hashable, first: Hashable, second: Hashable) -> Hashable:
    if not isinstance(value, frozenset) or second not in value:
        return value
    return (value - {second}) | {first}


def _with_values(data: Patterns, names: Sequence[Hashable]) -> Patterns:
    values = tuple(dict.fromkeys(names))
    onto = np.zeros((len(names), len(values)), np.int64)
    onto[np.arange(len(names)), [values.index(name) for name in names]] = 1
    counts: IntArray = data.counts @ onto
    return replace(data, values=values, counts=counts)


def _alike(measure: Measure, data: Patterns, level: str, a: int, b: int) -> float | None:
    """Where as many gave the one as the other, half of such units go either way."""
    both: list[Patterns] = []
    for winner, loser in ((a, b), (b, a)):
        counts = data.counts.copy()
        moves = counts[:, winner] >= counts[:, loser]
        counts[moves, winner] += counts[moves, loser]
        counts[moves, loser] = 0
        rest = ~moves
        counts[rest, loser] += counts[rest, winner]
        counts[rest, winner] = 0
        both.append(replace(data, counts=counts, groups=None))
    doubled = both[0].joined(both[1])
    statistic: Statistic = measure.statistic(doubled, level, None)
    value = float(statistic(doubled.units[None, :] / 2).value[0])
    return None if np.isnan(value) else value
