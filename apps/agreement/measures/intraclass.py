"""What the intraclass correlations have in common: shares of the variance of numbers."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.by_rater import RaterMeasure
from apps.agreement.measures.distances import numbers
from apps.agreement.measures.figure import NO_SPREAD, Figure, Parts, Reason, Statistic
from apps.agreement.measures.rated import Rated


@dataclass(frozen=True, eq=False, kw_only=True)
class Squares:
    """Mean squares of a table of n units by k raters (McGraw and Wong's names), one each replicate:
    between units (`rows`), between raters (`columns`), inside units (`within`), and the `error`."""

    n: FloatArray
    k: int
    rows: FloatArray
    columns: FloatArray
    within: FloatArray
    error: FloatArray

    @classmethod
    def of(cls, data: Rated, weights: FloatArray) -> Squares:
        x = numbers(data.values)[data.rows]
        x = x - np.average(x.mean(axis=1), weights=np.maximum(data.units, 1e-300))
        k, n = x.shape[1], weights.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):  # one unit alone has no variance: NaN
            grand = (weights @ x.sum(axis=1)) ** 2 / (n * k)
            rows = weights @ x.sum(axis=1) ** 2 / k - grand
            columns = ((weights @ x) ** 2).sum(axis=1) / n - grand
            # By differences inside each unit, so that agreement leaves exactly nothing.
            within = weights @ ((x - x.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
            return cls(
                n=n,
                k=k,
                rows=np.maximum(rows, 0) / (n - 1),
                columns=np.maximum(columns, 0) / (k - 1),
                within=within / (n * (k - 1)),
                error=np.maximum(within - columns, 0) / ((n - 1) * (k - 1)),
            )


class Intraclass(RaterMeasure):
    """How much of the variance of the numbers lies between the units.

    Only units that all raters answered. The interval is the F test's (Shrout and Fleiss 1979;
    McGraw and Wong 1996), whose conditions are normal, independent units; where units come in groups
    these are drawn again, and near perfect agreement the boundary rule holds.
    """

    levels = ("interval", "ratio")

    @abstractmethod
    def ratio(self, found: Squares) -> tuple[FloatArray, FloatArray]:
        """What lies between the units, and all there is."""

    @abstractmethod
    def limits(self, found: Squares, tail: float) -> tuple[float, float]:
        """Of the one replicate, with the share `tail` beyond each."""

    def statistic(self, data: Rated, level: str, distance: FloatArray | None) -> Statistic:
        def correlation(weights: FloatArray) -> Parts:
            found = Squares.of(data, weights)
            above, below = self.ratio(found)
            # What rounding leaves where there is nothing is no variance to be a share of.
            least = ROUNDING * (found.rows + found.columns + found.within + found.error)
            value = np.full(len(weights), np.nan)
            np.divide(above, below, out=value, where=below > least)
            unknown = np.full(len(weights), np.nan)
            return Parts(value=value, observed=unknown, expected=unknown)

        return correlation

    def interval(
        self, remake: intervals.Remake[Rated], used: Rated, figure: Figure, draw: intervals.Draw
    ) -> Figure:
        if used.groups is not None or not used.disagreeing.any() or _is_rare(used):
            return super().interval(remake, used, figure, draw)
        found = Squares.of(used, used.units[None, :].astype(float))
        if found.error[0] <= 0 or found.rows[0] <= 0:
            return replace(figure, interval_reason=NO_SPREAD)
        low, high = self.limits(found, draw.tails[0])
        if figure.value is None or not -math.inf < low <= figure.value <= high:
            return replace(figure, interval_reason=NO_LIMIT)
        return replace(figure, low=low, high=min(high, 1.0), method="F distribution")

    def without_value(self, used: Rated) -> Reason:
        return NO_TOTAL


ROUNDING = 1e-12
NO_TOTAL = Reason(
    code="no_variance_between_units",
    sentence="All units have the same mean, so there is no variance between them to be a share of.",
)
NO_LIMIT = Reason(
    code="no_limit", sentence="With so few units the F test sets it no finite lower limit."
)


def _is_rare(used: Rated) -> bool:
    return int(used.units.sum()) >= intervals.LEAST and intervals.is_near_perfect(used)


def quantile(tail: float, above: float, below: float) -> float:
    """Of the F distribution, with the share `tail` beyond it."""
    return float(stats.f.isf(tail, above, below))


def one_way(found: Squares, tail: float) -> tuple[float, float]:
    """The limits of F = rows / within, over their quantiles."""
    n, k = float(found.n[0]), found.k
    f = float(found.rows[0] / found.within[0])
    return f / quantile(tail, n - 1, n * (k - 1)), f * quantile(tail, n * (k - 1), n - 1)


def two_way(found: Squares, tail: float) -> tuple[float, float]:
    """The limits of F = rows / error, over their quantiles."""
    n, k = float(found.n[0]), found.k
    f, rest = float(found.rows[0] / found.error[0]), (n - 1) * (k - 1)
    return f / quantile(tail, n - 1, rest), f * quantile(tail, rest, n - 1)


def random_raters(found: Squares, tail: float) -> tuple[float, float]:
    """Limits of ICC(2,1), with Satterthwaite's degrees of freedom (Shrout and Fleiss 1979)."""
    n, k = float(found.n[0]), found.k
    rows, columns, error = (float(m[0]) for m in (found.rows, found.columns, found.error))
    value = (rows - error) / (rows + (k - 1) * error + k * (columns - error) / n)
    f = columns / error
    part = n * (1 + (k - 1) * value) - k * value
    above = (k - 1) * (n - 1) * (k * value * f + part) ** 2
    freedom = above / ((n - 1) * k**2 * value**2 * f**2 + part**2)
    lower, upper = quantile(tail, n - 1, freedom), quantile(tail, freedom, n - 1)
    spread = k * columns + (k * n - k - n) * error
    low = n * (rows - lower * error) / (lower * spread + n * rows)
    high = n * (upper * rows - error) / (spread + n * upper * rows)
    return low, high


def stepped_up(limit: float, k: int) -> float:
    """Of the mean of k raters, by Spearman and Brown; no limit from -1 / (k - 1) down."""
    below = 1 + (k - 1) * limit
    return k * limit / below if below > 0 else -math.inf
