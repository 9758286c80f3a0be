"""Which objects of two answers are one and the same: the best one-to-one matching (Kuhn 1955).

As many as may be are matched, of those whose likeness is no less than a threshold; and so that the
sum of their likenesses is largest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import linear_sum_assignment
from scipy.sparse.csgraph import connected_components

from apps.agreement.measures.arrays import AnyArray, FloatArray, IntArray
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.segments import ranges

# So many pairs of objects are compared at once.
AT_ONCE = 1_000_000
EDGE = 1e-9  # which of two comes first must not decide at the very edge


@dataclass(frozen=True, eq=False, kw_only=True)
class Matches:
    """Pairs of answers to one unit (Q x 2), and the matched objects: which pair of answers they
    belong to (M), which they are (M x 2) and how alike they are (M)."""

    answers: IntArray
    pair: IntArray
    objects: IntArray
    likeness: FloatArray


def matches(data: Objects, threshold: float, *, by_label: bool = False) -> Matches:
    """The best matching of each two answers to a unit; `by_label`: of objects with one label."""
    found: Matches = data.once(
        ("matches", threshold, by_label), lambda: _matches(data, threshold, by_label=by_label)
    )
    return found


def _matches(data: Objects, threshold: float, *, by_label: bool) -> Matches:
    order = np.argsort(data.answer, kind="stable")
    number = np.bincount(data.answer, minlength=data.unit.size)
    start = np.cumsum(number) - number
    answers = pairs_of_answers(data)
    found = []
    for some in _batches(number[answers[:, 0]] * number[answers[:, 1]]):
        a, b = answers[some].T
        pair = np.repeat(some, number[a] * number[b])
        step = ranges(np.zeros(some.size, np.int64), number[a] * number[b])
        width = number[answers[pair, 1]]
        first = order[start[answers[pair, 0]] + step // np.maximum(width, 1)]
        second = order[start[answers[pair, 1]] + step % np.maximum(width, 1)]
        if by_label:
            same = data.label[first] == data.label[second]
            pair, first, second = pair[same], first[same], second[same]
        alike = data.shapes.likeness(first, second) if first.size else np.empty(0)
        near = alike >= threshold - EDGE
        found.append((pair[near], first[near], second[near], alike[near]))
    empty = (np.empty(0, np.int64),) * 3 + (np.empty(0),)
    pair, first, second, alike = (np.concatenate(x) for x in zip(empty, *found, strict=True))
    best = _best(pair, first, second, alike, data.answer.size)
    return Matches(
        answers=answers,
        pair=pair[best],
        objects=np.stack([first, second], axis=1)[best],
        likeness=alike[best],
    )


def pairs_of_answers(data: Objects) -> IntArray:
    """Each two answers to one unit (Q x 2)."""
    order = np.argsort(data.unit, kind="stable")
    sizes = data.sizes
    start = np.cumsum(sizes) - sizes
    found = []
    for size in np.unique(sizes[sizes > 1]).tolist():
        first, second = np.triu_indices(size, 1)
        begin = start[sizes == size][:, None]
        both = np.stack([order[begin + first], order[begin + second]], axis=2)
        found.append(both.reshape(-1, 2))
    return np.concatenate([np.empty((0, 2), np.int64), *found])


def _batches(sizes: IntArray) -> Iterator[IntArray]:
    if not sizes.size:
        return
    block = np.cumsum(sizes) // AT_ONCE
    edges = np.flatnonzero(np.diff(block, prepend=-1))
    for begin, end in zip(edges, [*edges[1:], sizes.size], strict=True):
        yield np.arange(begin, end)


def _best(
    pair: IntArray, first: IntArray, second: IntArray, alike: FloatArray, objects: int
) -> AnyArray:
    """Which of the possible matches are in the best matching of their pair of answers."""
    keys_a, keys_b = pair * (objects + 1) + first, pair * (objects + 1) + second
    alone = _times(keys_a) + _times(keys_b) == 2
    chosen: AnyArray = alone.copy()
    rest = np.flatnonzero(~alone)
    if not rest.size:
        return chosen
    rest = rest[np.argsort(pair[rest], kind="stable")]
    edges = np.flatnonzero(np.diff(pair[rest], prepend=-1))
    for begin, end in zip(edges, [*edges[1:], rest.size], strict=True):
        rows = rest[begin:end]
        chosen[rows] = _assigned(first[rows], second[rows], alike[rows])
    return chosen


def _times(keys: IntArray) -> IntArray:
    """How often each key is there."""
    _, place, times = np.unique(keys, return_inverse=True, return_counts=True)
    counted: IntArray = times[place]
    return counted


def _assigned(first: IntArray, second: IntArray, alike: FloatArray) -> AnyArray:
    a, row = np.unique(first, return_inverse=True)
    b, column = np.unique(second, return_inverse=True)
    # One match more is worth more than any likeness of the others.
    gain = np.zeros((a.size, b.size))
    gain[row, column] = min(a.size, b.size) + 1 + alike
    best_row, best_column = linear_sum_assignment(gain, maximize=True)
    taken = np.full(a.size, -1)
    taken[best_row] = best_column
    chosen: AnyArray = taken[row] == column
    return chosen


def instances(data: Objects, threshold: float) -> IntArray:
    """The things that objects of several answers stand for: a number for each object (O).

    Objects that are matched are one thing, as long as no rater would have marked it twice; else
    those that are most alike are joined first. Labels play no part.
    """
    found = matches(data, threshold)
    number = data.answer.size
    a, b = found.objects.T
    joined = sparse.csr_array((np.ones(a.size), (a, b)), shape=(number, number))
    code = connected_components(joined, directed=False)[1].astype(np.int64)
    twice = _marked_twice(code, data.answer)
    edges = np.flatnonzero(twice[code[a]])
    edges = edges[np.lexsort((b[edges], a[edges], -np.round(found.likeness[edges], 9)))]
    return _joined(code, np.flatnonzero(twice[code]), found.objects[edges], data.answer)


def _marked_twice(code: IntArray, answer: IntArray) -> AnyArray:
    """Which of the groups hold two objects of one answer."""
    keys = np.sort(code * (int(answer.max(initial=0)) + 1) + answer)
    same = keys[1:][keys[1:] == keys[:-1]] // (int(answer.max(initial=0)) + 1)
    found = np.zeros(int(code.max(initial=-1)) + 1, bool)
    found[same] = True
    return found


def _joined(code: IntArray, parted: IntArray, edges: IntArray, answer: IntArray) -> IntArray:
    """Groups with two objects of one answer are taken apart, and joined again edge by edge."""
    code = code.copy()
    code[parted] = code.size + np.arange(parted.size)
    members = {int(code[o]): [int(o)] for o in parted}
    for first, second in edges.tolist():
        x, y = int(code[first]), int(code[second])
        both = members[x] + members[y]
        if x != y and len(set(answer[both].tolist())) == len(both):
            code[members.pop(y)] = x
            members[x] = both
    return np.unique(code, return_inverse=True)[1].astype(np.int64)
