"""What an answer is held against: what the others say of the same task, its own answer left out.

Who is part of what they are held against agrees with themselves: of three answers one's own would
make up a third. So the reference of each answer is made without it. Where it is not clear there is
none (-1): what is said of people is then said of the tasks that are clear.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apps.quality.measures.shares import FloatArray, IntArray

BoolArray = NDArray[np.bool_]
SmallArray = NDArray[np.int8]
# One other answer is not enough to hold somebody against.
LEAST_OTHERS = 2
# What a model says of a task without the answer must be so probable.
SURE = 0.8
AT_ONCE = 2_000_000


def by_others(unit: IntArray, value: IntArray, values: int) -> IntArray:
    """The value that more of the others gave than any other; -1 where two lead, or few answered.

    >>> by_others(np.array([0, 0, 0, 1, 1]), np.array([2, 2, 1, 0, 0]), 3).tolist()
    [-1, -1, 2, -1, -1]
    """
    found: IntArray = np.full(unit.size, -1, np.int64)
    if not unit.size:
        return found
    cells, count = np.unique(unit * values + value, return_counts=True)
    of_unit, of_value = cells // values, cells % values
    # Of each unit the two values with most answers.
    order = np.lexsort((of_value, -count, of_unit))
    first = np.flatnonzero(np.diff(of_unit[order], prepend=-1))
    unit_of = of_unit[order][first]
    row = np.searchsorted(unit_of, unit)
    sizes = np.add.reduceat(count[order], first)[row]
    ends = np.append(first[1:], order.size)
    top = _ranked(order, first, ends, count, 0)
    second = _ranked(order, first, ends, count, 1)
    third = _ranked(order, first, ends, count, 2)
    counts = [each[1][row] for each in (top, second, third)]
    codes = [of_value[each[0]][row] for each in (top, second, third)]
    # Without my own answer.
    left = [number - (code == value) for number, code in zip(counts, codes, strict=True)]
    best, next_best = left[0], np.maximum(left[1], left[2])
    leads = best > next_best
    found[leads] = codes[0][leads]
    # Where mine was one of the most frequent, the second may lead now.
    passed = (left[1] > left[0]) & (left[1] > left[2])
    found[passed] = codes[1][passed]
    found[sizes - 1 < LEAST_OTHERS] = -1
    return found


def _ranked(
    order: IntArray, first: IntArray, ends: IntArray, count: IntArray, rank: int
) -> tuple[IntArray, IntArray]:
    """By unit, the cell of this rank and how many answers it has; 0 where there is none."""
    at = np.minimum(first + rank, ends - 1)
    return order[at], np.where(first + rank < ends, count[order[at]], 0)


def by_model(
    posterior: FloatArray, tables: FloatArray, unit: IntArray, rater: IntArray, value: IntArray
) -> IntArray:
    """The label that a model of annotators is sure of without the answer; -1 where it is not.

    In Dawid and Skene's model (1979) what is believed of a unit is the prior times, for each answer,
    how likely its rater says so where a label is true. So the belief without an answer is the belief
    divided by that factor. (The "cavity" of Minka 2001, *Expectation propagation*; exact here, the
    tables being given.) `tables[r, l, k]`: how often r says l where k is true.

    >>> posterior = np.array([[0.5, 0.5]])
    >>> tables = np.array([[[0.95, 0.05], [0.05, 0.95]]] * 2)
    >>> zero = np.zeros(2, np.int64)
    >>> by_model(posterior, tables, zero, np.array([0, 1]), np.array([0, 1])).tolist()
    [1, 0]
    """
    found: IntArray = np.full(unit.size, -1, np.int64)
    others = np.bincount(unit, minlength=len(posterior))[unit] - 1
    portion = max(AT_ONCE // max(posterior.shape[1], 1), 1)
    for start in range(0, unit.size, portion):
        some = slice(start, start + portion)
        without = posterior[unit[some]] / np.maximum(tables[rater[some], value[some]], 1e-12)
        total = without.sum(axis=1)
        best = without.argmax(axis=1)
        sure = (total > 0) & (without.max(axis=1) >= SURE * total)
        found[some] = np.where(sure & (others[some] >= 1), best, -1)
    return found


def set_by_others(unit: IntArray, holds: BoolArray) -> SmallArray:
    """Answers that are sets: for each label 1 where more than half of the others have it, 0 where
    fewer, -1 where they are even or too few. `holds[i, k]`: answer i has label k.

    >>> holds = np.array([[True], [True], [False], [False]])
    >>> set_by_others(np.array([0, 0, 0, 1]), holds).ravel().tolist()
    [-1, -1, 1, -1]
    """
    sizes = np.bincount(unit) if unit.size else np.zeros(0, np.int64)
    others = sizes[unit] - 1
    found: SmallArray = np.empty(holds.shape, np.int8)
    for label in range(holds.shape[1]):
        mine = holds[:, label]
        have = np.bincount(unit, mine, minlength=sizes.size)[unit] - mine
        found[:, label] = np.where(2 * have > others, 1, np.where(2 * have < others, 0, -1))
    found[others < LEAST_OTHERS] = -1
    return found
