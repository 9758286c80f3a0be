"""Kendall's coefficient of concordance."""

from __future__ import annotations

import math

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import FloatArray, summed
from apps.agreement.measures.by_rater import RaterMeasure
from apps.agreement.measures.distances import mid_ranks
from apps.agreement.measures.figure import Figure, Parts, Statistic
from apps.agreement.measures.ranks import ranks_of
from apps.agreement.measures.rated import Rated


class KendallW(RaterMeasure):
    """Do all raters order the units alike? From 0 to 1; with ties corrected.

    The spread of the sums of ranks over what it would be if all ordered alike. Only units that all
    raters answered. With m raters, (m W - 1) / (m - 1) is the mean of their rank correlations where
    there are no ties. Under chance it is not 0 but about 1 / m.

    Three raters and six units, W = 12 S / (m² (n³ - n)) = 12 x 33.5 / (9 x 210):

    >>> from apps.agreement.measures import Rated
    >>> data = Rated.from_matrix([
    ...     [1, 6, 3, 2, 5, 4],
    ...     [1, 5, 6, 2, 4, 3],
    ...     [6, 3, 2, 5, 4, 1],
    ... ])
    >>> round(KendallW()(data, level="ordinal").value, 4)
    0.2127
    """

    name = "kendall_w"
    label = "Kendall's W"
    levels = ("ordinal", "interval", "ratio")
    reference = (
        "Kendall, M. G., Babington Smith, B. (1939). The problem of m rankings. Annals of "
        "Mathematical Statistics 10(3)."
    )

    def statistic(self, data: Rated, level: str, distance: FloatArray | None) -> Statistic:
        raters = len(data.raters)

        def concordance(weights: FloatArray) -> Parts:
            given = data.by_rater(weights)
            total = weights.sum(axis=1)
            spread = 12 * (weights * ranks_of(data, given).sum(axis=1) ** 2).sum(axis=1)
            # m² (n³ - n) - m sum(t³ - t), where the t of each rater add up to n.
            most = raters * (raters * total**3 - (given**3).sum(axis=(1, 2)))
            value = np.full(total.size, np.nan)
            np.divide(spread, most, out=value, where=most > 1e-9 * total**3)
            unknown = np.full(total.size, np.nan)
            return Parts(value=np.minimum(value, 1), observed=unknown, expected=unknown)

        return concordance

    def interval(
        self, remake: intervals.Remake[Rated], used: Rated, figure: Figure, draw: intervals.Draw
    ) -> Figure:
        """Where units are too many and too different to be drawn, by the delta method."""
        is_small = used.units.size <= intervals.ROWS_LIMIT
        if is_small or intervals.too_few(used) or intervals.is_near_perfect(used):
            return super().interval(remake, used, figure, draw)
        effect, over = _effects(used), "units"
        square = float(used.units @ effect**2)
        if used.groups is not None:
            code, over = np.unique(used.groups.group, return_inverse=True)[1], "groups"
            moved = summed(effect[used.groups.pattern] * used.groups.units, code)
            square = float(moved @ moved) * moved.size / (moved.size - 1)
        return intervals.normal(figure, math.sqrt(square), f"delta method over {over}")


def _effects(data: Rated) -> FloatArray:
    """How far one unit more of each row would move W. It also moves the ranks: each that a rater
    puts above it by a half, each below by as much the other way."""
    units = data.units.astype(float)
    given, number = data.by_rater(units[None, :])[0], float(units.sum())
    ranks, raters = mid_ranks(given), len(data.raters)
    rows = [np.ascontiguousarray(column) for column in data.rows.T]
    total = np.sum([rank[row] for rank, row in zip(ranks, rows, strict=True)], axis=0)
    spread = units @ total**2
    most = raters * (raters * number**3 - float((given**3).sum()))
    by_spread, by_most = total**2, np.full(units.size, 3 * raters * number**2)
    for row, times in zip(rows, given, strict=True):
        pull = np.bincount(row, weights=2 * units * total, minlength=times.size)
        below = np.cumsum(pull) - pull
        by_spread += ((pull.sum() - below - pull - below) / 2)[row]
        by_most -= 3 * (times**2)[row]
    effect: FloatArray = 12 * (by_spread * most - spread * raters * by_most) / most**2
    return effect
