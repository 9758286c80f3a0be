"""Stretches of a text, of a recording: from a start to an end, in one part or several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from apps.agreement.measures.arrays import FloatArray, IntArray, summed

# Parts of pairs that are held against each other at once.
MOST_ROWS = 2_000_000


@dataclass(frozen=True, eq=False, kw_only=True)
class Segments:
    """Parts `start` to `end` (the end is not in it), `owner` says of which object; in rising order.

    A mask is one too: its parts are the runs of its pixels, counted along the rows of the image.

    >>> both = Segments.of([(0, 10), [(5, 8), (10, 12)], (20, 21)])
    >>> both.likeness(np.array([0, 1]), np.array([1, 2])).tolist()
    [0.25, 0.0]
    """

    start: FloatArray
    end: FloatArray
    owner: IntArray
    number: int

    def __post_init__(self) -> None:
        if (self.end <= self.start).any():
            raise ValueError("A segment ends before it begins, or is empty.")

    @classmethod
    def of(cls, given: Sequence[Any]) -> Segments:
        """From (start, end) or [(start, end), …] for each object; parts do not overlap."""
        parts = [np.asarray(one, float).reshape(-1, 2) for one in given]
        flat = np.concatenate([np.empty((0, 2)), *parts])
        owner = np.repeat(np.arange(len(parts)), [len(each) for each in parts])
        order = np.lexsort((flat[:, 0], owner))
        start, end = flat[order].T
        return cls(start=start, end=end, owner=owner.astype(np.int64), number=len(parts))

    @property
    def sizes(self) -> FloatArray:
        """How long each object is, all its parts together."""
        return summed(self.end - self.start, self.owner, self.number)

    def take(self, rows: IntArray) -> Segments:
        parts = np.bincount(self.owner, minlength=self.number)
        first = np.cumsum(parts) - parts
        wanted = ranges(first[rows], parts[rows])
        return Segments(
            start=self.start[wanted],
            end=self.end[wanted],
            owner=np.repeat(np.arange(rows.size), parts[rows]),
            number=rows.size,
        )

    def likeness(self, first: IntArray, second: IntArray) -> FloatArray:
        """What both hold, over what either holds (Jaccard)."""
        parts = np.bincount(self.owner, minlength=self.number)
        return in_portions(self._likeness, first, second, parts[first])

    def _likeness(self, first: IntArray, second: IntArray) -> FloatArray:
        parts = np.bincount(self.owner, minlength=self.number)
        starts = np.cumsum(parts) - parts
        pair = np.repeat(np.arange(first.size), parts[first])
        part = ranges(starts[first], parts[first])
        other = second[pair]
        held = self._covered(other, self.end[part]) - self._covered(other, self.start[part])
        common = summed(held, pair, first.size)
        sizes = self.sizes
        alike: FloatArray = common / (sizes[first] + sizes[second] - common)
        return alike

    def _covered(self, objects: IntArray, places: FloatArray) -> FloatArray:
        """How much of all parts lies before these places of these objects, on one line of all."""
        low, high = self.start.min(), self.end.max()
        width = high - low + 1
        line = self.start - low + self.owner * width
        length = self.end - self.start
        before = np.cumsum(length) - length
        wanted = places - low + objects * width
        part = np.searchsorted(line, wanted, side="right") - 1
        inside = np.clip(wanted - line[part], 0, length[part])
        return np.where(part >= 0, before[part] + inside, 0.0)


def in_portions(
    likeness: Callable[[IntArray, IntArray], FloatArray],
    first: IntArray,
    second: IntArray,
    sizes: IntArray,
) -> FloatArray:
    """The likeness of pairs that take so many rows each, of not too many rows at once."""
    portion = np.cumsum(sizes) // MOST_ROWS
    edges = np.flatnonzero(np.diff(portion, prepend=-1))
    found = [
        likeness(first[begin:end], second[begin:end])
        for begin, end in zip(edges, [*edges[1:], sizes.size], strict=True)
    ]
    return np.concatenate([np.empty(0), *found])


def ranges(start: IntArray, length: IntArray) -> IntArray:
    """start, start + 1, … for each, one after the other.

    >>> ranges(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    ends = np.cumsum(length)
    total = int(ends[-1]) if ends.size else 0
    steps: IntArray = np.arange(total) - np.repeat(ends - length, length)
    return steps + np.repeat(start, length)
