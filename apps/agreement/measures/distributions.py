"""Agreement from whole distributions of distances: KS and sigma (Braylan, Alonso and Lease 2022).

Alpha holds means against each other, and so depends on how a distance is scaled. These hold the
distances inside units against those of answers at large, and depend on their order alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import FloatArray, IntArray
from apps.agreement.measures.base import with_parts
from apps.agreement.measures.between import Distances
from apps.agreement.measures.compared_intervals import MOST_CLUSTERS, by_clusters
from apps.agreement.measures.figure import ALL_ALIKE, NO_OVERLAP, Figure, Parts, Statistic

REPLICATES = 2_000
# From the weights of both kinds of distances, in rising order (B x W and B x P), to coefficients.
Held = Callable[[FloatArray, FloatArray], FloatArray]


def ks(
    data: Distances, *, interval: bool = True, seed: int = 0, confidence: float = 0.95
) -> Figure:
    """How much more often distances inside units are small: the largest gap of both distributions.

    1 where each distance inside a unit is smaller than all others, 0 where they are spread alike.

    >>> from apps.agreement.measures.between import distances
    >>> found = distances([1, 1, 2, 2], ["a", "b"] * 2, [1, 1, 5, 6], lambda x, y: abs(x - y) / 5)
    >>> ks(found).value.__round__(4)
    0.6667
    """
    within, apart = np.sort(data.within), np.sort(data.apart)
    steps = np.unique(np.concatenate([within, apart]))
    at = (np.searchsorted(within, steps, "right"), np.searchsorted(apart, steps, "right"))
    draw = intervals.Draw(replicates=REPLICATES, seed=seed, confidence=confidence)
    return _figure("ks", data, partial(_largest_gap, at), draw if interval else None)


def alike_within(data: Distances) -> tuple[float, float]:
    """The distance up to which answers are alike, as far as these tell: where the gap of `ks` is
    largest; and the share of answers at large that are no further apart.

    >>> from apps.agreement.measures.between import distances
    >>> found = distances([1, 1, 2, 2], ["a", "b"] * 2, [1, 1, 5, 6], lambda x, y: abs(x - y) / 5)
    >>> alike_within(found)
    (0.2, 0.3333333333333333)
    """
    steps = np.unique(np.concatenate([data.within, data.apart]))
    shares = [
        np.searchsorted(np.sort(each), steps, "right") / each.size
        for each in (data.within, data.apart)
    ]
    place = int((shares[0] - shares[1]).argmax())
    return float(steps[place]), float(shares[1][place])


def _largest_gap(
    at: tuple[IntArray, IntArray], within: FloatArray, apart: FloatArray
) -> FloatArray:
    shares = [
        np.pad(np.cumsum(weights, axis=1), ((0, 0), (1, 0)))[:, place]
        / weights.sum(axis=1, keepdims=True)
        for weights, place in zip((within, apart), at, strict=True)
    ]
    gap: FloatArray = (shares[0] - shares[1]).max(axis=1)
    return gap


def sigma(
    data: Distances,
    *,
    quantile: float = 0.05,
    interval: bool = True,
    seed: int = 0,
    confidence: float = 0.95,
) -> Figure:
    """The share of distances inside units that are smaller than nearly all others: below the 5 %
    quantile of those at large (section 4.2 there). Where as many at large are 0 nothing lies below
    them; then, beyond the paper, the distances of 0 count.

    >>> from apps.agreement.measures.between import distances
    >>> found = distances([1, 1, 2, 2], ["a", "b"] * 2, [1, 1, 5, 6], lambda x, y: abs(x - y) / 5)
    >>> sigma(found).value
    0.5
    """
    within, apart = np.sort(data.within), np.sort(data.apart)
    held = partial(_share_below, within, apart, quantile)
    draw = intervals.Draw(replicates=REPLICATES, seed=seed, confidence=confidence)
    return _figure("sigma", data, held, draw if interval else None)


def _share_below(
    within: FloatArray,
    apart: FloatArray,
    quantile: float,
    weights: FloatArray,
    at_large: FloatArray,
) -> FloatArray:
    reached = np.cumsum(at_large, axis=1) >= quantile * at_large.sum(axis=1, keepdims=True)
    limit = apart[reached.argmax(axis=1)]
    below = (within < limit[:, None]) | (within == 0)
    share: FloatArray = (weights * below).sum(axis=1) / weights.sum(axis=1)
    return share


def _figure(name: str, data: Distances, held: Held, draw: intervals.Draw | None) -> Figure:
    figure = Figure(
        measure=name,
        level="distance",
        units=data.sizes.size,
        raters=data.raters,
        pairable=int(data.sizes.sum()),
        excluded={"fewer_than_two_answers": data.lone} if data.lone else {},
    )
    if not data.sizes.size:
        return replace(figure, undefined_reason=NO_OVERLAP)
    if not data.apart.any():
        return replace(figure, undefined_reason=ALL_ALIKE)
    code, number = _clusters(data)
    statistic = _statistic(data, code, held)
    figure = with_parts(figure, statistic(np.ones((1, number))))
    if draw is None:
        return figure
    return by_clusters(
        statistic,
        drawn=number,
        held=data.compared.disagreeing,
        cost=number + data.within.size + data.apart.size,
        over="units" if data.group is None else "groups",
        figure=replace(figure, confidence=draw.confidence),
        draw=draw,
    )


def _clusters(data: Distances) -> tuple[IntArray, int]:
    own = np.arange(data.sizes.size) if data.group is None else data.group
    code = np.unique(own, return_inverse=True)[1].astype(np.int64)
    number = int(code.max()) + 1
    if number > MOST_CLUSTERS:
        dealt = np.random.default_rng(0).permutation(np.arange(number) % MOST_CLUSTERS)
        code, number = dealt[code], MOST_CLUSTERS
    return code, number


def _statistic(data: Distances, code: IntArray, held: Held) -> Statistic:
    """Each distance weighs as its unit does; one of two units as the product of theirs."""
    inside = code[data.unit[np.argsort(data.within, kind="stable")]]
    first, second = code[data.pairs[np.argsort(data.apart, kind="stable")]].T

    def coefficient(weights: FloatArray) -> Parts:
        rows = intervals.chunks(len(weights), 4 * (inside.size + first.size))
        found, start = [], 0
        for size in rows:
            some = weights[start : start + size]
            found.append(held(some[:, inside], some[:, first] * some[:, second]))
            start += size
        value = np.concatenate(found)
        unknown = np.full(value.size, np.nan)
        return Parts(value=value, observed=unknown, expected=unknown)

    return coefficient
