"""Distances among hundreds of thousands of tasks, without a copy of their features.

Everything goes over the features block by block, and as few times as it can: on such data the time
is that of reading memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.routing.strategies.base import ROWS, blocks, rows_at
from apps.routing.strategies.lots import FloatArray, IntArray, LotArray, chances

# Centres that are compared with a block of tasks together.
CENTRES = 1024
# How many of the farthest tasks are kept at hand between two passes over all.
FRONT = 8192
# How many lots are drawn at once.
DRAWN = 32
# Squares below this share of the lengths are rounding.
ROUNDING = {np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-12}


@dataclass(frozen=True, eq=False)
class Points:
    """Some points of a space: rows of features, weights if it has any, and squared lengths."""

    x: FloatArray
    a: FloatArray | None
    square: FloatArray


class Space:
    """Candidates as points: their features, moved so that one of them is near the middle.

    With `weights` a task is the outer product of its weights and its features, which is never
    made: the inner product of two is that of the weights times that of the features.
    """

    def __init__(
        self, features: FloatArray, places: IntArray, weights: FloatArray | None = None
    ) -> None:
        self.features, self.places, self.weights = features, places, weights
        self.type = np.result_type(features.dtype, np.float32)
        self.size = places.size
        sample = rows_at(features, places[:ROWS]).astype(self.type, copy=False)
        # Distances are the same from anywhere, and near the middle they are rounded least.
        self.middle = np.zeros_like(sample[0]) if weights is not None else sample.mean(axis=0)
        self.square = np.empty(self.size, self.type)
        for part, x in blocks(features, places):
            self.square[part] = self._squares(x, part)

    def at(self, chosen: IntArray) -> Points:
        """Candidates, by their index."""
        x = self._moved(rows_at(self.features, self.places[chosen]))
        a = None if self.weights is None else self.weights[chosen]
        return Points(x, a, self.square[chosen])

    def others(self, places: IntArray) -> Points:
        """Tasks that are no candidates; only a space without weights knows them."""
        x = self._moved(rows_at(self.features, places))
        return Points(x, None, np.einsum("ij,ij->i", x, x))

    def shrink(self, nearest: FloatArray, centres: Points) -> None:
        """Lower each candidate's squared distance from the nearest centre, in place."""
        for start in range(0, centres.square.size, CENTRES):
            some = _part(centres, slice(start, start + CENTRES))
            for part, x in blocks(self.features, self.places):
                apart = self._nearest(self._points(x, part), some)
                np.minimum(nearest[part], apart, out=nearest[part])

    def _nearest(self, points: Points, centres: Points) -> FloatArray:
        """The squared distance from the nearest of the centres, in as few steps as it takes."""
        apart = products(points, centres)
        apart *= -2.0
        apart += centres.square
        nearest: FloatArray = apart.min(axis=1)
        nearest += points.square
        # The nearest is about as long as the point itself where this is nothing but rounding.
        nearest[nearest < 2.0 * ROUNDING.get(self.type, 1e-5) * points.square] = 0.0
        return nearest

    def _points(self, x: FloatArray, part: slice) -> Points:
        a = None if self.weights is None else self.weights[part]
        return Points(self._moved(x), a, self.square[part])

    def _squares(self, x: FloatArray, part: slice) -> FloatArray:
        x = self._moved(x)
        square: FloatArray = np.einsum("ij,ij->i", x, x)
        if self.weights is not None:
            a = self.weights[part]
            square *= np.einsum("ij,ij->i", a, a)
        return square

    def _moved(self, x: FloatArray) -> FloatArray:
        x = x.astype(self.type, copy=False)
        return x if self.weights is not None else x - self.middle


def products(points: Points, centres: Points) -> FloatArray:
    """Inner products, points x centres."""
    found: FloatArray = points.x @ centres.x.T
    if points.a is not None and centres.a is not None:
        found *= points.a @ centres.a.T
    return found


def squares(points: Points, centres: Points) -> FloatArray:
    """Squared distances, points x centres; what is only rounding is 0."""
    apart = products(points, centres)
    apart *= -2.0
    lengths = points.square[:, None] + centres.square[None, :]
    apart += lengths
    lengths *= ROUNDING.get(apart.dtype, 1e-5)
    apart[apart < lengths] = 0.0
    return apart


def farthest(space: Space, nearest: FloatArray, tickets: LotArray, count: int) -> IntArray:
    """Always the candidate that is farthest from all centres and from those chosen before.

    `nearest` are the squared distances from the centres, which only ever fall. So what was
    farthest is kept at hand, and chosen from for as long as it is farther than all others *were*:
    the choice is that of the plain greedy method, with few passes over all.
    """
    chosen: list[int] = []
    while len(chosen) < count:
        bar = _bar(nearest)
        front = np.flatnonzero(nearest > bar)
        if front.size:
            picks = _from_front(space, nearest[front], front, tickets[front], bar)
        else:
            picks = _one_of_equals(nearest, tickets)
        if not picks:
            break
        picks = picks[: count - len(chosen)]
        chosen += picks
        space.shrink(nearest, space.at(np.array(picks)))
        nearest[picks] = 0.0
    return np.array(chosen, np.int64)


def _bar(nearest: FloatArray) -> float:
    """How far those are that are not at hand."""
    if nearest.size <= FRONT:
        return 0.0
    place = nearest.size - FRONT - 1
    return max(0.0, float(np.partition(nearest, place)[place]))


def _from_front(
    space: Space, apart: FloatArray, front: IntArray, tickets: LotArray, bar: float
) -> list[int]:
    points = space.at(front)
    picks: list[int] = []
    while (best := apart.max()) > bar:
        tied = np.flatnonzero(apart == best)
        pick = tied[tickets[tied].argmin()]
        picks.append(int(front[pick]))
        np.minimum(apart, squares(points, _part(points, [pick]))[:, 0], out=apart)
        apart[pick] = 0.0
    return picks


def _one_of_equals(nearest: FloatArray, tickets: LotArray) -> list[int]:
    best = nearest.max()
    if best <= 0:
        return []
    tied = np.flatnonzero(nearest == best)
    return [int(tied[tickets[tied].argmin()])]


def scattered(space: Space, nearest: FloatArray, keys: IntArray, count: int, seed: int) -> IntArray:
    """By lot, each candidate with the odds of its squared distance from those chosen before: the
    seeding of k-means++ (Arthur, D., Vassilvitskii, S. (2007). SODA, 1027-1035).

    Many are drawn with the odds that hold now, and each is accepted with the share of its odds that
    is left when its turn comes. At the first that is not, the odds are taken anew: so each has just
    the odds that it would have one by one, with few passes over all.
    """
    chosen: list[int] = []
    for draw in range(1, 2 * count + 2):
        if len(chosen) >= count or not (nearest > 0).any():
            break
        drawn = _race(nearest, keys, seed, draw)
        keeps = chances(keys[drawn], seed, -draw)
        picks = _accepted(space.at(drawn), nearest[drawn], keeps)[: count - len(chosen)]
        picked = drawn[picks]
        chosen += picked.tolist()
        space.shrink(nearest, space.at(picked))
        nearest[picked] = 0.0
    return np.array(chosen, np.int64)


def _race(nearest: FloatArray, keys: IntArray, seed: int, draw: int) -> IntArray:
    """Drawn without putting back: who comes in first at these speeds."""
    time = -np.log(chances(keys, seed, draw))
    with np.errstate(divide="ignore"):
        time /= nearest
    number = min(DRAWN, int((nearest > 0).sum()))
    ahead = np.argpartition(time, number - 1)[:number]
    found: IntArray = ahead[np.argsort(time[ahead])]
    return found


def _accepted(points: Points, odds: FloatArray, keeps: NDArray[np.float64]) -> list[int]:
    apart = squares(points, points)
    left = odds.copy()
    picks: list[int] = []
    for place in range(odds.size):
        if keeps[place] * odds[place] >= left[place]:
            break
        picks.append(place)
        np.minimum(left, apart[:, place], out=left)
    return picks


def _part(points: Points, which: slice | list[int]) -> Points:
    a = None if points.a is None else points.a[which]
    return Points(points.x[which], a, points.square[which])
