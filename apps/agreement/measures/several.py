"""Objects of several sorts at once: spans beside boxes, each alike only to their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from apps.agreement.measures.arrays import FloatArray, IntArray

# What the likeness is brought to from which on two objects are one.
HALF = 0.5


@dataclass(frozen=True, eq=False, kw_only=True)
class Several:
    """Object `o` is number `place[o]` of `sorts[sort[o]]`; `thresholds` says from which likeness on
    two of a sort are one: that becomes a half.

    >>> from apps.agreement.measures.segments import Segments
    >>> spans, films = Segments.of([(0, 10), (0, 9)]), Segments.of([(0, 10)])
    >>> both = Several.of([0, 0, 1], [spans, films], [0.8, 0.5])
    >>> both.likeness(np.array([0, 0]), np.array([1, 2])).round(2).tolist()
    [0.75, 0.0]
    """

    sort: IntArray
    place: IntArray
    sorts: tuple[Any, ...]
    thresholds: FloatArray

    @classmethod
    def of(cls, sort: Sequence[int], sorts: Sequence[Any], thresholds: Sequence[float]) -> Several:
        """The objects of each sort in their order."""
        which = np.array(sort, np.int64)
        place = np.zeros(which.size, np.int64)
        for number in range(len(sorts)):
            own = which == number
            place[own] = np.arange(np.count_nonzero(own))
        return cls(
            sort=which, place=place, sorts=tuple(sorts), thresholds=np.array(thresholds, float)
        )

    @property
    def number(self) -> int:
        return self.sort.size

    def take(self, rows: IntArray) -> Several:
        return Several(
            sort=self.sort[rows],
            place=self.place[rows],
            sorts=self.sorts,
            thresholds=self.thresholds,
        )

    def likeness(self, first: IntArray, second: IntArray) -> FloatArray:
        found = np.zeros(first.size)
        for number, shapes in enumerate(self.sorts):
            both = (self.sort[first] == number) & (self.sort[second] == number)
            if both.any():
                a, b = self.place[first[both]], self.place[second[both]]
                found[both] = self._scaled(shapes.likeness(a, b), float(self.thresholds[number]))
        return found

    def _scaled(self, alike: FloatArray, threshold: float) -> FloatArray:
        above = HALF + HALF * (alike - threshold) / max(1 - threshold, 1e-9)
        scaled: FloatArray = np.where(alike >= threshold, above, alike * HALF / threshold)
        return np.clip(scaled, 0.0, 1.0)
