"""The ranks that each rater gives to the units, ties in the middle."""

from __future__ import annotations

import numpy as np

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.distances import mid_ranks
from apps.agreement.measures.rated import Rated


def ranks_of(data: Rated, given: FloatArray) -> FloatArray:
    """Ranks (B x R x P) of complete rows, counted from each rater's middle, so that their weighted
    mean is 0; `given` is how often each rater gave each value (B x R x V).

    >>> data = Rated.from_matrix([[10, 20, 20, 90]])
    >>> ranks_of(data, data.by_rater(data.units[None, :].astype(float)))[0, 0].tolist()
    [-1.5, 0.0, 1.5]
    """
    ranks = mid_ranks(given)
    taken: FloatArray = np.take_along_axis(ranks, data.rows.T[None, :, :], axis=2)
    return taken
