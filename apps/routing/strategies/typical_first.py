"""The most typical task of each group that has no label yet."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import Pool, Strategy, blocks, rows_at
from apps.routing.strategies.groups import grouped
from apps.routing.strategies.lots import FloatArray, IntArray, LotArray, first

# Neighbours over whom a task's typicality is the mean.
NEIGHBOURS = 20
# Tasks of a group, drawn by lot, among whom neighbours are sought.
SOUGHT = 1000
# Tasks that are compared with those at a time.
FEW = 256


class TypicalFirst(Strategy):
    """TypiClust: as many groups (k-means) as there are labels and tasks to choose, the largest
    group without a label first, and of it the task with the nearest neighbours.

    Typicality is 1 / the mean distance from the 20 nearest of the group, which are sought among
    1,000 of the group drawn by lot; groups are found on a sample (`groups.grouped`).

    >>> features = np.array([[0.0], [0.1], [0.2], [9.0], [9.1]])
    >>> TypicalFirst()(Pool(units=5, features=features), count=2)[0]
    np.int64(1)
    """

    name = "typical_first"
    label = "Typical first"
    reference = (
        "Hacohen, G., Dekel, A., Weinshall, D. (2022). Active learning on a budget: opposite"
        " strategies suit high and low budgets. ICML, 8175-8195 (TypiClust)."
    )
    summary = "The most typical task of each group of like tasks: for the very first labels."
    advice = (
        "For a cold start with good features; once a model is of use, margin or BADGE is better."
    )
    needs = frozenset({"features"})
    depth = 1000

    def order(
        self, pool: Pool, places: IntArray, tickets: LotArray, count: int, seed: int
    ) -> IntArray:
        features = pool.held("features")
        known = np.setdiff1d(pool.labelled_places(), places)
        everyone = np.concatenate([places, known])
        number = min(count + known.size, 2 * self.depth, everyone.size)
        group = grouped(features, everyone, pool.keys_of(everyone), number, seed)
        members = group[: places.size]
        has = np.bincount(group[places.size :], minlength=number)
        size = np.bincount(members, minlength=number)
        # Fewest labels first, and of these the largest.
        turn = [g for g in np.lexsort((-size, has)) if size[g]]
        ranked = [
            _typical(features, places, np.flatnonzero(members == g), tickets) for g in turn[:count]
        ]
        return _round_robin(ranked, count)


def _typical(
    features: FloatArray, places: IntArray, group: IntArray, tickets: LotArray
) -> IntArray:
    """The group, the most typical first."""
    drawn = group[first(np.zeros(group.size), tickets[group], min(SOUGHT, group.size))]
    type_ = np.result_type(features.dtype, np.float32)
    y = rows_at(features, places[drawn]).astype(type_, copy=False)
    middle = y.mean(axis=0)
    y = y - middle
    square = np.einsum("ij,ij->i", y, y)
    near = min(NEIGHBOURS + 1, drawn.size)
    apart = np.empty(group.size)
    for part, x in blocks(features, places[group], FEW):
        moved = x.astype(type_, copy=False) - middle
        own = np.einsum("ij,ij->i", moved, moved)
        distance = own[:, None] + square - 2.0 * (moved @ y.T)
        nearest = np.partition(distance, near - 1, axis=1)[:, :near]
        apart[part] = np.sqrt(np.maximum(nearest, 0.0)).mean(axis=1)
    return group[first(-np.round(apart, 5), tickets[group], group.size)]


def _round_robin(ranked: list[IntArray], count: int) -> IntArray:
    chosen: list[int] = []
    depth = 0
    while len(chosen) < count and any(depth < order.size for order in ranked):
        chosen += [int(order[depth]) for order in ranked if depth < order.size]
        depth += 1
    return np.array(chosen[:count], np.int64)
