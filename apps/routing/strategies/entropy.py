"""Where the model knows least of all labels together."""

from __future__ import annotations

from apps.routing.strategies.base import ByProbability, entropies
from apps.routing.strategies.lots import FloatArray


class Entropy(ByProbability):
    """The higher the entropy of the probabilities, the sooner.

    >>> import numpy as np
    >>> Entropy().of(np.array([[0.5, 0.5, 0.0], [0.4, 0.3, 0.3]])).round(4)
    array([0.6931, 1.0889])
    """

    name = "entropy"
    label = "Entropy"
    reference = (
        "Settles, B., Craven, M. (2008). An analysis of active learning strategies for sequence"
        " labeling tasks. EMNLP, 1070-1079."
    )
    summary = "Where the model's probabilities are spread most over the labels."
    advice = (
        "Of many labels it prefers what looks like nothing known, and can be worse than random."
    )

    def of(self, p: FloatArray) -> FloatArray:
        return entropies(p)
