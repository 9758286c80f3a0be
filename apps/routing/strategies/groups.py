"""Groups of like tasks, found on a sample and then given to all."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from apps.routing.strategies.base import blocks
from apps.routing.strategies.lots import FloatArray, IntArray, first, lots
from apps.routing.strategies.spaces import Space, scattered

# Tasks per group from which the groups are learned, and how many times they are moved.
PER_GROUP, LEAST, STEPS = 30, 4096, 10


def grouped(
    features: FloatArray, places: IntArray, keys: IntArray, number: int, seed: int
) -> IntArray:
    """The group of each place, by k-means on a sample drawn by lot. Some groups may be empty.

    >>> group = grouped(np.array([[0.0], [9.0], [0.1]]), np.arange(3), np.arange(3), 2, 0)
    >>> group[0] == group[2], group[0] == group[1]
    (np.True_, np.False_)
    """
    width = min(places.size, max(LEAST, PER_GROUP * number))
    drawn = np.sort(first(np.zeros(places.size), lots(keys, seed, 1), width))
    type_ = np.result_type(features.dtype, np.float32)
    sample = np.empty((width, features.shape[1]), type_)
    for part, x in blocks(features, places[drawn]):
        sample[part] = x
    middle = sample.mean(axis=0)
    sample -= middle
    centres = sample[_seeds(sample, keys[drawn], number, seed)]
    everyone = np.arange(width)
    for _ in range(STEPS):
        group = _nearest(sample, everyone, np.zeros_like(middle), centres)
        centres = _moved(sample, group, centres)
    return _nearest(features, places, middle, centres)


def _seeds(sample: FloatArray, keys: IntArray, number: int, seed: int) -> IntArray:
    space = Space(sample, np.arange(keys.size))
    start = first(np.zeros(keys.size), lots(keys, seed, 2), 1)
    nearest = np.full(keys.size, np.inf, space.type)
    space.shrink(nearest, space.at(start))
    nearest[start] = 0.0
    return np.concatenate([start, scattered(space, nearest, keys, number - 1, seed)])


def _nearest(
    features: FloatArray, places: IntArray, middle: FloatArray, centres: FloatArray
) -> IntArray:
    """The centre next to each place. Centres are told from the middle."""
    square = np.einsum("ij,ij->i", centres, centres)
    found = np.empty(places.size, np.int64)
    for part, x in blocks(features, places):
        apart = (x - middle) @ centres.T
        apart *= -2.0
        apart += square
        found[part] = apart.argmin(axis=1)
    return found


def _moved(sample: FloatArray, group: IntArray, centres: FloatArray) -> FloatArray:
    """Each centre to the mean of its tasks; one that has lost all stays where it is."""
    ones = np.ones(group.size, sample.dtype)
    shape = (centres.shape[0], group.size)
    member = sparse.csr_array((ones, (group, np.arange(group.size))), shape=shape)
    number = np.bincount(group, minlength=centres.shape[0])[:, None]
    moved: FloatArray = np.where(number > 0, member @ sample / np.maximum(number, 1), centres)
    return moved.astype(sample.dtype)
