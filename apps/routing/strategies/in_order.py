"""As the tasks were given."""

from __future__ import annotations

from apps.routing.strategies.base import Pool, Scored
from apps.routing.strategies.lots import FloatArray, IntArray


class InOrder(Scored):
    """The lowest key first.

    >>> import numpy as np
    >>> InOrder()(Pool(units=3, keys=np.array([30, 10, 20])))
    array([1, 2, 0])
    """

    name = "in_order"
    label = "In order"
    reference = "None (no query strategy)."
    summary = "As the tasks were imported."
    advice = "Where the file is sorted, what comes first is not like the rest."

    def scores(self, pool: Pool, places: IntArray) -> FloatArray:
        return -pool.keys_of(places).astype(float)
