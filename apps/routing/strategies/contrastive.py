"""Like labelled tasks, and yet judged otherwise: CAL."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import ROWS, Parameter, Pool, Scored, blocks, entropies, rows_at
from apps.routing.strategies.lots import FloatArray, IntArray

# Squared distances that are held at a time: 64 MB of float32.
HELD = 1 << 24


class Contrastive(Scored):
    """The mean divergence of a task's probabilities from those of the labelled tasks next to it.

    The mean over neighbours of KL(q || p) is the mean of -H(q) less the mean q times log p. The
    model must have judged labelled tasks too.

    >>> p = np.array([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8]])
    >>> features = np.array([[0.0], [0.1], [0.1]])
    >>> labels = np.array([0, -1, -1])
    >>> Contrastive()(Pool(units=3, probabilities=p, features=features, labels=labels))
    array([2, 1])
    """

    name = "contrastive"
    label = "Contrastive (CAL)"
    reference = (
        "Margatina, K., Vernikos, G., Barrault, L., Aletras, N. (2021). Active learning by"
        " acquiring contrastive examples. EMNLP, 650-663."
    )
    summary = "Tasks that the model judges otherwise than labelled tasks next to them."
    advice = "Finds the border between labels, where features and model come from the same place."
    needs = frozenset({"probabilities", "features", "labels"})
    parameters = {"neighbours": Parameter(label="Labelled neighbours", low=1, high=100)}
    neighbours: float = 10

    def scores(self, pool: Pool, places: IntArray) -> FloatArray:
        p, features = pool.held("probabilities"), pool.held("features")
        known = pool.labelled_places()
        known = known[~np.isnan(p[known]).any(axis=1)]
        type_ = np.result_type(features.dtype, np.float32)
        y = rows_at(features, known).astype(type_, copy=False)
        middle = y.mean(axis=0)
        y = y - middle
        square, q = np.einsum("ij,ij->i", y, y), p[known].astype(np.float64)
        told = -entropies(q)
        number = min(int(self.neighbours), known.size)
        found = np.empty(places.size)
        for part, x in blocks(features, places, max(1, min(ROWS, HELD // known.size))):
            apart = (x.astype(type_, copy=False) - middle) @ y.T
            apart *= -2.0
            apart += square
            near = np.argpartition(apart, number - 1, axis=1)[:, :number]
            logs = np.log(np.maximum(rows_at(p, places[part]).astype(np.float64), 1e-12))
            crossed = np.einsum("ij,ij->i", q[near].mean(axis=1), logs)
            found[part] = told[near].mean(axis=1) - crossed
        return found

    def lacks(self, pool: Pool) -> str | None:
        known = pool.labelled_places()
        if not known.size or np.isnan(pool.held("probabilities")[known]).any(axis=1).all():
            return f"{self.label} needs labelled tasks that the model has judged."
        return None
