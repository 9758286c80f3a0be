"""The best alignment of several raters' segments, exactly (Mathet, Widlöcher and Métivier 2015).

A *unitary alignment* holds at most one segment of each rater; an alignment puts each segment into
one of them, and the best one has the least disorder in all. Against leaving all segments alone, a
unitary alignment of k segments saves

    C k - C + k (k - 1) / 2 - the dissimilarities of its pairs,   C = n (n - 1) / 2,

(in parts of C, where being alone costs 1), so the best alignment is the packing that saves most.
Only those can be in it that save no less than without any one of their segments; since segments far
apart never do, these are few. The packing of two raters, and of small continua many at once, is
solved as a linear programme; what is large or has halves left, by branch and bound (HiGHS).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from apps.agreement.measures.arrays import AnyArray, FloatArray, IntArray, summed
from apps.agreement.measures.segments import ranges

# So many unitary alignments go into one linear programme.
MOST_AT_ONCE = 2_000
EQUAL = 1e-9
# Of alignments that are as good, the one with fewer parts: this is added for each segment joined.
JOINED = 1e-6
# Continua with more are rarely solved by it, so they are not tried.
LARGE = 250


@dataclass(frozen=True, eq=False, kw_only=True)
class Problems:
    """Segments of several continua (S), each to be aligned by itself; `raters` (P) of each continuum.

    Two segments differ by `alpha` times ((|starts apart| + |ends apart|) / both lengths)², the
    positional dissimilarity, and by `beta` where their labels differ.
    """

    problem: IntArray
    rater: IntArray
    label: IntArray
    start: FloatArray
    end: FloatArray
    raters: IntArray
    alpha: float
    beta: float

    def apart(self, first: IntArray, second: IntArray) -> tuple[FloatArray, FloatArray]:
        """The positional and the categorial dissimilarity of pairs."""
        places = np.abs(self.start[first] - self.start[second])
        places = places + np.abs(self.end[first] - self.end[second])
        sizes = self.end - self.start
        position: FloatArray = self.alpha * (places / (sizes[first] + sizes[second])) ** 2
        return position, self.beta * (self.label[first] != self.label[second])


@dataclass(frozen=True, eq=False, kw_only=True)
class Unitary:
    """Unitary alignments of one number of segments: which (M x k), and what each saves (M)."""

    members: IntArray
    saved: FloatArray

    def only(self, keep: AnyArray) -> Unitary:
        return Unitary(members=self.members[keep], saved=self.saved[keep])


def best_alignments(data: Problems) -> list[Unitary]:
    """The unitary alignments of two segments or more that are in the best alignments."""
    possible = unitary_alignments(data)
    chosen = _packed(data, possible)
    found, start = [], 0
    for each in possible:
        found.append(each.only(chosen[start : start + each.saved.size]))
        start += each.saved.size
    return found


def disorders(data: Problems, chosen: list[Unitary]) -> FloatArray:
    """Of each continuum (P): what its segments cost, those alone and those aligned."""
    pairs = data.raters * (data.raters - 1) / 2
    total = np.bincount(data.problem, minlength=pairs.size).astype(float)
    for each in chosen:
        owner = data.problem[each.members[:, 0]]
        total -= summed(each.saved / pairs[owner], owner, pairs.size)
    return total


def unitary_alignments(data: Problems) -> list[Unitary]:
    """All that may be in a best alignment, by their number of segments."""
    pairs = (data.raters * (data.raters - 1) / 2)[data.problem]
    most = pairs + data.raters[data.problem] - 1
    near = _Near.of(data, most)
    members = np.stack([near.first, near.second], axis=1)
    sums = np.stack([near.apart, near.apart], axis=1)
    found = []
    for size in range(2, int(data.raters.max(initial=0)) + 1):
        c = pairs[members[:, 0]]
        saves = np.all(sums <= (c + size - 1 + EQUAL)[:, None], axis=1)
        saved = c * size - c + size * (size - 1) / 2 - sums.sum(axis=1) / 2
        found.append(Unitary(members=members, saved=saved).only(saves))
        members, sums = near.extend(members, sums, data.rater, most)
    return found


@dataclass(frozen=True, eq=False, kw_only=True)
class _Near:
    """Pairs of segments near each other, the rater of the first before that of the second; sorted.
    `starts` says where the pairs of each first segment begin."""

    first: IntArray
    second: IntArray
    apart: FloatArray
    starts: IntArray

    @classmethod
    def of(cls, data: Problems, most: FloatArray) -> _Near:
        first, second = _windows(data, most)
        earlier = data.rater[first] < data.rater[second]
        first, second = np.where(earlier, first, second), np.where(earlier, second, first)
        differ = data.rater[first] != data.rater[second]
        first, second = first[differ], second[differ]
        apart = np.add(*data.apart(first, second))
        near = apart <= most[first] + EQUAL
        first, second, apart = first[near], second[near], apart[near]
        order = np.lexsort((second, first))
        starts = np.searchsorted(first[order], np.arange(data.start.size + 1))
        return cls(first=first[order], second=second[order], apart=apart[order], starts=starts)

    def extend(
        self, members: IntArray, sums: FloatArray, rater: IntArray, most: FloatArray
    ) -> tuple[IntArray, FloatArray]:
        """Each with one segment more, of a later rater, that is near to all of its segments."""
        head = members[:, 0]
        number = self.starts[head + 1] - self.starts[head]
        row = np.repeat(np.arange(head.size), number)
        pair = ranges(self.starts[head], number)
        later = rater[self.second[pair]] > rater[members[row, -1]]
        row, pair = row[later], pair[later]
        more, apart = self.second[pair], [self.apart[pair]]
        apart += [self._between(column, more) for column in members[row, 1:].T]
        added = np.stack(apart, axis=1)
        grown = np.column_stack([sums[row] + added, added.sum(axis=1)])
        keep = (grown <= most[more][:, None] + EQUAL).all(axis=1)
        return np.column_stack([members[row], more])[keep], grown[keep]

    def _between(self, first: IntArray, second: IntArray) -> FloatArray:
        """What two segments differ by; infinite where they are not near."""
        width = self.starts.size
        keys = self.first * width + self.second
        wanted = first * width + second
        place = np.minimum(np.searchsorted(keys, wanted), max(keys.size - 1, 0))
        there = keys[place] == wanted if keys.size else np.zeros(wanted.size, bool)
        return np.where(there, self.apart[place] if keys.size else 0.0, np.inf)


def _windows(data: Problems, most: FloatArray) -> tuple[IntArray, IntArray]:
    """Pairs of one continuum whose starts lie no farther apart than any near ones do."""
    if not data.start.size:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    order = np.lexsort((data.start, data.problem))
    problem, start = data.problem[order], data.start[order]
    size = (data.end - data.start)[order]
    longest = np.zeros(data.raters.size)
    np.maximum.at(longest, problem, size)
    reach = np.sqrt(most[order] / data.alpha) * (size + longest[problem])
    lowest, highest = start.min(), (start + reach).max()
    line = start - lowest + problem * (highest - lowest + 1)
    last = np.searchsorted(line, line + reach, side="right")
    here = np.arange(line.size)
    number = np.maximum(last - here - 1, 0)
    first, second = np.repeat(here, number), ranges(here + 1, number)
    same = problem[first] == problem[second]
    return order[first[same]], order[second[same]]


def _packed(data: Problems, possible: list[Unitary]) -> AnyArray:
    """Which unitary alignments save most together, no segment being in two of them."""
    saved = np.concatenate([np.empty(0), *(each.saved for each in possible)])
    sizes = np.repeat(
        [each.members.shape[1] for each in possible], [x.saved.size for x in possible]
    )
    none = np.empty(0, np.int64)
    rows = np.concatenate([none, *(each.members.reshape(-1) for each in possible)])
    owner = np.concatenate([none, *(data.problem[each.members[:, 0]] for each in possible)])
    columns = np.repeat(np.arange(saved.size), sizes.astype(np.int64))
    shape = (data.start.size, saved.size)
    holds = sparse.csc_array((np.ones(rows.size), (rows, columns)), shape=shape)
    gain = saved + JOINED * (sizes - 1)
    number = np.bincount(owner, minlength=data.raters.size)
    large = (number > LARGE) & (data.raters > 2)
    share = np.full(saved.size, 0.5)
    for some in _batches(owner, ~large):
        share[some] = _solved(holds[:, some], gain[some], whole=False)
    for problem in np.unique(owner[(share > 1e-6) & (share < 1 - 1e-6)]):
        some = np.flatnonzero(owner == problem)
        share[some] = _solved(holds[:, some], gain[some], whole=True)
    return share > 0.5


def _batches(owner: IntArray, wanted: AnyArray) -> Iterator[IntArray]:
    """Columns of whole problems, as many as go into one programme."""
    order = np.argsort(owner, kind="stable")
    order = order[wanted[owner[order]]]
    ends = np.cumsum(np.bincount(owner[order], minlength=wanted.size))
    start = 0
    for end, following in zip(ends, [*ends[1:], None], strict=True):
        if following is None or following - start > MOST_AT_ONCE:
            if end > start:
                yield order[start:end]
            start = end


def _solved(holds: sparse.csc_array, saved: FloatArray, *, whole: bool) -> FloatArray:
    used = np.unique(holds.indices)
    found = milp(
        -saved,
        integrality=np.full(saved.size, int(whole)),
        constraints=LinearConstraint(holds[used], -np.inf, 1),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    if found.x is None:
        raise ArithmeticError(f"The best alignment was not found: {found.message}")
    solution: FloatArray = found.x
    return solution
