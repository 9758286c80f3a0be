"""The parts of a map: what lies together, and what lies within a line that somebody drew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

IntArray = NDArray[np.int64]
Places = NDArray[np.floating]
LEAST_PARTS, MOST_PARTS = 2, 12
# About so many tasks a part, of few; of many the parts get larger.
EACH = 40
SAMPLE = 8_000


def parted(places: Places, *, seed: int = 0) -> tuple[IntArray, Places]:
    """The part of each task (tasks x 2), and each part's middle, the largest part first.

    Parts are the nearest of some middles (k-means: Lloyd 1982), so they are round and without gaps. They
    name places on the map; they are not found in the tasks.

    >>> part, middle = parted(np.repeat([[0.0, 0.0], [1.0, 1.0]], [50, 30], axis=0))
    >>> part[0], part[-1], middle.round(1).tolist()
    (0, 1, [[0.0, 0.0], [1.0, 1.0]])
    """
    rng = np.random.default_rng(seed)
    some = np.asarray(places[rng.permutation(len(places))[:SAMPLE]], float)
    different = len(np.unique(some.round(6), axis=0))
    number = min(max(LEAST_PARTS, round(np.sqrt(len(some) / EACH))), MOST_PARTS, different)
    found = KMeans(number, n_init=3, random_state=seed).fit(some).cluster_centers_
    part = nearest(places, found)
    order = np.argsort(-np.bincount(part, minlength=len(found)), kind="stable")
    return np.argsort(order)[part].astype(np.int64), found[order]


def nearest(places: Places, middles: Places) -> IntArray:
    """Which of the middles is nearest to each place."""
    apart = ((places[:, None, :] - middles[None, :, :]) ** 2).sum(axis=2)
    found: IntArray = apart.argmin(axis=1).astype(np.int64)
    return found


def within(places: Places, line: Sequence[Sequence[float]]) -> NDArray[np.bool_]:
    """Which places (tasks x 2) a closed line goes around: those from which a ray crosses it an odd
    number of times (Shimrat 1962). The last corner is joined to the first.

    >>> square = [(0, 0), (1, 0), (1, 1), (0, 1)]
    >>> within(np.array([[0.5, 0.5], [1.5, 0.5]]), square).tolist()
    [True, False]
    """
    corners = np.asarray(line, float)
    found = np.zeros(len(places), np.bool_)
    low, high = corners.min(axis=0), corners.max(axis=0)
    near = np.flatnonzero(((places >= low) & (places <= high)).all(axis=1))
    x, y = np.asarray(places[near], float).T
    inside = np.zeros(near.size, np.bool_)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 != y2:
            is_between = (y1 > y) != (y2 > y)
            inside ^= is_between & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    found[near] = inside
    return found
