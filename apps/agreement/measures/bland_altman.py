"""Bland and Altman's limits of agreement of two raters."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from scipy import stats

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.base import with_parts
from apps.agreement.measures.by_rater import RaterMeasure
from apps.agreement.measures.distances import numbers
from apps.agreement.measures.figure import NO_SPREAD, Figure, Parts, Statistic
from apps.agreement.measures.rated import Rated

# Nineteen of twenty differences lie so many standard deviations around their mean.
AROUND = 1.96
DRAWN = ("low", "high", "method", "replicates", "undefined_replicates", "seed")


@dataclass(frozen=True, kw_only=True)
class LimitsOfAgreement(Figure):
    """The value is the mean difference, first rater minus second; between the limits lie 95 % of
    the differences. Each has its own interval."""

    lower: Figure | None = None
    upper: Figure | None = None


class BlandAltman(RaterMeasure):
    """By how much do two raters differ, in the unit of their numbers? No coefficient, no chance.

    Intervals by Student's t (Bland and Altman 1999), which take the differences as normal and the
    units as independent; groups are drawn again.

    Peak flow by two meters, 17 people (Bland and Altman 1986 print -2.1 and an SD of 38.8):

    >>> from apps.agreement.measures import Rated
    >>> wright = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
    >>> mini = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
    >>> found = BlandAltman()(Rated.from_matrix([wright, mini]), level="interval")
    >>> round(found.value, 1), round((found.upper.value - found.value) / AROUND, 1)
    (-2.1, 38.8)
    """

    name = "bland_altman"
    label = "Bland-Altman bias"
    levels = ("interval", "ratio")
    reference = (
        "Bland, J. M., Altman, D. G. (1986). Statistical methods for assessing agreement between "
        "two methods of clinical measurement. Lancet 327(8476); (1999). Measuring agreement in "
        "method comparison studies. Statistical Methods in Medical Research 8(2)."
    )
    for_two = True
    is_coefficient = False

    def statistic(self, data: Rated, level: str, distance: FloatArray | None) -> Statistic:
        return _around(data, 0)

    def figure(
        self, used: Rated, figure: Figure, level: str, distance: FloatArray | None
    ) -> LimitsOfAgreement:
        ones = used.units[None, :].astype(float)
        bias, lower, upper = (
            with_parts(figure, _around(used, times)(ones)) for times in (0, -AROUND, AROUND)
        )
        return LimitsOfAgreement(**vars(bias), lower=lower, upper=upper)

    def interval(
        self, remake: intervals.Remake[Rated], used: Rated, figure: Figure, draw: intervals.Draw
    ) -> Figure:
        if not isinstance(figure, LimitsOfAgreement) or not figure.lower or not figure.upper:
            raise TypeError("Limits of agreement have a lower and an upper one.")
        return replace(
            _interval(used, figure, 0, draw),
            lower=_interval(used, figure.lower, -AROUND, draw),
            upper=_interval(used, figure.upper, AROUND, draw),
        )


F = TypeVar("F", bound=Figure)


def _interval(used: Rated, figure: F, times: float, draw: intervals.Draw) -> F:
    if used.groups is not None:
        if reason := intervals.too_few(used):
            return replace(figure, interval_reason=reason)
        drawn = intervals.by_bootstrap(
            _around(used, times), used, figure, replace(draw, most=math.inf)
        )
        return replace(figure, **{name: getattr(drawn, name) for name in DRAWN})
    n = int(used.units.sum())
    ones = used.units[None, :].astype(float)
    one = float(_around(used, 1)(ones).value[0] - _around(used, 0)(ones).value[0])
    error = one * math.sqrt(1 / n + times**2 / (2 * (n - 1)))
    if error == 0 or figure.value is None:
        return replace(figure, interval_reason=NO_SPREAD)
    reach = float(stats.t.isf(draw.tails[0], n - 1)) * error
    return replace(
        figure, low=figure.value - reach, high=figure.value + reach, method="t distribution"
    )


def _around(data: Rated, times: float) -> Statistic:
    """The mean difference and so many standard deviations."""
    x = numbers(data.values)
    apart = x[data.rows[:, 0]] - x[data.rows[:, 1]]

    def limit(weights: FloatArray) -> Parts:
        n = weights.sum(axis=1)
        mean = weights @ apart / n
        with np.errstate(invalid="ignore", divide="ignore"):  # one unit has no deviation: NaN
            spread = np.sqrt((weights * (apart - mean[:, None]) ** 2).sum(axis=1) / (n - 1))
        unknown = np.full(n.size, np.nan)
        return Parts(value=mean + times * spread, observed=unknown, expected=unknown)

    return limit
