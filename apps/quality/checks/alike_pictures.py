"""Which of many pictures are nearly alike, without holding each against each. Holds no check itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from apps.quality.checks.base import IntArray

Light = NDArray[np.float32]

# Light and dark in so many points to a side; red, green and blue of each quarter.
SIDE, COLOURS = 16, 12
WIDTH = SIDE * SIDE + COLOURS
# What varies less, in deviations of 255 steps, has nothing to tell it by.
LEAST_SPREAD = 4.0
# Each is compared with so many of those that look most like it from afar.
NEAREST = 8
# From afar: the slowest waves over the picture, four each way.
WAVES = 4
MOST_COLOUR = 12.0


@dataclass(frozen=True, eq=False)
class Pictures:
    """A row of WIDTH for each picture, from 0 to 255; zeros where there is none. Only pictures of
    equal `group` are compared: what is shown beside them is the same."""

    rows: NDArray[np.uint8]
    group: IntArray


def picture_families(pictures: Pictures, least: float) -> IntArray:
    """A number for each picture; those of one number are a chain of pictures each of which is like
    another: light and dark by place correlate by `least` or more, whatever the light as a whole, and
    no quarter's colour differs by more than 12 of 255 on average.

    Candidates by their slowest waves (the first terms of the cosine transform; Ahmed, Natarajan and Rao
    1974), in which two pictures lie no further apart than in all their points; each pair is then
    counted out.

    >>> rng = np.random.default_rng(0)
    >>> one, other = rng.integers(0, 255, (2, WIDTH))
    >>> rows = np.array([one, (one + rng.integers(0, 3, WIDTH)), other]).clip(0, 255)
    >>> picture_families(Pictures(rows.astype(np.uint8), np.zeros(3, int)), 0.99).tolist()
    [0, 0, 1]
    """
    light, usable = _light(pictures.rows)
    count = len(pictures.rows)
    pairs = _candidates(light[usable], np.flatnonzero(usable), least)
    one, other = pairs.T
    alike = (pictures.group[one] == pictures.group[other]) & (
        np.einsum("ij,ij->i", light[one], light[other]) >= least
    )
    colours = pictures.rows[:, SIDE * SIDE :].astype(float)
    alike &= np.abs(colours[one] - colours[other]).mean(axis=1) <= MOST_COLOUR
    one, other = one[alike], other[alike]
    graph = coo_array((np.ones(one.size), (one, other)), shape=(count, count))
    found: IntArray = connected_components(graph, directed=False)[1].astype(np.int64)
    return found


def _light(rows: NDArray[np.uint8]) -> tuple[Light, NDArray[np.bool_]]:
    """Each as a direction, so that their product is the correlation; and which have one."""
    light = rows[:, : SIDE * SIDE].astype(np.float32)
    light -= light.mean(axis=1, keepdims=True)
    length = np.sqrt((light**2).sum(axis=1))
    usable = length >= LEAST_SPREAD * SIDE
    light[usable] /= length[usable, None]
    light[~usable] = 0
    return light, usable


def _candidates(light: Light, place: IntArray, least: float) -> IntArray:
    if len(light) < 2:
        return np.empty((0, 2), np.int64)
    waves = dctn(light.reshape(-1, SIDE, SIDE), axes=(1, 2), norm="ortho")[:, :WAVES, :WAVES]
    points = waves.reshape(len(light), -1)
    # Of two directions whose product is `least`.
    reach = float(np.sqrt(2 * (1 - least))) + 1e-9
    near = min(NEAREST + 1, len(points))
    _, found = KDTree(points).query(points, k=near, distance_upper_bound=reach)
    owner = np.repeat(np.arange(len(points)), near)
    other = found.ravel()
    kept = (other < len(points)) & (other != owner)
    pairs: IntArray = place[np.stack([owner[kept], other[kept]], axis=1)]
    return pairs
