"""Units that belong together: the clusters of the statistics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from apps.agreement.measures.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Groups:
    """The histogram of each group, sparse: group `group[i]` has `units[i]` of `pattern[i]`."""

    group: IntArray
    pattern: IntArray
    units: IntArray

    @property
    def number(self) -> int:
        return int(np.unique(self.group).size)

    def matrix(self, patterns: int) -> FloatArray:
        """Groups x patterns, dense."""
        rows = np.unique(self.group, return_inverse=True)[1]
        matrix = np.zeros((self.number, patterns))
        np.add.at(matrix, (rows, self.pattern), self.units)
        return matrix

    def distinct(self) -> tuple[Groups, IntArray]:
        """One group of each composition, numbered from 0, and how many groups are like it.

        A project has few documents and many single units, or chats that are much alike: what is
        resampled is the compositions, so that a million equal groups cost as much as one.

        >>> groups = Groups(
        ...     group=np.array([7, 8, 9, 9]),
        ...     pattern=np.array([0, 0, 0, 1]),
        ...     units=np.array([1, 1, 1, 2]),
        ... )
        >>> one_of_each, times = groups.distinct()
        >>> one_of_each.matrix(2).tolist(), times.tolist()
        ([[1.0, 0.0], [1.0, 2.0]], [2, 1])
        """
        if not self.group.size:
            return self, np.empty(0, np.int64)
        width = int(self.pattern.max()) + 1
        code = np.unique(self.group, return_inverse=True)[1]
        cells, cell = np.unique(code * width + self.pattern, return_inverse=True)
        units = np.zeros(cells.size, np.int64)
        np.add.at(units, cell, self.units)
        code, pattern = cells // width, cells % width
        sizes = np.bincount(code)
        starts = np.cumsum(sizes) - sizes
        first, times = _alike(pattern, units, starts, sizes)
        rows = np.concatenate([np.arange(starts[g], starts[g] + sizes[g]) for g in first])
        number = np.repeat(np.arange(first.size), sizes[first])
        return Groups(group=number, pattern=pattern[rows], units=units[rows]), times


def _alike(
    pattern: IntArray, units: IntArray, starts: IntArray, sizes: IntArray
) -> tuple[IntArray, IntArray]:
    """An example of each composition and how often it comes; groups of one cell without a loop."""
    single, several = np.flatnonzero(sizes == 1), np.flatnonzero(sizes > 1)
    cells = np.stack([pattern[starts[single]], units[starts[single]]], axis=1)
    place, often = np.unique(cells, axis=0, return_index=True, return_counts=True)[1:]
    found: dict[bytes, list[int]] = {}
    for group in several.tolist():
        part = slice(starts[group], starts[group] + sizes[group])
        found.setdefault(pattern[part].tobytes() + units[part].tobytes(), []).append(group)
    first = np.array([groups[0] for groups in found.values()], np.int64)
    times = np.array([len(groups) for groups in found.values()], np.int64)
    return np.concatenate([single[place], first]), np.concatenate([often, times])
