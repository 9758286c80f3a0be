"""Agreement on relations between marked things, whose ends are matched first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import FloatArray, IntArray
from apps.agreement.measures.detection_f1 import by_unit, share
from apps.agreement.measures.figure import NO_OVERLAP, Figure, Parts, Reason
from apps.agreement.measures.matching import Matches, matches
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.totals import Totals, figure_of_totals

NO_RELATIONS = Reason(code="no_relations", sentence="No two things were related by anybody.")


@dataclass(frozen=True, eq=False, kw_only=True)
class Relations:
    """Relation `r` goes from object `first[r]` to object `second[r]`, both of one answer, and has
    the code `label[r]`. Where `directed` is False, both orders are one."""

    objects: Objects
    first: IntArray
    second: IntArray
    label: IntArray
    directed: bool = True

    def __post_init__(self) -> None:
        answer = self.objects.answer
        if (answer[self.first] != answer[self.second]).any():
            raise ValueError("A relation joins things of two answers.")


def relation_f1(
    data: Relations,
    *,
    threshold: float = 0.5,
    given_ends: bool = False,
    interval: bool = True,
    replicates: int | None = None,
    seed: int = 0,
    confidence: float = 0.95,
) -> Figure:
    """F1 of relations with one label, whose ends are matched objects: likeness `threshold` or more.

    `given_ends`: of relations between things that both have marked alone, so that what was not
    found does not count twice.

    >>> from apps.agreement.measures.segments import Segments
    >>> spans = Objects.of([
    ...     ("t", "Ann", [("who", (0, 5)), ("where", (8, 12)), ("when", (20, 24))]),
    ...     ("t", "Bo", [("who", (0, 4)), ("where", (8, 12))]),
    ... ], Segments.of)
    >>> data = Relations(objects=spans, first=np.array([0, 0, 3]), second=np.array([1, 2, 4]),
    ...     label=np.array([0, 0, 0]))
    >>> round(relation_f1(data).value, 4), relation_f1(data, given_ends=True).value
    (0.6667, 1.0)
    """
    objects = data.objects
    paired = objects.sizes >= 2
    figure = _described("relation_f1_given_ends" if given_ends else "relation_f1", objects)
    if not paired.any():
        return replace(figure, undefined_reason=NO_OVERLAP)
    found = matches(objects, threshold)
    columns = by_unit(objects, found, *in_pairs(data, found, given_ends=given_ends))[paired]
    totals = Totals(
        columns=columns,
        disagreeing=columns[:, 0] < columns[:, 1] - 1e-9,
        group=None if objects.group is None else objects.group[paired],
    )
    draw = intervals.Draw(replicates=replicates, seed=seed, confidence=confidence)
    told = figure_of_totals(f1_of, totals, figure, draw if interval else None)
    return told if told.value is not None else replace(told, undefined_reason=NO_RELATIONS)


def _described(name: str, objects: Objects) -> Figure:
    paired = objects.paired()
    return Figure(
        measure=name,
        level="objects",
        units=paired.units,
        raters=objects.raters,
        pairable=int(paired.unit.size),
        excluded={"fewer_than_two_answers": objects.lone} if objects.lone else {},
    )


def f1_of(sums: FloatArray) -> Parts:
    return share(sums[:, 0], sums[:, 1])


def in_pairs(
    data: Relations, found: Matches, *, given_ends: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Twice the common relations, and all of them, of each pair of answers."""
    by_answer: dict[int, list[tuple[int, int, int]]] = {}
    rows = zip(data.label.tolist(), data.first.tolist(), data.second.tolist(), strict=True)
    for label, first, second in rows:
        by_answer.setdefault(int(data.objects.answer[first]), []).append((label, first, second))
    starts = np.searchsorted(found.pair, np.arange(len(found.answers) + 1))
    common, every = np.zeros(len(found.answers)), np.zeros(len(found.answers))
    for pair, (a, b) in enumerate(found.answers.tolist()):
        matched = found.objects[starts[pair] : starts[pair + 1]]
        same = {y: x for x, y in matched.tolist()}
        x, y = by_answer.get(a, []), by_answer.get(b, [])
        if given_ends:
            known = set(same.values())
            x = [one for one in x if one[1] in known and one[2] in known]
            y = [one for one in y if one[1] in same and one[2] in same]
        common[pair] = 2 * _shared(x, [_named(one, same) for one in y], data.directed)
        every[pair] = len(x) + len(y)
    return common, every


def _named(one: tuple[int, int, int], same: dict[int, int]) -> tuple[int, int, int]:
    """By the objects of the other answer; what has no match there is like nothing."""
    return one[0], same.get(one[1], -1), same.get(one[2], -1)


def _shared(a: list[tuple[int, int, int]], b: list[tuple[int, int, int]], directed: bool) -> int:
    keys = [
        Counter((label, *(ends if directed else sorted(ends))) for label, *ends in side)
        for side in (a, b)
    ]
    return (keys[0] & keys[1]).total()
