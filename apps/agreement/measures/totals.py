"""Coefficients that are made of sums over the units: the sums, and the interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import AnyArray, FloatArray, IntArray, summed
from apps.agreement.measures.base import with_parts
from apps.agreement.measures.compared_intervals import by_clusters
from apps.agreement.measures.figure import NO_SPREAD, Figure, Parts, Statistic

# Units, or groups, beyond these are gathered in so many blocks.
MOST_CLUSTERS = 2_000

# From sums (B x K) to B coefficients.
OfTotals = Callable[[FloatArray], Parts]


@dataclass(frozen=True, eq=False, kw_only=True)
class Totals:
    """What each unit adds (U x K), and which units hold any disagreement (U)."""

    columns: FloatArray
    disagreeing: AnyArray
    group: IntArray | None = None

    def clusters(self) -> FloatArray:
        """The sums of what is drawn for an interval (C x K): of units, groups, or blocks of them."""
        own = np.arange(len(self.columns)) if self.group is None else self.group
        code = np.unique(own, return_inverse=True)[1].astype(np.int64)
        number = int(code.max(initial=-1)) + 1
        if number > MOST_CLUSTERS:
            number = MOST_CLUSTERS
            dealt = np.random.default_rng(0).permutation(np.arange(int(code.max()) + 1) % number)
            code = dealt[code]
        sums = [summed(column, code, number) for column in self.columns.T]
        return np.stack(sums, axis=1) if sums else np.zeros((number, 0))

    def statistic(self, of: OfTotals, rows: FloatArray | None = None) -> Statistic:
        """The coefficient as a function of weights for the units, or for these rows."""
        columns = self.columns if rows is None else rows
        return lambda weights: of(weights @ columns)


def figure_of_totals(
    of: OfTotals, data: Totals, figure: Figure, draw: intervals.Draw | None
) -> Figure:
    """The figure with its parts, and with its interval where one is asked for."""
    figure = with_parts(figure, of(data.columns.sum(axis=0)[None, :]))
    if figure.value is None or draw is None:
        return figure
    figure = replace(figure, confidence=draw.confidence)
    clusters = data.clusters()
    found = by_clusters(
        data.statistic(of, clusters),
        drawn=len(clusters),
        held=int(np.count_nonzero(data.disagreeing)),
        cost=len(clusters) + clusters.size // 4,
        over="units" if data.group is None else "groups",
        figure=figure,
        draw=draw,
    )
    if found.low is not None and found.low == found.high:
        return replace(found, low=None, high=None, method=None, interval_reason=NO_SPREAD)
    return found
