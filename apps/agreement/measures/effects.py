"""How far each unit moves a figure: the figure with all units less the figure without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import AnyArray, FloatArray, IntArray
from apps.agreement.measures.base import Measure
from apps.agreement.measures.by_rater import RaterMeasure
from apps.agreement.measures.compared import Compared
from apps.agreement.measures.figure import Figure, Statistic
from apps.agreement.measures.moments import Moments
from apps.agreement.measures.patterns import Patterns
from apps.agreement.measures.rated import Rated

Data = Patterns | Moments | Compared | Rated


@dataclass(frozen=True, eq=False, kw_only=True)
class Effects:
    """`units[i]` units have `effect[i]` each: above 0 they raise the figure, below 0 they lower it.

    The rows are those of the data: its patterns, its rows by rater, or its single units. Units that
    do not count have the effect 0. NaN where the figure would be undefined without the unit.
    """

    figure: Figure
    effect: FloatArray
    units: IntArray

    def lowest(self, most: int) -> IntArray:
        """The rows that lower the figure, the strongest first."""
        order = np.argsort(self.effect, kind="stable")
        below = self.effect[order] < 0
        found: IntArray = order[below][:most]
        return found


def effects(
    measure: Measure | RaterMeasure,
    data: Data,
    *,
    level: str = "nominal",
    distance: FloatArray | None = None,
) -> Effects:
    """The effect of each unit; of moments that by the delta method, else by leaving it out.

    Nine units on which two raters agree, and one on which they do not:

    >>> from apps.agreement.measures import measures
    >>> data = Patterns.from_rows("ab", [([2, 0], 5), ([0, 2], 4), ([1, 1], 1)])
    >>> found = effects(measures["krippendorff_alpha"], data)
    >>> dict(zip(map(tuple, data.counts.tolist()), found.effect.round(3).tolist(), strict=True))
    {(0, 2): 0.029, (1, 1): -0.192, (2, 0): 0.018}
    """
    figure = figure_of(measure, data, level, distance)
    none = np.zeros(data.sizes.size)
    if figure.value is None:
        return Effects(figure=figure, effect=none, units=data.units)
    if isinstance(data, Moments) and isinstance(measure, Measure):
        return Effects(figure=figure, effect=measure.influence(data).units, units=data.units)
    if isinstance(data, Compared) and isinstance(measure, Measure):
        left = measure.without_each(data)
        return Effects(figure=figure, effect=figure.value - left, units=data.units)
    keep, statistic, units = counted(measure, data, level, distance)
    left = np.concatenate(list(without_each(statistic, units)))
    effect = none
    effect[keep] = figure.value - left
    return Effects(figure=figure, effect=effect, units=data.units)


def figure_of(
    measure: Measure | RaterMeasure, data: Data, level: str, distance: FloatArray | None
) -> Figure:
    """The bare figure of any measure and the data that it takes."""
    call: Callable[..., Figure] = measure
    return call(data, level=level, distance=distance, interval=False)


def counted(
    measure: Measure | RaterMeasure, data: Any, level: str, distance: FloatArray | None
) -> tuple[AnyArray, Statistic, FloatArray]:
    """Which rows count for the measure, its statistic on these, and how many units each has."""
    if isinstance(measure, RaterMeasure):
        least = len(data.raters) if measure.complete else 0
    else:
        least = 0 if measure.counts_lone_answers else 2
    keep = data.sizes >= least
    used = data.only(keep)
    return keep, measure.statistic(used, level, distance), used.units.astype(float)


def without_each(statistic: Statistic, units: FloatArray) -> Iterator[FloatArray]:
    """The value without one unit of each row."""
    start = 0
    for size in intervals.chunks(units.size, 4 * units.size):
        weights = np.repeat(units[None, :], size, axis=0)
        weights[np.arange(size), np.arange(start, start + size)] -= 1
        yield statistic(weights).value
        start += size
