"""Uncertain and different from each other, by lot: BADGE."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import Pool, Strategy, blocks
from apps.routing.strategies.lots import FloatArray, IntArray, LotArray, first
from apps.routing.strategies.spaces import Space, scattered


class Badge(Strategy):
    """k-means++ seeding on gradient embeddings (p - e) times the features, where e stands for the
    model's own best label: long where it is unsure, in another direction where it is otherwise.

    The embeddings of labels x dimensions are never made (`spaces.Space`). The first is the longest,
    as in the authors' code; tasks of which the model is certain have no length and come last.

    >>> p = np.array([[0.5, 0.5], [0.5, 0.5], [0.6, 0.4], [1.0, 0.0]])
    >>> features = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [5.0, 5.0]])
    >>> order = Badge()(Pool(units=4, probabilities=p, features=features))
    >>> order[0] in (0, 1), bool(order[1] == 2)
    (True, True)
    """

    name = "badge"
    label = "BADGE"
    reference = (
        "Ash, J. T., Zhang, C., Krishnamurthy, A., Langford, J., Agarwal, A. (2020). Deep batch"
        " active learning by diverse, uncertain gradient lower bounds. ICLR."
    )
    summary = "Batches of tasks that are uncertain and differ from each other, with nothing to set."
    advice = "The one for batches of a hundred or more, where a model gives both arrays."
    needs = frozenset({"probabilities", "features"})
    depth = 2000

    def order(
        self, pool: Pool, places: IntArray, tickets: LotArray, count: int, seed: int
    ) -> IntArray:
        weights = _weights(pool.held("probabilities"), places)
        space = Space(pool.held("features"), places, weights)
        nearest = space.square.copy()
        start = first(nearest, tickets, 1)
        if nearest[start[0]] <= 0:
            return start[:0]
        space.shrink(nearest, space.at(start))
        nearest[start] = 0.0
        rest = scattered(space, nearest, pool.keys_of(places), count - 1, seed)
        return np.concatenate([start, rest])


def _weights(p: FloatArray, places: IntArray) -> FloatArray:
    """p - e, in float32; nothing of a task that the model has not seen."""
    found = np.empty((places.size, p.shape[1]), np.float32)
    for part, rows in blocks(p, places):
        found[part] = np.where(np.isnan(rows).any(axis=1, keepdims=True), 0.0, rows)
        unsure = found[part].any(axis=1)
        row = np.arange(part.start, part.stop)[unsure]
        found[row, found[row].argmax(axis=1)] -= 1.0
    return found
