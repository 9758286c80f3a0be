"""Answers that can only be compared with each other: spans, boxes, rankings, free texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from apps.agreement.measures.arrays import FloatArray, IntArray, summed

# So many pairs of answers tell the distance that chance would give; fewer answers make all pairs.
PAIRS = 20_000
# More answers than these are not looked at for it.
MOST_ANSWERS = 4_000


@dataclass(frozen=True, eq=False, kw_only=True)
class Compared:
    """Distances between answers inside units, and between answers at large.

    Of each unit with two answers or more, `sizes` (U) has how many they are and `within` (U) the
    sum of the distances over its unordered pairs. `pairs` (P x 2) has the units of two answers
    each, `apart` (P) their distance: all pairs of answers there are, or a sample of them. Pairs
    inside a unit are among them (Krippendorff's chance pairs anything with anything). `group` (U)
    says which units belong together. Distances are 0 to 1.
    """

    sizes: IntArray
    within: FloatArray
    pairs: IntArray
    apart: FloatArray
    raters: int | None = None
    group: IntArray | None = None
    lone: int = 0

    def __post_init__(self) -> None:
        if self.sizes.shape != self.within.shape or (self.sizes < 2).any():
            raise ValueError("sizes and within have one entry for each unit with two answers.")
        if self.pairs.shape != (self.apart.size, 2):
            raise ValueError("pairs must have two units for each distance.")

    @property
    def disagreeing(self) -> int:
        return int(np.count_nonzero(self.within))

    @property
    def units(self) -> IntArray:
        return np.ones(self.sizes.size, np.int64)

    def expected_without_each(self) -> FloatArray:
        """The mean distance of the pairs in which a unit has no part, for each unit (U)."""
        first, second = self.pairs.T
        number, inside = self.sizes.size, first == second
        ones = np.ones(first.size)
        apart, pairs = (
            summed(each, first, number)
            + summed(each, second, number)
            - summed(each[inside], first[inside], number)
            for each in (self.apart, ones)
        )
        left = first.size - pairs
        mean = np.full(number, np.nan)
        np.divide(self.apart.sum() - apart, left, out=mean, where=left > 0)
        return mean

    def clusters(self, most: int) -> Clusters:
        """What is drawn for an interval: units, or groups of them; gathered at random in `most`
        blocks where they are more. Blocks of many units vary as the units do, over their number."""
        own = np.arange(self.sizes.size) if self.group is None else self.group
        code = np.unique(own, return_inverse=True)[1].astype(np.int64)
        number = int(code.max(initial=-1)) + 1
        if number > most:
            code = np.random.default_rng(0).permutation(np.arange(number) % most)[code]
            number = most
        return Clusters.of(self, code, number)


@dataclass(frozen=True, eq=False, kw_only=True)
class Clusters:
    """Sums over the units of each cluster (C), and over the pairs between two of them (C x C).

    `observed` adds up 2 / (m - 1) times the distances within, `likeness` the mean distances,
    `answers` and `units` count.
    """

    observed: FloatArray
    likeness: FloatArray
    answers: FloatArray
    units: FloatArray
    apart: FloatArray
    pairs: FloatArray

    @classmethod
    def of(cls, data: Compared, code: IntArray, number: int) -> Clusters:
        m = data.sizes.astype(float)
        place = code[data.pairs[:, 0]] * number + code[data.pairs[:, 1]]
        shape = (number, number)
        return cls(
            observed=summed(2 * data.within / (m - 1), code, number),
            likeness=summed(2 * data.within / (m * (m - 1)), code, number),
            answers=summed(m, code, number),
            units=summed(np.ones(m.size), code, number),
            apart=summed(data.apart, place, number**2).reshape(shape),
            pairs=summed(np.ones(place.size), place, number**2).reshape(shape),
        )

    def expected(self, weights: FloatArray) -> FloatArray:
        """The mean distance of two answers (B), each pair weighing as its two clusters do (B x C)."""
        apart = ((weights @ self.apart) * weights).sum(axis=1)
        pairs = ((weights @ self.pairs) * weights).sum(axis=1)
        mean = np.full(apart.shape, np.nan)
        np.divide(apart, pairs, out=mean, where=pairs > 0)
        return mean


def pairs_to_compare(ids: IntArray) -> IntArray:
    """The pairs of answers, by their ids (P x 2), whose distances tell what chance would give.

    All of them while they are few. Else the answers stand in a ring in the order of a hash of their
    ids, and each is compared with the next so many: every answer comes in equally often, and an
    answer more changes only the pairs around it. The same ids always give the same pairs.

    >>> pairs_to_compare(np.array([7, 3, 9])).tolist()
    [[3, 7], [3, 9], [7, 9]]
    >>> pairs_to_compare(np.arange(100_000)).shape
    (20000, 2)
    """
    n = ids.size
    if n * (n - 1) // 2 <= PAIRS:
        ordered = np.sort(ids)
        first, second = np.triu_indices(n, 1)
        return np.stack([ordered[first], ordered[second]], axis=1)
    ring = ids[np.lexsort((ids, hashed(ids)))][:MOST_ANSWERS]
    steps = -(-PAIRS // ring.size)
    other = np.concatenate([np.roll(ring, -step) for step in range(1, steps + 1)])
    both = np.stack([np.tile(ring, steps), other], axis=1)
    both.sort(axis=1)
    return np.unique(both, axis=0)


def hashed(ids: IntArray) -> IntArray:
    """Spread over all 64 bits, the same on every machine (SplitMix64: Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        x = ids.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        spread: IntArray = (x ^ (x >> np.uint64(31))).view(np.int64)
        return spread
