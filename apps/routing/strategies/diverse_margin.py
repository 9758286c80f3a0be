"""Of the most uncertain tasks, those that differ most."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import Parameter, Pool, Strategy
from apps.routing.strategies.lots import IntArray, LotArray, first
from apps.routing.strategies.margin import Margin
from apps.routing.strategies.spaces import Space, farthest


class DiverseMargin(Strategy):
    """The `breadth` times as many tasks with the smallest margin, and of these a core-set.

    The batch begins with the most uncertain, and each next is farthest from those before.

    >>> p = np.array([[0.5, 0.5], [0.51, 0.49], [0.6, 0.4], [0.9, 0.1]])
    >>> features = np.array([[0.0], [0.1], [3.0], [9.0]])
    >>> pool = Pool(units=4, probabilities=p, features=features)
    >>> DiverseMargin().using(breadth=1.5)(pool, count=2)
    array([0, 2])
    """

    name = "diverse_margin"
    label = "Margin, then apart"
    reference = (
        "Zhdanov, F. (2019). Diverse mini-batch active learning. arXiv:1901.05954 (with k-center in"
        " place of k-means)."
    )
    summary = "Of the most uncertain tasks those that differ most from each other."
    advice = "For batches where near-duplicates are common."
    needs = frozenset({"probabilities", "features"})
    parameters = {
        "breadth": Parameter(label="How many times as many are looked at", low=1, high=100)
    }
    breadth: float = 10
    depth = 1000

    def order(
        self, pool: Pool, places: IntArray, tickets: LotArray, count: int, seed: int
    ) -> IntArray:
        scores = Margin().scores(pool, places)
        width = min(int(np.ceil(self.breadth * count)), int((~np.isnan(scores)).sum()))
        if not width:
            return np.zeros(0, np.int64)
        unsure = first(scores, tickets, width)
        within = np.sort(unsure)
        space = Space(pool.held("features"), places[within])
        nearest = np.full(width, np.inf, space.type)
        start = np.searchsorted(within, unsure[:1])
        space.shrink(nearest, space.at(start))
        nearest[start] = 0.0
        rest = farthest(space, nearest, tickets[within], count - 1)
        chosen = within[np.concatenate([start, rest])]
        # Duplicates of what is chosen differ in nothing: they follow by their margin.
        left = unsure[~np.isin(unsure, chosen)]
        return np.concatenate([chosen, left])[:count]
