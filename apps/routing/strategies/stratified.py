"""Each stratum by its share."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import Pool, Strategy
from apps.routing.strategies.lots import IntArray, LotArray


class Stratified(Strategy):
    """By lot within each stratum, and so that at any time each stratum has had its share.

    Of a stratum of n the i-th drawn stands at (i - 1/2) / n of the way.

    >>> strata = np.array([0] * 6 + [1] * 3)
    >>> strata[Stratified()(Pool(units=9, strata=strata))].reshape(3, 3).sum(axis=1)
    array([1, 1, 1])
    """

    name = "stratified"
    label = "Stratified"
    reference = (
        "Neyman, J. (1934). On the two different aspects of the representative method. Journal of"
        " the Royal Statistical Society 97(4), 558-625 (proportional allocation)."
    )
    summary = "By lot, with each stratum by its share from the first tasks on."
    advice = "Takes chance out of which slices come first; nothing is lost against random."
    needs = frozenset({"strata"})

    def order(
        self, pool: Pool, places: IntArray, tickets: LotArray, count: int, seed: int
    ) -> IntArray:
        strata = pool.held("strata")[places]
        by_stratum = np.lexsort((tickets, strata))
        _, begins, sizes = np.unique(strata[by_stratum], return_index=True, return_counts=True)
        within = np.arange(places.size) - np.repeat(begins, sizes)
        way = np.empty(places.size)
        way[by_stratum] = (within + 0.5) / np.repeat(sizes, sizes)
        found: IntArray = np.lexsort((tickets, way))[:count]
        return found
