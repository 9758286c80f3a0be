"""Rare labels first."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import Pool, Strategy
from apps.routing.strategies.lots import FloatArray, IntArray, LotArray, first


class BalancedClasses(Strategy):
    """Always the label that has fewest, and of it the task that is most probably of that label.

    A label has what is known, and what is expected of the tasks chosen so far. With 0.1 % of
    fraud this asks for what looks like fraud until there is as much of it as of the rest.

    >>> p = np.array([[0.99, 0.01], [0.6, 0.4], [0.9, 0.1], [0.3, 0.7]])
    >>> labels = np.array([-1, -1, -1, -1, 0, 0, 0])
    >>> p = np.vstack([p, np.full((3, 2), 0.5)])
    >>> BalancedClasses()(Pool(units=7, probabilities=p, labels=labels), count=3)
    array([3, 1, 2])
    """

    name = "balanced_classes"
    label = "Rare labels first"
    reference = (
        "Aggarwal, U., Popescu, A., Hudelot, C. (2020). Active learning for imbalanced datasets."
        " WACV, 1417-1426."
    )
    summary = "Looks for the labels of which there are fewest."
    advice = "For what is rare. How common a label is can then be told by the hold-out alone."
    needs = frozenset({"probabilities"})
    depth = 10_000

    def order(
        self, pool: Pool, places: IntArray, tickets: LotArray, count: int, seed: int
    ) -> IntArray:
        p = pool.held("probabilities")
        # Enough of each label: the others take no more than `count`.
        ranked = [first(p[places, k], tickets, count) for k in range(p.shape[1])]
        return _in_turn(p, places, ranked, _known(pool, p.shape[1]), count)


def _in_turn(
    p: FloatArray, places: IntArray, ranked: list[IntArray], have: FloatArray, count: int
) -> IntArray:
    chosen: list[int] = []
    is_taken = np.zeros(places.size, np.bool_)
    nexts = [iter(order.tolist()) for order in ranked]
    while len(chosen) < count:
        rarest = int(have.argmin())
        place = next(place for place in nexts[rarest] if not is_taken[place])
        is_taken[place] = True
        chosen.append(place)
        have += np.nan_to_num(p[places[place]])
    return np.array(chosen, np.int64)


def _known(pool: Pool, labels: int) -> FloatArray:
    if pool.labels is None:
        return np.zeros(labels)
    return np.bincount(pool.labels[pool.labels >= 0], minlength=labels).astype(float)
