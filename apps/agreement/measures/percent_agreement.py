"""The share of answer pairs that are equal."""

from __future__ import annotations

import numpy as np

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.base import Measure
from apps.agreement.measures.compared import Clusters, Compared
from apps.agreement.measures.distances import LEVELS
from apps.agreement.measures.figure import Parts, Statistic
from apps.agreement.measures.moments import Influence, Moments
from apps.agreement.measures.patterns import Patterns


class PercentAgreement(Measure):
    """The chance that two answers to one unit are equal, each unit weighing the same.

    Equal means equal, at every level: 4 and 5 disagree. It does not take chance into account: two
    raters who guess between two values agree half of the time. Of answers that are only compared
    (spans, boxes) it is the mean of 1 - distance.

    Gwet's raw ratings by four raters (the example of Krippendorff 2011) give .81818:

    >>> from apps.agreement.measures import Patterns
    >>> data = Patterns.from_matrix([
    ...     [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    ...     [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    ...     [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    ...     [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ... ])
    >>> round(PercentAgreement()(data).value, 5)
    0.81818
    """

    name = "percent_agreement"
    label = "Percent agreement"
    levels = LEVELS
    reference = "Gwet, K. L. (2014). Handbook of Inter-Rater Reliability, 4th ed., ch. 2."
    chance_corrected = False
    compared_label = "Mean likeness"

    def statistic(self, data: Patterns, level: str, distance: FloatArray | None) -> Statistic:
        share = pair_agreement(data)
        paired = data.sizes >= 2

        def percent(weights: FloatArray) -> Parts:
            units = weights[:, paired].sum(axis=1)
            value = np.full(units.size, np.nan)
            np.divide(weights @ share, units, out=value, where=units > 0)
            return Parts(value=value, observed=1 - value, expected=np.full(units.size, np.nan))

        return percent

    def influence(self, data: Moments) -> Influence:
        share = (data.ties - data.sizes) / (data.sizes * (data.sizes - 1))
        value = float(share.mean())
        effect = (share - value) / share.size
        return Influence(value=value, observed=1 - value, expected=None, units=effect)

    def comparison(self, data: Clusters) -> Statistic:
        def percent(weights: FloatArray) -> Parts:
            value = 1 - weights @ data.likeness / (weights @ data.units)
            return Parts(value=value, observed=1 - value, expected=np.full(value.size, np.nan))

        return percent

    def without_each(self, data: Compared) -> FloatArray:
        m = data.sizes.astype(float)
        apart = 2 * data.within / (m * (m - 1))
        if m.size == 1:
            return np.full(1, np.nan)
        without: FloatArray = 1 - (apart.sum() - apart) / (m.size - 1)
        return without


def pair_agreement(data: Patterns, weights: FloatArray | None = None) -> FloatArray:
    """The share of equal pairs in each pattern (P), 0 where there is no pair; with weights
    (V x V), how far its pairs agree."""
    sizes = data.sizes
    like = data.counts if weights is None else data.counts @ weights
    equal = (data.counts * (like - 1)).sum(axis=1)
    share = np.zeros(sizes.size)
    np.divide(equal, sizes * (sizes - 1), out=share, where=sizes >= 2)
    return share
