"""How far readers agree with each other that a finding is there, all together and two by two.

Alpha takes readers as exchangeable (Krippendorff 2019); Conger's kappa, of the cases that all of them
read, and Cohen's of two take each reader's own frequency (Conger 1980; Cohen 1960). Where a finding is
rare all of these are low though almost all readings agree, so percent agreement and Gwet's AC1 stand
beside them (Gwet 2008, *Computing inter-rater reliability and its variance in the presence of high
agreement*, British Journal of Mathematical and Statistical Psychology 61).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from apps.agreement.measures import (
    Figure,
    LongForm,
    Rated,
    measures,
    rater_measures,
    tabulate,
)
from apps.quality.measures.shares import IntArray

BoolArray = NDArray[np.bool_]
REPLICATES = 2_000
# Two by two: those with most readings, or there are too many pairs to read.
MOST_READERS = 10
TOGETHER = ("krippendorff_alpha", "percent_agreement", "gwet_ac1")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two readers by their codes, the cases that both read, and how far they agree there."""

    first: int
    second: int
    cases: int
    agreement: Figure
    kappa: Figure


@dataclass(frozen=True, kw_only=True)
class Between:
    """Figures of all readers, by name as (label, figure), and of pairs; `left_out` are the readers
    that stand in no pair because others read more."""

    together: list[tuple[str, Figure]]
    pairs: list[Pair]
    cases: int
    left_out: int = 0


def between_readers(
    *, reader: IntArray, case: IntArray, cluster: IntArray, is_read: BoolArray
) -> Between:
    """One place per reading, at most one of each reader and case. Cases of one cluster are drawn
    together.

    >>> case, reader = np.repeat(np.arange(20), 2), np.tile([0, 1], 20)
    >>> first = np.arange(20) < 10
    >>> read = np.stack([first, first ^ (np.arange(20) % 5 == 0)], axis=1).ravel()
    >>> found = between_readers(reader=reader, case=case, cluster=case, is_read=read)
    >>> found.cases, found.pairs[0].agreement.value, round(found.pairs[0].kappa.value, 2)
    (20, 0.8, 0.6)
    """
    form = _form(reader, case, cluster, is_read)
    together = [
        (measures[name].label, measures[name](tabulate(form), replicates=REPLICATES))
        for name in TOGETHER
    ]
    if form.raters > 2:
        together.append(_conger(form))
    counts = np.bincount(reader) if reader.size else np.zeros(0, np.int64)
    order = np.argsort(-counts, kind="stable")
    shown = sorted(int(code) for code in order[:MOST_READERS] if counts[code])
    return Between(
        together=together,
        pairs=_pairs(shown, reader, case, cluster, is_read),
        cases=int((form.sizes > 1).sum()),
        left_out=int((counts > 0).sum()) - len(shown),
    )


def _form(reader: IntArray, case: IntArray, cluster: IntArray, is_read: BoolArray) -> LongForm:
    """Nominal: that something is there is not more than that it is not."""
    is_alone = np.unique(cluster).size == np.unique(case).size
    said = is_read.astype(np.int64)
    return LongForm.of(case, reader, said, order=[0, 1], group=None if is_alone else cluster)


def _conger(form: LongForm) -> tuple[str, Figure]:
    kind = rater_measures["conger_kappa"]
    return kind.label, kind(Rated.of(form), replicates=REPLICATES)


def _pairs(
    shown: Sequence[int],
    reader: IntArray,
    case: IntArray,
    cluster: IntArray,
    is_read: BoolArray,
) -> list[Pair]:
    """In the order of the readers; those who share no case are left out."""
    mine = {code: np.flatnonzero(reader == code) for code in shown}
    found = []
    for first, second in combinations(shown, 2):
        shared = np.intersect1d(case[mine[first]], case[mine[second]])
        if not shared.size:
            continue
        both = np.concatenate([mine[first], mine[second]])
        both = both[np.isin(case[both], shared)]
        form = _form(reader[both], case[both], cluster[both], is_read[both])
        found.append(
            Pair(
                first=first,
                second=second,
                cases=int(shared.size),
                agreement=measures["percent_agreement"](tabulate(form), replicates=REPLICATES),
                kappa=rater_measures["cohen_kappa"](Rated.of(form), replicates=REPLICATES),
            )
        )
    return found
