"""What most raters say: the most frequent label, the labels that most chose, the middle number."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

import numpy as np

from apps.consensus.aggregators.alternatives import Alternatives
from apps.consensus.aggregators.base import (
    Answers,
    FloatArray,
    Form,
    FormError,
    IntArray,
    Verdicts,
)
from apps.consensus.aggregators.limits import LEAST_FOR_MEDIAN, of_median
from apps.consensus.aggregators.marked import MarkedLabels
from apps.consensus.aggregators.middle import Middle
from apps.consensus.aggregators.middle import of_median as spread_of_median
from apps.consensus.aggregators.plain import Many, Plain


class MajorityVote(Plain):
    """Each answer counts the same. A tie stays a tie: nothing is drawn by lot.

    * labels: the most frequent ones (plurality);
    * sets: each label by itself, in when more than half of the raters chose it. Where exactly half
      did, the set without such labels and the set with all of them tie;
    * numbers: the median. Where two numbers stand in the middle, both tie; nothing is put between
      them that nobody said.

    The *probability* of the verdict is that of the same one if many more people were asked: of a label
    that it is what most would say (`alternatives.py`), of a set that each label is in or out as decided
    (`marked.py`), of a number that the median of many lies within the scale's tolerance (`middle.py`).

    >>> a, ab = frozenset("a"), frozenset("ab")
    >>> answers = Answers.of([1, 1, 1, 2, 2], "xyzxy", [a, ab, ab, a, ab])
    >>> verdicts = MajorityVote()(answers, form="set")
    >>> [[sorted(labels) for labels in verdicts.winners_of(unit)] for unit in (0, 1)]
    [[['a', 'b']], [['a'], ['a', 'b']]]
    """

    name = "majority_vote"
    label = "Majority vote"
    summary = "What most say; of sets each label by itself, of numbers the middle one."
    forms = frozenset({"label", "set", "number"})
    reference = "Snow, R. et al. (2008). Cheap and fast, but is it good? EMNLP 2008."

    def why_no_limits(self, answers: int) -> str:
        if answers < LEAST_FOR_MEDIAN:
            return f"A median has limits from {LEAST_FOR_MEDIAN} answers on."
        return super().why_no_limits(answers)

    def many(self, form: Form) -> Many:
        if form == "set":
            return MarkedLabels()
        if form == "number":
            return Middle(centre=_centre, spread=spread_of_median)
        return Alternatives()

    def aggregate(self, answers: Answers, form: Form) -> Verdicts:
        if form == "set":
            return _per_label(answers)
        if form == "number":
            return _median(answers)
        return _plurality(answers)


def _plurality(answers: Answers) -> Verdicts:
    width = max(len(answers.values), 1)
    cells, votes = np.unique(answers.unit * width + answers.value, return_counts=True)
    unit, value = cells // width, cells % width
    most = np.zeros(answers.units, np.int64)
    np.maximum.at(most, unit, votes)
    won = votes == most[unit]
    return _verdicts(answers, unit[won], value[won], most.astype(float), answers.values)


def _median(answers: Answers) -> Verdicts:
    if not all(isinstance(value, (int, float)) for value in answers.values):
        raise FormError("The median needs numbers.")
    ascending = np.argsort(np.array(answers.values, float), kind="stable")
    rank = np.empty(ascending.size, np.int64)
    rank[ascending] = np.arange(ascending.size)
    width = max(ascending.size, 1)
    ranks = np.sort(answers.unit * width + rank[answers.value]) % width
    number = np.bincount(answers.unit, minlength=answers.units)
    start = np.cumsum(number) - number
    has = np.flatnonzero(number)
    low = ranks[start[has] + (number[has] - 1) // 2]
    high = ranks[start[has] + number[has] // 2]
    two = high != low
    unit = np.concatenate([has, has[two]])
    place = np.concatenate([low, high[two]])
    order = np.lexsort((place, unit))
    unit, value = unit[order], ascending[place[order]]
    behind = np.zeros(answers.units)
    said = np.unique(answers.unit * width + answers.value, return_counts=True)
    votes = said[1][np.searchsorted(said[0], unit * width + value)]
    np.maximum.at(behind, unit, votes)
    verdicts = _verdicts(answers, unit, value, behind, answers.values)
    bounds = of_median(np.array(answers.values, float)[ascending][ranks], number)
    return replace(verdicts, low=bounds[0], high=bounds[1])


def _centre(answers: Answers, verdicts: Verdicts) -> FloatArray:
    """The median itself: between the two numbers that tie; on a scale with steps by how many answers lie
    on either side of those that are the median (the interpolated median: of 2, 2, 3, 3, 3 it is 2.67)."""
    numbers = np.array(verdicts.values, float)
    many = np.diff(verdicts.offsets)
    unit = np.repeat(np.arange(answers.units), many)
    sums = np.bincount(unit, weights=numbers[verdicts.winner], minlength=answers.units)
    middle: FloatArray = sums / np.maximum(many, 1)
    step = answers.scale.step
    if not step:
        return middle
    said, at = np.array(answers.values, float)[answers.value], middle[answers.unit]
    below, equal, number = (
        np.bincount(answers.unit[of], minlength=answers.units)
        for of in (said < at, said == at, np.full(said.size, fill_value=True))
    )
    between = step * ((number / 2 - below) / np.maximum(equal, 1) - 0.5)
    return middle + np.where(equal > 0, between, 0.0)


def _per_label(answers: Answers) -> Verdicts:
    sets, labels = _incidence(answers.values)
    votes = np.zeros((answers.units, len(labels)), np.int64)
    for column in range(len(labels)):
        inside = sets[answers.value, column]
        votes[:, column] = np.bincount(answers.unit[inside], minlength=answers.units)
    number = np.bincount(answers.unit, minlength=answers.units)
    has = np.flatnonzero(number)
    twice, all_of = 2 * votes[has], number[has, None]
    surely, perhaps = twice > all_of, twice >= all_of
    two = (surely != perhaps).any(axis=1)
    chosen = np.concatenate([surely, perhaps[two]])
    unit = np.concatenate([has, has[two]])
    rows, code = np.unique(chosen, axis=0, return_inverse=True)
    code = code.reshape(-1)
    order = np.lexsort((chosen.sum(axis=1), unit))
    values = tuple(frozenset(labels[i] for i in np.flatnonzero(row)) for row in rows)
    # Behind a set stands the share of the label that is decided most narrowly.
    certain = np.maximum(votes[has], number[has, None] - votes[has])
    behind = np.zeros(answers.units)
    behind[has] = certain.min(axis=1) if labels else number[has]
    return _verdicts(answers, unit[order], code[order], behind, values)


def _incidence(
    values: tuple[Hashable, ...],
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.bool_]], list[Hashable]]:
    labels: dict[Hashable, int] = {}
    for members in values:
        if not isinstance(members, frozenset):
            raise FormError("A majority per label needs sets.")
        for member in sorted(members, key=repr):
            labels.setdefault(member, len(labels))
    table = np.zeros((len(values), len(labels)), np.bool_)
    for row, members in enumerate(values):
        if isinstance(members, frozenset):
            table[row, [labels[member] for member in members]] = True
    return table, list(labels)


def _verdicts(
    answers: Answers,
    unit: IntArray,
    value: IntArray,
    behind: FloatArray,
    values: tuple[Hashable, ...],
) -> Verdicts:
    """`unit` ascending; `behind` is how many answers stand behind each unit's winners."""
    number = np.bincount(answers.unit, minlength=answers.units)
    offsets = np.zeros(answers.units + 1, np.int64)
    np.cumsum(np.bincount(unit, minlength=answers.units), out=offsets[1:])
    share = np.full(answers.units, np.nan)
    np.divide(behind, number, out=share, where=number > 0)
    return Verdicts(values=values, offsets=offsets, winner=value, share=share, answers=number)
