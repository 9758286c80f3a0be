"""Why answers that can only be compared differ: a slip, two readings, or an open unit.

The model of `causes`, for answers that have no name in common: those of a unit that are alike (no
further apart than a limit) are one *reading*. Each unit is of one sort:

* *clear*: who looks gives its one reading;
* *two readings*: who looks gives the one or the other;
* *open*: who looks gives a reading of one's own.

Each rater answers a share of the units *without looking*: like nobody, but for chance, which makes two
answers alike as often as answers at large are. That share is the rater's own, drawn towards
everybody's by a prior of so many answers. Fitted by expectation and maximisation (Dempster et al. 1977).

Two answers that differ may be of any sort, so nothing is said where fewer than 30 units have three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apps.agreement.measures.arrays import FloatArray, IntArray, summed
from apps.agreement.measures.causes import LEAST_UNITS, PRIOR, ROUNDS, STILL, Causes
from apps.agreement.measures.figure import Reason

# Readings of one unit that are told apart; of more, those that came first.
MOST_READINGS = 8
# Chance may make so many of a hundred answers alike, and no more.
MOST_BY_CHANCE = 0.5
LEAST_BY_CHANCE = 1e-3
HALF = np.log(0.5)
TOO_FEW = Reason(
    code="too_little",
    sentence="Causes can be told where 30 tasks or more have three answers.",
)
TOO_ALIKE = Reason(
    code="alike_by_chance",
    sentence="Any two answers are alike so often that differences tell nothing of their cause.",
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Read:
    """Answers (A): their unit, their rater, and their reading, numbered within the unit from 0."""

    unit: IntArray
    rater: IntArray
    reading: IntArray
    # How often chance alone makes two answers alike.
    by_chance: float

    @property
    def units(self) -> int:
        return int(self.unit.max(initial=-1)) + 1

    @property
    def cell(self) -> IntArray:
        """The place of each answer's reading among all units' readings."""
        found: IntArray = self.unit * MOST_READINGS + np.minimum(self.reading, MOST_READINGS - 1)
        return found

    def by_reading(self, weights: FloatArray) -> FloatArray:
        """Sums over the answers of each reading (U x R)."""
        cells = summed(weights, self.cell, self.units * MOST_READINGS)
        return cells.reshape(self.units, MOST_READINGS)


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedReadings:
    """`without_looking` by rater code; `shares` of the units are clear, of two readings, open."""

    without_looking: FloatArray
    shares: FloatArray


@dataclass(frozen=True, eq=False)
class _Expected:
    """Of each unit the probabilities of its sort (U x 3); of each answer that nobody looked (A)."""

    sorts: FloatArray
    asleep: FloatArray


def readings(number: int, distances: Sequence[float], limit: float) -> list[int]:
    """The reading of each of a unit's answers, from the distances of their pairs in order.

    All answers of a reading are alike; those that lie nearest come together first.

    >>> readings(4, [0.1, 0.9, 0.8, 0.9, 0.2, 0.9], limit=0.3)
    [0, 0, 1, 2]
    """
    apart = np.zeros((number, number))
    apart[np.triu_indices(number, 1)] = distances
    apart += apart.T
    groups = [[i] for i in range(number)]
    while len(groups) > 1:
        widest = [
            (float(apart[np.ix_(a, b)].max()), i, j)
            for i, a in enumerate(groups)
            for j, b in enumerate(groups[:i])
        ]
        nearest, i, j = min(widest)
        if nearest > limit:
            break
        groups[j] += groups.pop(i)
    found = [0] * number
    for place, group in enumerate(sorted(groups, key=min)):
        for answer in group:
            found[answer] = place
    return found


def fit_readings(data: Read) -> FittedReadings | Reason:
    """Fitted to the units with two answers or more.

    Three raters, of whom the third answers half of the units without looking:

    >>> rng = np.random.default_rng(3)
    >>> asleep = rng.random((400, 3)) < [0.02, 0.02, 0.5]
    >>> reading = np.where(asleep, [1, 2, 3], 0).reshape(-1)
    >>> data = Read(unit=np.repeat(np.arange(400), 3), rater=np.tile(np.arange(3), 400),
    ...     reading=reading, by_chance=0.01)
    >>> fit_readings(data).without_looking.round(1).tolist()
    [0.0, 0.0, 0.5]
    """
    sizes = np.bincount(data.unit)
    if np.count_nonzero(sizes > 2) < LEAST_UNITS:
        return TOO_FEW
    if data.by_chance > MOST_BY_CHANCE:
        return TOO_ALIKE
    raters = int(data.rater.max()) + 1
    answers = np.bincount(data.rater, minlength=raters)
    model = FittedReadings(without_looking=np.full(raters, 0.1), shares=np.array([0.8, 0.1, 0.1]))
    for _ in range(ROUNDS):
        found = _expect(model, data)
        asleep = summed(found.asleep, data.rater, raters)
        usual = float(asleep.sum() / answers.sum())
        new = np.clip((asleep + PRIOR * usual) / (answers + PRIOR), 1e-4, 0.99)
        moved = float(np.abs(new - model.without_looking).max())
        model = FittedReadings(without_looking=new, shares=found.sorts.mean(axis=0))
        if moved < STILL:
            break
    return model


def causes_of_readings(model: FittedReadings, data: Read) -> Causes:
    """Of the units whose answers have more than one reading. No pair of labels has a name here."""
    differ = np.flatnonzero(np.bincount(data.unit, weights=data.reading, minlength=data.units) > 0)
    found = _expect(model, data)
    order = np.lexsort((found.asleep, data.unit))
    last = np.append(np.flatnonzero(np.diff(data.unit[order])), order.size - 1)
    who = np.full(data.units, -1)
    if order.size:
        who[data.unit[order][last]] = data.rater[order][last]
    slip, between, openly = found.sorts[differ].T
    raters = model.without_looking.size
    return Causes(
        units=differ,
        slip=slip,
        between=between,
        open=openly,
        rater=who[differ],
        pair=np.full(differ.size, -1),
        pairs=(),
        by_pair=np.zeros(0),
        by_rater=summed(slip, who[differ], raters),
    )


def _expect(model: FittedReadings, data: Read) -> _Expected:
    """Whatever the sort, a reading beyond those of the unit brings its answers together by chance."""
    chance = float(np.clip(data.by_chance, LEAST_BY_CHANCE, MOST_BY_CHANCE))
    asleep = model.without_looking[data.rater]
    there = data.by_reading(np.ones(asleep.size)) > 0
    alone = data.by_reading(np.log(asleep)) + _together(data, chance)
    one = data.by_reading(np.log(1 - asleep + asleep * chance))
    either = data.by_reading(np.log((1 - asleep) / 2 + asleep * chance))
    rest = alone.sum(axis=1)
    clear = _log_sums(np.column_stack([np.where(there, one - alone, -np.inf), np.zeros(rest.size)]))
    two, is_one_of_two = _two_of(np.where(there, either - alone, -np.inf))
    none = _together(data, chance).sum(axis=1)
    logs = np.column_stack([rest + clear.total, rest + two, none]) + np.log(model.shares + 1e-12)
    sorts = np.exp(logs - logs.max(axis=1, keepdims=True))
    sorts /= sorts.sum(axis=1, keepdims=True)
    # Who gave the unit's reading without looking met it by chance.
    met = asleep * chance / (1 - asleep + asleep * chance)
    met_either = asleep * chance / ((1 - asleep) / 2 + asleep * chance)
    mine = (data.unit, np.minimum(data.reading, MOST_READINGS - 1))
    by_sort = np.column_stack(
        [
            1 - clear.shares[mine] * (1 - met),
            1 - is_one_of_two[mine] * (1 - met_either),
            asleep,
        ]
    )
    return _Expected(sorts, (sorts[data.unit] * by_sort).sum(axis=1))


def _together(data: Read, chance: float) -> FloatArray:
    """That the answers of a reading came together by chance (U x R)."""
    number = data.by_reading(np.ones(data.unit.size))
    found: FloatArray = np.maximum(number - 1, 0) * np.log(chance)
    return found


@dataclass(frozen=True, eq=False)
class _LogSums:
    """Logarithms of sums over columns, and each column's share of its sum."""

    total: FloatArray
    shares: FloatArray


def _log_sums(logs: FloatArray) -> _LogSums:
    most = logs.max(axis=1, keepdims=True)
    parts = np.exp(logs - most)
    total = parts.sum(axis=1, keepdims=True)
    return _LogSums((np.log(total) + most)[:, 0], parts / total)


def _two_of(logs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Over all pairs of readings, and each one where the other did not come up: the logarithm of
    their sum, and the probability that a reading is one of the two (U x R). Which of them is the
    first does not matter, so each counts twice."""
    first, second = np.triu_indices(MOST_READINGS, 1)
    found = _log_sums(np.column_stack([logs[:, first] + logs[:, second], logs]))
    shares = found.shares[:, first.size :].copy()
    for column, (i, j) in enumerate(zip(first, second, strict=True)):
        shares[:, i] += found.shares[:, column]
        shares[:, j] += found.shares[:, column]
    return found.total - HALF, shares
