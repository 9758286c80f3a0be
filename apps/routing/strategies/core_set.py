"""What is farthest from all that is labelled."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import Pool, Strategy
from apps.routing.strategies.lots import IntArray, LotArray
from apps.routing.strategies.spaces import Space, farthest


class CoreSet(Strategy):
    """Greedy k-center: always the task that is farthest from those labelled and those chosen.

    Its farthest task is then at most twice as far as with the best choice of as many centres
    (Gonzalez 1985). Without labels the first is drawn by lot.

    >>> features = np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 9.0], [0.0, 5.0]])
    >>> labels = np.array([0, -1, -1, -1])
    >>> CoreSet()(Pool(units=4, features=features, labels=labels))
    array([2, 3, 1])
    """

    name = "core_set"
    label = "Core-set"
    reference = (
        "Sener, O., Savarese, S. (2018). Active learning for convolutional neural networks: a"
        " core-set approach. ICLR; Gonzalez, T. F. (1985). Theoretical Computer Science 38,"
        " 293-306."
    )
    summary = (
        "What is farthest from all that is labelled, so that nothing is left far from a label."
    )
    advice = "Needs good features and no model. It finds outliers first, also those that are noise."
    needs = frozenset({"features"})
    depth = 1000

    def order(
        self, pool: Pool, places: IntArray, tickets: LotArray, count: int, seed: int
    ) -> IntArray:
        space = Space(pool.held("features"), places)
        nearest = np.full(places.size, np.inf, space.type)
        known = np.setdiff1d(pool.labelled_places(), places)
        if known.size:
            space.shrink(nearest, space.others(known))
        return farthest(space, nearest, tickets, count)
