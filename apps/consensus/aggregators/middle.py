"""How probable it is that a number lies as near to the middle of many answers as is near enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from apps.consensus.aggregators.base import Answers, FloatArray, Form, IntArray, Verdicts
from apps.consensus.aggregators.em import summed
from apps.consensus.aggregators.held_out import Foreseen
from apps.consensus.aggregators.mixing import POINTS, log_mean, mixed
from apps.consensus.aggregators.numbers import is_end, numbers_of
from apps.consensus.aggregators.plain import Many, Plain, first_winner, left_out

# Where the scale says nothing: near is within so much of how far the units lie apart.
WITHIN = 0.1
# The grid of deviations, as multiples of the usual one.
TIMES: FloatArray = np.geomspace(1e-3, 8.0, POINTS)
# Which share of the answers may be slips, that could lie anywhere.
SLIPS = (0.001, 0.02, 0.05, 0.1, 0.2, 0.35)
TINY = 1e-12
# Answers of a unit that are compared, each with each, at most.
LONGEST = 15
Centre = Callable[[Answers, Verdicts], FloatArray]
Share = Callable[[FloatArray], FloatArray]


class Table(NamedTuple):
    """What was learned: what is near enough, the usual deviation, how wide numbers lie apart in all, the
    share of slips; then the weights of the grid."""

    near: float
    usual: float
    wide: float
    slips: float
    weights: FloatArray

    @classmethod
    def of(cls, numbers: FloatArray) -> Table:
        near, usual, wide, slips = numbers[:4].tolist()
        return cls(near, usual, wide, slips, numbers[4:])

    def variances(self, answers: Answers) -> FloatArray:
        found: FloatArray = (self.usual * TIMES) ** 2 + _between_steps(answers)
        return found


class Middle(Many):
    """For numbers: answers to a unit are normal about their middle, with a deviation of its own, but for
    slips that could lie anywhere; how the deviations of units are distributed, and how many slips there
    are, is learned from all of them.

    Near enough is half a step of the scale, or a twentieth of its range where that is more. Between two
    steps nobody can answer: that adds a twelfth of a step's square to what answers differ by.

    `centre` gives what the verdict is the nearest allowed number to, `spread` how much of one answer's
    variance the middle of so many has. A centre that slips move far is told to be surer than it is.
    """

    def __init__(self, *, centre: Centre, spread: Share) -> None:
        self.centre, self.spread = centre, spread

    def learn(self, answers: Answers, verdicts: Verdicts) -> FloatArray:
        pairs = Pairs(answers)
        said = numbers_of(answers)[answers.value]
        wide = float(np.ptp(said)) if said.size else 0.0
        near = answers.scale.tolerance or max(WITHIN * wide, TINY)
        usual = float(np.sqrt((pairs.apart**2).mean() / 2)) if pairs.apart.size else 0.0
        usual = max(usual, near * 1e-3, TINY)
        best: tuple[float, Table] | None = None
        for slips in SLIPS:
            table = Table(near, usual, max(wide, near), slips, np.ones(0))
            logs = pairs.likely(table, table.variances(answers))[pairs.number > 1]
            weights = mixed(logs, np.ones(len(logs)))
            found = float(log_mean(logs, weights).sum()) if len(logs) else 0.0
            if best is None or found > best[0]:
                best = (found, table._replace(weights=weights))
        return np.concatenate([best[1][:4], best[1].weights]) if best else np.zeros(0)

    def sure(self, answers: Answers, verdicts: Verdicts, table: FloatArray) -> FloatArray:
        found, _ = self._within(answers, verdicts, table, one_more=False)
        return found

    def foreseen(
        self, method: Plain, answers: Answers, form: Form, table: FloatArray, seed: int
    ) -> Foreseen:
        others, held = left_out(answers, seed)
        verdicts = method.aggregate(others, form)
        said, won = self._within(others, verdicts, table, one_more=True)
        apart = np.abs(numbers_of(answers)[held] - won)
        return Foreseen(said, (apart <= Table.of(table).near + 1e-9).astype(float))

    def _within(
        self, answers: Answers, verdicts: Verdicts, numbers: FloatArray, *, one_more: bool
    ) -> tuple[FloatArray, FloatArray]:
        """By unit, how probable it is that the middle of many, or one more answer, lies near what won."""
        table = Table.of(numbers)
        near, variances = table.near, table.variances(answers)
        centre = self.centre(answers, verdicts)
        pairs = Pairs(answers)
        has = pairs.number > 0
        logs = pairs.likely(table, variances) + np.log(table.weights)
        belief = np.exp(logs - logs.max(axis=1, keepdims=True))
        belief /= belief.sum(axis=1, keepdims=True)
        off = self.spread(np.maximum(pairs.number, 1)) + (1.0 if one_more else 0.0)
        deviation = np.sqrt(variances[None, :] * off[:, None])
        won = np.zeros(answers.units)
        won[has] = np.array(verdicts.values, float)[first_winner(verdicts)[has]]
        is_low, is_high = is_end(answers.scale, won)
        above = ndtr((won + near - centre)[:, None] / deviation)
        below = ndtr((won - near - centre)[:, None] / deviation)
        # At an end of the scale what lies beyond it counts too: nothing else could be said there.
        above[is_high], below[is_low] = 1.0, 0.0
        found = (belief * (above - below)).sum(axis=1)
        if one_more:
            found = (1 - table.slips) * found + table.slips * min(2 * near / table.wide, 1.0)
        return np.where(has, np.clip(found, TINY, 1.0), np.nan), won


class Pairs:
    """How far each two answers to a unit lie apart; how many answers there are. Of many answers so many,
    evenly spread, stand for all."""

    def __init__(self, answers: Answers) -> None:
        said = numbers_of(answers)[answers.value]
        order = np.lexsort((said, answers.unit))
        unit, said, self.units = answers.unit[order], said[order], answers.units
        self.number = summed(unit, np.ones(unit.size), self.units)
        start = np.cumsum(self.number) - self.number
        kept = np.minimum(self.number, LONGEST)
        ends = np.repeat(np.arange(self.units), kept.astype(np.int64))
        place = np.arange(ends.size) - (np.cumsum(kept) - kept)[ends]
        spaced = place * (np.maximum(self.number - 1, 1) / np.maximum(kept - 1, 1))[ends]
        picked = said[(start[ends] + np.round(spaced)).astype(np.int64)]
        self.unit, self.apart = _each_two(ends, picked)
        pairs = np.maximum(kept * (kept - 1) / 2, 1)
        # As much as answers that are independent say of their variance.
        self._worth = np.maximum(self.number - 1, 0) / pairs

    def likely(self, table: Table, variances: FloatArray) -> FloatArray:
        """By unit, the logarithm of how likely they are at each variance, whatever the middle is: without
        slips that is the restricted likelihood of normal answers."""
        found = np.zeros((self.units, variances.size))
        squares, slips = self.apart**2, 1 - (1 - table.slips) ** 2
        for column, variance in enumerate((2 * variances).tolist()):
            normal = np.exp(-squares / (2 * variance)) / np.sqrt(2 * np.pi * variance)
            logs = np.log((1 - slips) * normal + slips / table.wide)
            found[:, column] = summed(self.unit, logs, self.units)
        told: FloatArray = found * self._worth[:, None]
        return told


def _each_two(unit: IntArray, said: FloatArray) -> tuple[IntArray, FloatArray]:
    """Of rows by unit: the unit of each two, and how far they lie apart."""
    units, apart = [np.zeros(0, np.int64)], [np.zeros(0)]
    for lag in range(1, LONGEST):
        same = np.flatnonzero(unit[lag:] == unit[:-lag])
        units.append(unit[same])
        apart.append(said[same + lag] - said[same])
    return np.concatenate(units), np.concatenate(apart)


def of_median(number: FloatArray) -> FloatArray:
    """About that of normal answers: all of it for one, pi / 2n for many (Kenney and Keeping 1962)."""
    found: FloatArray = np.pi / (2 * (number - 1) + np.pi)
    return found


def _between_steps(answers: Answers) -> float:
    return (answers.scale.step or 0.0) ** 2 / 12
