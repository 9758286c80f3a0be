"""Sensitivity and specificity of readings against a reference, for each annotator and for them all.

A reading says of a case whether the finding is there. Of cases in which the reference has it, the share
that was read so is the sensitivity; of the others, the share that was read as free of it is the
specificity (Yerushalmy 1947; Bossuyt et al. 2015, BMJ 351, items 23 and 24). Predictive values hang on how frequent the
finding is among these cases, and say nothing of other cases.

Annotators and cases are both samples, so the mean over annotators has an interval by a bootstrap that
draws both (Beiden, Wagner and Campbell 2000, *Components-of-variance models and multiple-bootstrap
experiments: an alternative method for random-effects, receiver operating characteristic analysis*,
Academic Radiology 7). Cases of one group (a patient) are drawn together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from apps.quality.measures.shares import NOTHING, FloatArray, IntArray, Told, share_of

BoolArray = NDArray[np.bool_]
REPLICATES, LEAST_REPLICATES = 2_000, 200
# Multiplications for one figure; of more readings fewer replicates are drawn.
EFFORT = 100_000_000
AT_ONCE = 250
# An interval of which more replicates than this share are undefined is none.
MOST_UNDEFINED = 0.05


@dataclass(frozen=True, eq=False, kw_only=True)
class Readings:
    """One place per reading: who read, which group of cases it belongs to, what was read and what
    the reference says."""

    reader: IntArray
    cluster: IntArray
    is_read: BoolArray
    is_there: BoolArray

    @property
    def readers(self) -> int:
        return int(self.reader.max()) + 1 if self.reader.size else 0


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """The fourfold table of some readings and what follows from it."""

    true_positive: int
    false_negative: int
    true_negative: int
    false_positive: int

    @property
    def sensitivity(self) -> Told:
        return share_of(self.true_positive, self.true_positive + self.false_negative)

    @property
    def specificity(self) -> Told:
        return share_of(self.true_negative, self.true_negative + self.false_positive)

    @property
    def positive_predictive(self) -> Told:
        return share_of(self.true_positive, self.true_positive + self.false_positive)

    @property
    def negative_predictive(self) -> Told:
        return share_of(self.true_negative, self.true_negative + self.false_negative)

    @property
    def n(self) -> int:
        right = self.true_positive + self.true_negative
        return right + self.false_negative + self.false_positive


@dataclass(frozen=True, kw_only=True)
class Mean:
    """A figure over all annotators. `why_not`: why it has no interval; `undefined`: replicates in
    which it was not defined, of `replicates`."""

    told: Told
    why_not: str = ""
    undefined: int = 0
    replicates: int = 0


def accuracy_of(is_read: BoolArray, is_there: BoolArray) -> Accuracy:
    """
    >>> read, there = np.array([1, 1, 0, 0, 1], bool), np.array([1, 1, 1, 0, 0], bool)
    >>> found = accuracy_of(read, there)
    >>> round(found.sensitivity.value, 3), found.specificity.value, found.n
    (0.667, 0.5, 5)
    """
    return Accuracy(
        true_positive=int((is_read & is_there).sum()),
        false_negative=int((~is_read & is_there).sum()),
        true_negative=int((~is_read & ~is_there).sum()),
        false_positive=int((is_read & ~is_there).sum()),
    )


def by_reader(readings: Readings) -> list[Accuracy]:
    """One of each annotator, in their order."""
    table = np.zeros((readings.readers, 2, 2), np.int64)
    there, read = readings.is_there.astype(int), readings.is_read.astype(int)
    np.add.at(table, (readings.reader, there, read), 1)
    return [
        Accuracy(
            true_positive=int(one[1, 1]),
            false_negative=int(one[1, 0]),
            true_negative=int(one[0, 0]),
            false_positive=int(one[0, 1]),
        )
        for one in table
    ]


def mean_sensitivity(readings: Readings, seed: int = 0) -> Mean:
    """The mean of the annotators' sensitivities, of those who read a case that has the finding."""
    return _mean(readings, readings.is_there, readings.is_read, seed)


def mean_specificity(readings: Readings, seed: int = 0) -> Mean:
    return _mean(readings, ~readings.is_there, ~readings.is_read, seed)


def _mean(readings: Readings, is_asked: BoolArray, is_right: BoolArray, seed: int) -> Mean:
    """Of the readings that are asked for, each annotator's share of right ones; their mean."""
    reader, cluster = readings.reader[is_asked], readings.cluster[is_asked]
    right = is_right[is_asked].astype(float)
    if not reader.size:
        return Mean(told=NOTHING, why_not="No case of the reference is of this kind.")
    clusters, cluster = np.unique(cluster, return_inverse=True)
    shape = (readings.readers, clusters.size)
    hits = sparse.csr_matrix((right, (reader, cluster)), shape)
    read = sparse.csr_matrix((np.ones(right.size), (reader, cluster)), shape)
    has = np.asarray(read.sum(axis=1)).ravel() > 0
    hits, read = hits[has], read[has]
    shares = np.asarray(hits.sum(axis=1)).ravel() / np.asarray(read.sum(axis=1)).ravel()
    value, n = float(shares.mean()), int(reader.size)
    if clusters.size < 2:
        return Mean(told=Told(value, None, None, n), why_not="It is read from one case alone.")
    drawn = _replicates(hits, read, seed)
    known = drawn[np.isfinite(drawn)]
    undefined = drawn.size - known.size
    if undefined > MOST_UNDEFINED * drawn.size:
        why = "Too few cases: in many draws none of this kind is left."
        return Mean(
            told=Told(value, None, None, n),
            why_not=why,
            undefined=undefined,
            replicates=drawn.size,
        )
    low, high = np.quantile(known, [0.025, 0.975]).tolist()
    return Mean(told=Told(value, low, high, n), undefined=undefined, replicates=drawn.size)


def _replicates(hits: sparse.csr_matrix, read: sparse.csr_matrix, seed: int) -> FloatArray:
    """The mean share of as many annotators and groups of cases, drawn with replacement. An annotator
    none of whose cases was drawn has no share in that replicate."""
    readers, clusters = read.shape
    number = int(np.clip(EFFORT // max(read.nnz, 1), LEAST_REPLICATES, REPLICATES))
    random = np.random.default_rng(seed)
    found = []
    for start in range(0, number, AT_ONCE):
        many = min(AT_ONCE, number - start)
        cases = random.multinomial(clusters, np.full(clusters, 1 / clusters), size=many).T
        people = random.multinomial(readers, np.full(readers, 1 / readers), size=many).T
        of = read @ cases
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(of > 0, (hits @ cases) / of, 0.0)
            weight = people * (of > 0)
            found.append((shares * weight).sum(axis=0) / weight.sum(axis=0))
    return np.concatenate(found)
