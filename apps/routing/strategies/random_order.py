"""By lot."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import Pool, Scored
from apps.routing.strategies.lots import FloatArray, IntArray


class RandomOrder(Scored):
    """All tasks are equal, so the lots decide; a seed gives one order for good.

    A task's lot hangs on its key alone: tasks that come later take their places among the others
    and leave those in the order that they had.

    >>> whole = RandomOrder()(Pool(units=50), seed=3)
    >>> fewer = RandomOrder()(Pool(units=40), seed=3)
    >>> [u for u in whole.tolist() if u < 40] == fewer.tolist()
    True
    """

    name = "random_order"
    label = "Random"
    reference = "Fisher, R. A. (1935). The Design of Experiments. Oliver and Boyd."
    summary = "By lot, so that what is labelled so far is like the whole."
    advice = "What every other must beat; its labels can be counted as they are."

    def scores(self, pool: Pool, places: IntArray) -> FloatArray:
        return np.zeros(places.size)
