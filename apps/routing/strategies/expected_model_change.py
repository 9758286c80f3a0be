"""Where the answer would move the model most."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import Pool, Scored, blocks, rows_at
from apps.routing.strategies.lots import FloatArray, IntArray


class ExpectedModelChange(Scored):
    """The expected length of the gradient of a softmax over the features.

    The gradient for label y is (p - e_y) times the features, so that its expected length is
    |x| times the sum over y of p_y |p - e_y|, and |p - e_y|^2 = |p|^2 + 1 - 2 p_y.

    >>> p = np.array([[1.0, 0.0], [0.5, 0.5]])
    >>> pool = Pool(units=2, probabilities=p, features=np.array([[3.0, 4.0], [3.0, 4.0]]))
    >>> ExpectedModelChange().scores(pool, np.arange(2)).round(4)
    array([0.    , 3.5355])
    """

    name = "expected_model_change"
    label = "Expected model change"
    reference = (
        "Settles, B., Craven, M., Ray, S. (2007). Multiple-instance active learning. NIPS 20,"
        " 1289-1296 (expected gradient length)."
    )
    summary = "Where the answer would change the model most."
    advice = "Prefers tasks with long features: bring them to one length if theirs means nothing."
    needs = frozenset({"probabilities", "features"})

    def scores(self, pool: Pool, places: IntArray) -> FloatArray:
        features = pool.held("features")
        found = np.empty(places.size)
        for part, p in blocks(pool.held("probabilities"), places):
            square = np.einsum("ij,ij->i", p, p)[:, None] + 1.0 - 2.0 * p
            length = np.sqrt(np.maximum(square, 0.0))
            x = rows_at(features, places[part])
            found[part] = np.einsum("ij,ij->i", p, length) * np.linalg.norm(x, axis=1)
        return found
