"""Who has been asked about least."""

from __future__ import annotations

from apps.routing.strategies.base import Pool, Scored
from apps.routing.strategies.lots import FloatArray, IntArray


class FewestAnswers(Scored):
    """Tasks with fewest answers first: the whole gets its first answer before any its second.

    >>> import numpy as np
    >>> FewestAnswers()(Pool(units=3, answers=np.array([2, 0, 1])))
    array([1, 2, 0])
    """

    name = "fewest_answers"
    label = "Fewest answers"
    reference = (
        "Sheng, V. S., Provost, F., Ipeirotis, P. G. (2008). Get another label? KDD, 614-622"
        " (generalized round-robin)."
    )
    summary = "Tasks with the fewest answers first."
    advice = "Gives breadth first; agreement is known late."
    needs = frozenset({"answers"})

    def scores(self, pool: Pool, places: IntArray) -> FloatArray:
        found: FloatArray = -pool.held("answers")[places].astype(float)
        return found
