"""Shapes on an image or a film, in arrays: boxes, outlines, skeletons of points, tracks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from apps.agreement.measures.arrays import AnyArray, FloatArray, IntArray, summed
from apps.agreement.measures.segments import in_portions, ranges


@dataclass(frozen=True, eq=False, kw_only=True)
class Boxes:
    """Upright boxes: left, top, right, bottom (O x 4).

    >>> Boxes.of([(0, 0, 10, 10), (5, 0, 15, 10)]).likeness(np.array([0]), np.array([1])).round(3)
    array([0.333])
    """

    sides: FloatArray

    @classmethod
    def of(cls, given: Sequence[Any]) -> Boxes:
        return cls(sides=np.array(given, float).reshape(len(given), 4))

    @property
    def number(self) -> int:
        return len(self.sides)

    def take(self, rows: IntArray) -> Boxes:
        return Boxes(sides=self.sides[rows])

    def likeness(self, first: IntArray, second: IntArray) -> FloatArray:
        """Intersection over union."""
        common, both = overlap(self.sides[first], self.sides[second])
        return over(common, both - common)


@dataclass(frozen=True, eq=False, kw_only=True)
class Outlines:
    """Anything with an area: polygons with holes, turned boxes, ellipses (O shapely geometries).

    >>> both = Outlines.of([shapely.box(0, 0, 10, 10), shapely.box(5, 0, 15, 10)])
    >>> both.likeness(np.array([0]), np.array([1])).round(3)
    array([0.333])
    """

    areas: AnyArray

    @classmethod
    def of(cls, given: Sequence[shapely.Geometry]) -> Outlines:
        areas = np.empty(len(given), object)
        areas[:] = given
        return cls(areas=areas)

    @property
    def number(self) -> int:
        return self.areas.size

    def take(self, rows: IntArray) -> Outlines:
        return Outlines(areas=self.areas[rows])

    def likeness(self, first: IntArray, second: IntArray) -> FloatArray:
        """Intersection over union; only what meets is intersected."""
        bounds = shapely.bounds(self.areas)
        near = np.flatnonzero(overlap(bounds[first], bounds[second])[0] > 0)
        common = np.zeros(first.size)
        x, y = self.areas[first[near]], self.areas[second[near]]
        common[near] = shapely.area(shapely.intersection(x, y))
        area = shapely.area(self.areas)
        # An area laid on itself may come out a digit larger.
        common = np.minimum(common, np.minimum(area[first], area[second]))
        return over(common, area[first] + area[second] - common)


@dataclass(frozen=True, eq=False, kw_only=True)
class Skeletons:
    """Named points (O x K x 2; NaN where one was not placed), and how exactly each can be placed.

    `sigmas` (K) are relative to the root of the area of the object, as COCO has them.

    >>> one = [(0, 0), (10, 0), (10, 10)]
    >>> moved = [(1, 0), (10, 0), (10, 10)]
    >>> both = Skeletons.of([one, moved], sigmas=[0.05, 0.05, 0.05])
    >>> both.likeness(np.array([0, 0]), np.array([0, 1])).round(3)
    array([1.   , 0.864])
    """

    places: FloatArray
    sigmas: FloatArray

    @classmethod
    def of(cls, given: Sequence[Any], sigmas: Sequence[float]) -> Skeletons:
        places = np.array(given, float).reshape(len(given), len(sigmas), 2)
        return cls(places=places, sigmas=np.array(sigmas, float))

    @property
    def number(self) -> int:
        return len(self.places)

    def take(self, rows: IntArray) -> Skeletons:
        return Skeletons(places=self.places[rows], sigmas=self.sigmas)

    def likeness(self, first: IntArray, second: IntArray) -> FloatArray:
        """Object keypoint similarity (COCO), over the points that either has placed; the area is
        the mean of both boxes around the points."""
        x, y = self.places[first], self.places[second]
        placed = ~np.isnan(self.places[:, :, 0])
        area = self._areas()
        scale = np.maximum((area[first] + area[second]) / 2, 1.0)
        squared = ((x - y) ** 2).sum(axis=2)
        near = np.exp(-squared / (8 * scale[:, None] * self.sigmas**2))
        both, either = placed[first] & placed[second], placed[first] | placed[second]
        return over(np.where(both, near, 0).sum(axis=1), either.sum(axis=1).astype(float))

    def _areas(self) -> FloatArray:
        low = np.where(np.isnan(self.places), np.inf, self.places).min(axis=1, initial=np.inf)
        high = np.where(np.isnan(self.places), -np.inf, self.places).max(axis=1, initial=-np.inf)
        side = np.where(high > low, high - low, 0.0)
        area: FloatArray = side.prod(axis=1)
        return area


@dataclass(frozen=True, eq=False, kw_only=True)
class Tubes:
    """Tracks: a box in each of some frames. Rows in order of `owner` and then `frame`.

    >>> still = [(1, 0, 0, 10, 10), (2, 0, 0, 10, 10)]
    >>> both = Tubes.of([still, still[:1]])
    >>> both.likeness(np.array([0]), np.array([1]))
    array([0.5])
    """

    owner: IntArray
    frame: IntArray
    sides: FloatArray
    number: int

    @classmethod
    def of(cls, given: Sequence[Any]) -> Tubes:
        """From (frame, left, top, right, bottom) rows for each track."""
        tracks = [np.asarray(track, float).reshape(-1, 5) for track in given]
        table = np.concatenate([np.empty((0, 5)), *tracks])
        owner = np.repeat(np.arange(len(tracks)), [len(each) for each in tracks])
        table = table[np.lexsort((table[:, 0], owner))]
        return cls(
            owner=owner.astype(np.int64),
            frame=table[:, 0].astype(np.int64),
            sides=table[:, 1:],
            number=len(given),
        )

    def take(self, rows: IntArray) -> Tubes:
        frames = np.bincount(self.owner, minlength=self.number)
        first = np.cumsum(frames) - frames
        wanted = ranges(first[rows], frames[rows])
        return Tubes(
            owner=np.repeat(np.arange(rows.size), frames[rows]),
            frame=self.frame[wanted],
            sides=self.sides[wanted],
            number=rows.size,
        )

    def likeness(self, first: IntArray, second: IntArray) -> FloatArray:
        """Intersection over union of space and time: areas added up over the frames."""
        frames = np.bincount(self.owner, minlength=self.number)
        return in_portions(self._likeness, first, second, frames[first])

    def _likeness(self, first: IntArray, second: IntArray) -> FloatArray:
        frames = np.bincount(self.owner, minlength=self.number)
        starts = np.cumsum(frames) - frames
        pair = np.repeat(np.arange(first.size), frames[first])
        mine = ranges(starts[first], frames[first])
        width = int(self.frame.max(initial=0)) + 1
        keys, wanted = self.owner * width + self.frame, second[pair] * width + self.frame[mine]
        yours = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
        common = overlap(self.sides[mine], self.sides[yours])[0]
        shared = summed(np.where(keys[yours] == wanted, common, 0.0), pair, first.size)
        area = summed(areas_of(self.sides), self.owner, self.number)
        return over(shared, area[first] + area[second] - shared)


def overlap(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The areas that pairs of boxes have in common, and the sums of their areas."""
    low, high = np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])
    common: FloatArray = np.maximum(high - low, 0).prod(axis=1)
    return common, areas_of(a) + areas_of(b)


def areas_of(sides: FloatArray) -> FloatArray:
    area: FloatArray = (sides[:, 2] - sides[:, 0]) * (sides[:, 3] - sides[:, 1])
    return area


def over(part: FloatArray, whole: FloatArray) -> FloatArray:
    """0 where there is nothing at all."""
    share = np.zeros(part.shape)
    np.divide(part, whole, out=share, where=whole > 0)
    return share
