"""Uncertain, and like many others."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import Parameter, Pool, Scored, blocks, entropies
from apps.routing.strategies.lots import FloatArray, IntArray


class DensityWeighted(Scored):
    """The entropy times the mean cosine similarity to all candidates, to the power of `beta`.

    The mean of the similarities is the similarity to the mean of the directions, so it takes two
    passes and not a comparison of all with all. What is unlike the mean has no density.

    >>> p = np.full((3, 2), 0.5)
    >>> features = np.array([[1.0, 0.1], [1.0, -0.1], [-1.0, 0.0]])
    >>> int(DensityWeighted()(Pool(units=3, probabilities=p, features=features))[-1])
    2
    """

    name = "density_weighted"
    label = "Density-weighted"
    reference = (
        "Settles, B., Craven, M. (2008). An analysis of active learning strategies for sequence"
        " labeling tasks. EMNLP, 1070-1079 (information density)."
    )
    summary = "Uncertain tasks that are like many others, so that outliers do not come first."
    advice = "Where uncertainty alone finds noise. Slow to find small groups."
    needs = frozenset({"probabilities", "features"})
    parameters = {"beta": Parameter(label="How much density counts", low=0, high=10)}
    beta: float = 1

    def scores(self, pool: Pool, places: IntArray) -> FloatArray:
        features, p = pool.held("features"), pool.held("probabilities")
        total = np.zeros(features.shape[1])
        for _, x in blocks(features, places):
            total += _directions(x).sum(axis=0)
        mean = total / places.size
        density = np.empty(places.size)
        unsure = np.empty(places.size)
        for part, x in blocks(features, places):
            density[part] = _directions(x) @ mean
        for part, rows in blocks(p, places):
            unsure[part] = entropies(rows)
        found: FloatArray = unsure * np.maximum(density, 0.0) ** self.beta
        return found


def _directions(x: FloatArray) -> FloatArray:
    length = np.linalg.norm(x, axis=1, keepdims=True)
    found: FloatArray = x / np.where(length > 0, length, 1.0)
    return found
