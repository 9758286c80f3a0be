"""Confident learning: how many labels are wrong, and which, by what a model thinks of them that has
not learned from them.

Northcutt, C. G., Jiang, L., Chuang, I. L. (2021). Confident learning: estimating uncertainty in
dataset labels. Journal of Artificial Intelligence Research 70, 1373-1411. Rows of all matrices here
are the labels that were given, columns those that are likely.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
# Probabilities come with 24 bits; a bar that one just reaches is reached.
NEAR = 1e-6
# One in so many, and so many at least.
SUREST, LEAST_SUREST = 10, 50


@dataclass(frozen=True, eq=False, kw_only=True)
class Opinions:
    """What a model thought of the labels of a question's tasks, none of which it had learned from.

    One place per task in each array; `said` is tasks x labels, and its rows come to 1.
    """

    question: str
    # Places in the work; -1 of a task that is not in it, which is counted and not named.
    task: IntArray
    label: IntArray
    said: FloatArray
    words: tuple[str, ...]
    # A person looked at the task and decided: it is counted, and not asked about again.
    is_decided: BoolArray


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """So many labels are wrong, with limits of 95 %."""

    value: float
    low: float
    high: float
    n: int


def bars(said: FloatArray, label: IntArray) -> FloatArray:
    """Per label the mean of its probability where it was given (§3.1, eq. 2): from there on a model
    is sure of it, for its standards. Of a label that was never given nobody is sure.

    >>> bars(np.array([[0.9, 0.1], [0.7, 0.3], [0.4, 0.6]]), np.array([0, 0, 1])).round(2).tolist()
    [0.8, 0.6]
    """
    labels = said.shape[1]
    own = said[np.arange(label.size), label]
    given = np.bincount(label, minlength=labels)
    total = np.bincount(label, own, minlength=labels)
    found: FloatArray = np.divide(total, given, out=np.full(labels, np.inf), where=given > 0)
    return found


def confident_labels(said: FloatArray, label: IntArray) -> IntArray:
    """Per task the likeliest of the labels of which the model is sure; -1 where it is of none (eq. 1).

    >>> said = np.array([[0.9, 0.1], [0.7, 0.3], [0.4, 0.6], [0.85, 0.15]])
    >>> confident_labels(said, np.array([0, 0, 1, 1])).tolist()
    [0, -1, 1, 0]
    """
    is_sure = said >= bars(said, label) - NEAR
    best = np.where(is_sure, said, -1.0).argmax(axis=1)
    return np.where(is_sure.any(axis=1), best, -1).astype(np.int64)


def counted(label: IntArray, likely: IntArray, labels: int) -> IntArray:
    """The confident joint: how often a label was given where the model is sure of another, or of it."""
    sure = likely >= 0
    cells = np.bincount(label[sure] * labels + likely[sure], minlength=labels**2)
    return cells.reshape(labels, labels).astype(np.int64)


def expected(joint: IntArray, label: IntArray) -> IntArray:
    """The joint scaled up to all labels that were given, in whole numbers: each row comes to how often
    its label was given (eq. 3). What is left of rounding goes to the largest remainders.

    >>> expected(np.array([[3, 1], [0, 2]]), np.array([0] * 6 + [1] * 2)).tolist()
    [[5, 1], [0, 2]]
    """
    rows = _with_one_right(joint)
    given = np.bincount(label, minlength=joint.shape[0])
    share = rows * (given / rows.sum(axis=1))[:, None]
    whole = np.floor(share + NEAR).astype(np.int64)
    left = given - whole.sum(axis=1)
    rank = np.argsort(np.argsort(-(share - whole), axis=1, kind="stable"), axis=1)
    found: IntArray = whole + (rank < left[:, None])
    return found


def _with_one_right(joint: IntArray) -> IntArray:
    """One of each label is right: so a label of which the model is nowhere sure is not all wrong."""
    return joint + np.diag((joint.diagonal() == 0).astype(np.int64))


def likely_wrong(said: FloatArray, label: IntArray) -> IntArray:
    """Places of the labels that are likeliest wrong, the least believed first.

    A place is taken when both prunings of §3.2 take it: of each label so many of the least believed
    as are expected to be wrong (prune by class), and of each pair of a given and a likely label so
    many as are expected, by how much likelier the other is (prune by noise rate). What the model
    itself reads as it is labelled is never taken.
    """
    joint = counted(label, confident_labels(said, label), said.shape[1])
    number = expected(joint, label)
    own = said[np.arange(label.size), label]
    both = _least_believed(own, label, number) & _by_noise_rate(said, own, label, number)
    found = np.flatnonzero(both & (said.argmax(axis=1) != label))
    return found[np.lexsort((label[found], own[found]))]


def _least_believed(own: FloatArray, label: IntArray, number: IntArray) -> BoolArray:
    wrong = number.sum(axis=1) - number.diagonal()
    order = np.lexsort((own, label))
    start = np.concatenate([[0], np.cumsum(np.bincount(label, minlength=wrong.size))[:-1]])
    found = np.zeros(label.size, np.bool_)
    found[order] = np.arange(label.size) - start[label[order]] < wrong[label[order]]
    return found


def _by_noise_rate(
    said: FloatArray, own: FloatArray, label: IntArray, number: IntArray
) -> BoolArray:
    found = np.zeros(label.size, np.bool_)
    order = np.argsort(label, kind="stable")
    end = np.cumsum(np.bincount(label, minlength=number.shape[0]))
    for given, other in zip(*np.nonzero(number), strict=True):
        if given == other:
            continue
        mine = order[end[given] - number[given].sum() : end[given]]
        lead = said[mine, other] - own[mine]
        found[mine[np.argsort(-lead, kind="stable")[: number[given, other]]]] = True
    return found


def how_many(said: FloatArray, label: IntArray) -> Wrong:
    """How many labels are wrong: the joint scaled up, and limits that allow for tasks that are hard.

    What a model takes for wrong on hard tasks may be its own fault, and no probabilities tell the
    two apart. So only the upper limit is that of the joint: Wilson's (1927) for so many independent
    labels as tell as much as its rows do together, each of which is scaled by itself. The lower one
    is Wilson's for the tenth of the tasks of which the model is surest, whatever their label: there
    it is hardly ever at fault, and what contradicts it is as frequent as wrong labels are where they
    fall on easy tasks and hard ones alike. Where they fall on hard ones, it is lower still.

    >>> said = np.array([[0.9, 0.1]] * 500 + [[0.1, 0.9]] * 500)
    >>> found = how_many(said, np.array([0] * 450 + [1] * 550))
    >>> round(found.value), round(found.low, 1), round(found.high, 1)
    (50, 0.0, 64.9)
    """
    labels, n = said.shape[1], int(label.size)
    if not n:
        return Wrong(value=0.0, low=0.0, high=0.0, n=0)
    joint = _with_one_right(counted(label, confident_labels(said, label), labels))
    given, sure = np.bincount(label, minlength=labels), joint.sum(axis=1)
    rate = 1 - joint.diagonal() / sure
    value, spread = float((given * rate).sum()), (given**2 * rate * (1 - rate) / sure).sum()
    share = value / n
    told = share * (1 - share) * n**2 / spread if spread > 0 else float(sure.sum())
    high = _wilson(share, told)[1] * n
    return Wrong(value=value, low=min(_surest(said, label) * n, value), high=high, n=n)


def _surest(said: FloatArray, label: IntArray) -> float:
    best = said.max(axis=1)
    number = min(max(label.size // SUREST, LEAST_SUREST), label.size)
    top = np.argsort(-best, kind="stable")[:number]
    against = int((said[top].argmax(axis=1) != label[top]).sum())
    return _wilson(against / number, number)[0] if against else 0.0


def _wilson(share: float, n: float) -> tuple[float, float]:
    z = float(norm.ppf(0.975))
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
