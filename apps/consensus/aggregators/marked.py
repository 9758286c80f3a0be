"""How probable it is that what is in or out by more than half of the answers is so by many."""

from __future__ import annotations

import numpy as np

from apps.annotations.kinds.fusing import HALF
from apps.consensus.aggregators.ballots import ALIKE, Ballot, expected_f1
from apps.consensus.aggregators.base import (
    Answers,
    FloatArray,
    Form,
    IntArray,
    Verdicts,
)
from apps.consensus.aggregators.em import summed
from apps.consensus.aggregators.held_out import Foreseen
from apps.consensus.aggregators.mixing import POINTS, mixed
from apps.consensus.aggregators.plain import MOST_FORETOLD, Many, Plain, left_out

# The grid: how many people mark something, denser towards nobody and everybody, and never just a half.
CHANCES: FloatArray = (1 - np.cos(np.pi * (np.arange(POINTS) + 0.5) / POINTS)) / 2


def believed(
    said: FloatArray, number: FloatArray, weights: FloatArray, *, is_seen: bool
) -> FloatArray:
    """The logarithm of how likely `said` of `number` are at each point, with its weight.

    Of what is only looked at when somebody marked it (`is_seen`), given that.
    """
    logs = said[:, None] * np.log(CHANCES) + (number - said)[:, None] * np.log1p(-CHANCES)
    if is_seen:
        logs -= np.log1p(-((1 - CHANCES)[None, :] ** number[:, None]))
    return logs + np.log(weights)


def in_by_many(
    said: FloatArray, number: FloatArray, weights: FloatArray, *, is_seen: bool
) -> FloatArray:
    """How probable it is that more than half of many people mark it."""
    logs = believed(said, number, weights, is_seen=is_seen)
    likely = np.exp(logs - logs.max(axis=1, keepdims=True))
    found: FloatArray = (likely * (CHANCES > HALF)).sum(axis=1) / likely.sum(axis=1)
    return found


def marks_next(
    said: FloatArray, number: FloatArray, weights: FloatArray, *, is_seen: bool
) -> FloatArray:
    """How probable it is that one more person marks it."""
    logs = believed(said, number, weights, is_seen=is_seen)
    likely = np.exp(logs - logs.max(axis=1, keepdims=True))
    found: FloatArray = (likely * CHANCES).sum(axis=1) / likely.sum(axis=1)
    return found


def learned(
    said: FloatArray, number: FloatArray, times: FloatArray, *, is_seen: bool
) -> FloatArray:
    """The weights of the grid. `times`: how often each pair was seen, or how much it covers."""
    if not said.size:
        return np.full(POINTS, 1 / POINTS)
    pairs, back = np.unique(np.column_stack([said, number]), axis=0, return_inverse=True)
    logs = believed(pairs[:, 0], pairs[:, 1], np.ones(POINTS), is_seen=is_seen)
    return mixed(logs, summed(back.reshape(-1), times, len(pairs)))


def _expected(said: FloatArray, is_in: FloatArray) -> Foreseen:
    """What was to be expected, in or out, and whether it was so."""
    expects = said > HALF
    return Foreseen(np.maximum(said, 1 - said), (expects == (is_in > HALF)).astype(float))


class MarkedLabels(Many):
    """For sets: how probable it is that each label is in, or out, for most of many people too; all
    of them together, as if they did not depend on each other.

    How often people choose a label is learned from all labels of all units. The table has, before the
    weights, how many labels there are: those that nobody chose count as well.
    """

    def learn(self, answers: Answers, verdicts: Verdicts) -> FloatArray:
        unit, said, number = _chosen(answers)
        labels = float(max(_width(answers), 1))
        by_unit = np.bincount(answers.unit, minlength=answers.units).astype(float)
        unseen = labels - np.bincount(unit, minlength=answers.units)
        weights = learned(
            np.concatenate([said, np.zeros(answers.units)]),
            np.concatenate([number, by_unit]),
            np.concatenate([np.ones(said.size), unseen]),
            is_seen=False,
        )
        return np.array([labels, *weights])

    def sure(self, answers: Answers, verdicts: Verdicts, table: FloatArray) -> FloatArray:
        labels, weights = table[0], table[1:]
        unit, said, number = _chosen(answers)
        chance = in_by_many(said, number, weights, is_seen=False)
        as_decided = np.where(2 * said > number, chance, 1 - chance)
        by_unit = np.bincount(answers.unit, minlength=answers.units).astype(float)
        out = 1 - in_by_many(np.zeros(answers.units), by_unit, weights, is_seen=False)
        unseen = np.maximum(labels - np.bincount(unit, minlength=answers.units), 0.0)
        logs = summed(unit, np.log(np.maximum(as_decided, ALIKE)), answers.units)
        logs += unseen * np.log(np.maximum(out, ALIKE))
        return np.where(by_unit > 0, np.exp(logs), np.nan)

    def foreseen(
        self, method: Plain, answers: Answers, form: Form, table: FloatArray, seed: int
    ) -> Foreseen:
        others, held = left_out(answers, seed)
        cells = _cells(others)
        unit, said, number = cells[0], cells[2], cells[3]
        has = _members(answers)
        is_in = np.array([label in has[held[u]] for u, label in zip(unit, cells[1], strict=True)])
        expected = marks_next(said, number, table[1:], is_seen=False)
        return _expected(expected, is_in.astype(float))


class MarkedThings(Many):
    """For answers that are fused of what people marked: how probable it is that most of many people
    mark each candidate. The probability of the answer is how much of it is expected to be as they would
    have it, as F1 counts it; that is what models that fuse say, too.

    Where nobody marked anything it is that of one thing, unmarked by so many, staying so.
    """

    def learn(self, answers: Answers, verdicts: Verdicts) -> FloatArray:
        ballot = Ballot(answers)
        said, number = _votes(ballot)
        return learned(said, number, ballot.size, is_seen=True)

    def sure(self, answers: Answers, verdicts: Verdicts, table: FloatArray) -> FloatArray:
        ballot = Ballot(answers)
        said, number = _votes(ballot)
        chance = in_by_many(said, number, table, is_seen=True)
        is_in = 2 * said > number * (1 + ALIKE)
        found = expected_f1(ballot, chance, is_in=is_in)
        by_unit = ballot.rated.number[ballot.rated.answered].astype(float)
        nothing = 1 - in_by_many(np.zeros(by_unit.size), by_unit, table, is_seen=False)
        has = np.bincount(ballot.unit, minlength=by_unit.size) > 0
        sure = np.full(answers.units, np.nan)
        sure[ballot.rated.answered] = np.where(has, found, nothing)
        return sure

    def foreseen(
        self, method: Plain, answers: Answers, form: Form, table: FloatArray, seed: int
    ) -> Foreseen:
        """Of each vote on a candidate that somebody else has marked."""
        ballot = Ballot(answers)
        said, number = _votes(ballot)
        others = said[ballot.candidate] - ballot.is_in
        among = np.flatnonzero(others > 0)
        if among.size > MOST_FORETOLD:
            rng = np.random.default_rng(seed)
            among = np.sort(rng.choice(among, MOST_FORETOLD, replace=False))
        whole = number[ballot.candidate][among] - 1
        expected = marks_next(others[among], whole, table, is_seen=True)
        return _expected(expected, ballot.is_in[among].astype(float))


def _votes(ballot: Ballot) -> tuple[FloatArray, FloatArray]:
    """By candidate, how many have it and how many answers there are."""
    size = ballot.size.size
    said = summed(ballot.candidate, ballot.is_in.astype(float), size)
    return said, summed(ballot.candidate, np.ones(ballot.candidate.size), size)


def _members(answers: Answers) -> list[frozenset[object]]:
    return [value if isinstance(value, frozenset) else frozenset() for value in answers.values]


def _width(answers: Answers) -> int:
    return len(frozenset().union(*_members(answers))) if answers.values else 0


def _cells(answers: Answers) -> tuple[IntArray, list[object], FloatArray, FloatArray]:
    """Of each unit and label that somebody chose there: unit, label, by how many, of how many."""
    members = [sorted(value, key=repr) for value in _members(answers)]
    codes: dict[object, int] = {}
    for label in sorted({label for value in members for label in value}, key=repr):
        codes[label] = len(codes)
    width = max(len(codes), 1)
    many = np.array([len(value) for value in members], np.int64)
    flat = np.array([codes[label] for value in members for label in value], np.int64)
    start = np.cumsum(many) - many
    times = many[answers.value]
    row = np.repeat(np.arange(answers.unit.size), times)
    within = np.arange(row.size) - (np.cumsum(times) - times)[row]
    label = flat[start[answers.value[row]] + within] if flat.size else np.zeros(0, np.int64)
    cells, count = np.unique(answers.unit[row] * width + label, return_counts=True)
    unit = cells // width
    names = list(codes)
    number = np.bincount(answers.unit, minlength=answers.units).astype(float)
    return unit, [names[i] for i in (cells % width).tolist()], count.astype(float), number[unit]


def _chosen(answers: Answers) -> tuple[IntArray, FloatArray, FloatArray]:
    unit, _, said, number = _cells(answers)
    return unit, said, number
