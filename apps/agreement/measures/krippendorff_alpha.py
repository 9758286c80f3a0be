"""Krippendorff's alpha, at any level and with any distance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from apps.agreement.measures.arrays import AnyArray, FloatArray
from apps.agreement.measures.base import Measure
from apps.agreement.measures.compared import Clusters, Compared
from apps.agreement.measures.distances import DISTANCES, LEVELS, mid_ranks, numbers
from apps.agreement.measures.figure import Parts, Statistic
from apps.agreement.measures.moments import Influence, Moments
from apps.agreement.measures.patterns import Patterns

# From weights (B x P) and marginals (B x V) to the sums over pairs within units and over all pairs.
Sums = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


class KrippendorffAlpha(Measure):
    """1 - observed / expected disagreement; expected over all pairs of answers.

    Any number of raters, missing answers, any distance. Units with one answer are left out. With D
    the sum over the ordered pairs inside a unit of m answers, E that over all n answers:
    alpha = 1 - (n - 1) sum(D / (m - 1)) / E.

    The worked example of Krippendorff (2011), 12 units x 4 raters:

    >>> from apps.agreement.measures import Patterns
    >>> data = Patterns.from_matrix([
    ...     [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    ...     [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    ...     [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    ...     [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ... ])
    >>> alpha = KrippendorffAlpha()
    >>> for level in ("nominal", "ordinal", "interval", "ratio"):
    ...     print(level, round(alpha(data, level=level).value, 3))
    nominal 0.743
    ordinal 0.815
    interval 0.849
    ratio 0.797
    """

    name = "krippendorff_alpha"
    label = "Krippendorff's alpha"
    levels = LEVELS
    reference = (
        "Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability. "
        "https://repository.upenn.edu/asc_papers/43"
    )

    def statistic(self, data: Patterns, level: str, distance: FloatArray | None) -> Statistic:
        counts = data.counts.astype(float)
        sums = _sums(data, counts, level, distance)

        def alpha(weights: FloatArray) -> Parts:
            marginals = weights @ counts
            within, among = sums(weights, marginals)
            total = marginals.sum(axis=1)
            # Where one value is left, rounding must not make a tiny expected disagreement of it.
            defined = ((marginals > 0).sum(axis=1) > 1) & (among > 0)
            observed = _ratio(within, total, total > 0)
            expected = _ratio(among, total * (total - 1), total > 1)
            value = 1 - _ratio((total - 1) * within, among, defined)
            return Parts(value=value, observed=observed, expected=expected)

        return alpha

    def influence(self, data: Moments) -> Influence:
        total, within, among = float(data.sizes.sum()), float(data.within.sum()), data.expected
        if among <= 0:
            return Influence(
                value=None, observed=within / total, expected=0.0, units=np.zeros(data.sizes.size)
            )
        scale = (total - 1) / among
        effect = -scale * (data.within + data.pull_observed)
        effect += scale * within / among * data.pull_expected - data.sizes * within / among
        unit = total**2 if data.level == "ordinal" else 1.0  # ranks as shares, as below
        return Influence(
            value=1 - scale * within,
            observed=within / total / unit,
            expected=among / (total * (total - 1)) / unit,
            units=effect,
        )

    def comparison(self, data: Clusters) -> Statistic:
        """The same with distances between the answers themselves; expected from a sample of pairs."""

        def alpha(weights: FloatArray) -> Parts:
            observed = weights @ data.observed / (weights @ data.answers)
            expected = data.expected(weights)
            value = 1 - _ratio(observed, expected, expected > 0)
            return Parts(value=value, observed=observed, expected=expected)

        return alpha

    def without_each(self, data: Compared) -> FloatArray:
        m = data.sizes.astype(float)
        own = 2 * data.within / (m - 1)
        observed = _ratio(own.sum() - own, m.sum() - m, m.sum() > m)
        expected = data.expected_without_each()
        return 1 - _ratio(observed, expected, expected > 0)


def _ratio(above: FloatArray, below: FloatArray, where: AnyArray) -> FloatArray:
    share = np.full(above.shape, np.nan)
    np.divide(above, below, out=share, where=where)
    return share


def _sums(data: Patterns, counts: FloatArray, level: str, distance: FloatArray | None) -> Sums:
    shared = 1.0 / np.maximum(data.sizes - 1, 1)
    if distance is not None:
        return _by_matrix(counts, shared, distance)
    if level == "nominal":
        return _nominal(counts, shared)
    if level == "ordinal":
        return _ordinal(counts, shared, data)
    if level == "interval":
        return _interval(counts, shared, data)
    return _by_matrix(counts, shared, DISTANCES[level](data.values, data.marginals.astype(float)))


def _nominal(counts: FloatArray, shared: FloatArray) -> Sums:
    sizes = counts.sum(axis=1)
    within = (sizes**2 - (counts**2).sum(axis=1)) * shared

    def sums(weights: FloatArray, marginals: FloatArray) -> tuple[FloatArray, FloatArray]:
        return weights @ within, marginals.sum(axis=1) ** 2 - (marginals**2).sum(axis=1)

    return sums


def _by_matrix(counts: FloatArray, shared: FloatArray, distance: FloatArray) -> Sums:
    within = ((counts @ distance) * counts).sum(axis=1) * shared

    def sums(weights: FloatArray, marginals: FloatArray) -> tuple[FloatArray, FloatArray]:
        return weights @ within, ((marginals @ distance) * marginals).sum(axis=1)

    return sums


def _interval(counts: FloatArray, shared: FloatArray, data: Patterns) -> Sums:
    """The sum of (a - b)² over all pairs of m numbers is 2 (m sum x² - (sum x)²)."""
    x = numbers(data.values)
    x = x - np.average(x, weights=np.maximum(data.marginals, 1e-300))
    pairs = 2 * (counts.sum(axis=1) * (counts @ x**2) - (counts @ x) ** 2)
    within = np.where(data.disagreeing, pairs, 0.0) * shared

    def sums(weights: FloatArray, marginals: FloatArray) -> tuple[FloatArray, FloatArray]:
        total = marginals.sum(axis=1)
        return weights @ within, 2 * (total * (marginals @ x**2) - (marginals @ x) ** 2)

    return sums


def _ordinal(counts: FloatArray, shared: FloatArray, data: Patterns) -> Sums:
    """The interval sums on mid-ranks, which follow each replicate's own marginals."""
    rows = np.flatnonzero(data.disagreeing)
    few, share = counts[rows], shared[rows]
    sizes = few.sum(axis=1)

    def sums(weights: FloatArray, marginals: FloatArray) -> tuple[FloatArray, FloatArray]:
        total = marginals.sum(axis=1, keepdims=True)
        ranks = mid_ranks(marginals) / np.maximum(total, 1)
        pairs = 2 * (sizes * (ranks**2 @ few.T) - (ranks @ few.T) ** 2)
        within = (weights[:, rows] * pairs) @ share
        return within, 2 * total[:, 0] * (ranks**2 * marginals).sum(axis=1)

    return sums
