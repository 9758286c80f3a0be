"""How probable it is that an answer wins which others than those who gave it have not given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from apps.consensus.aggregators.base import (
    Answers,
    FloatArray,
    Form,
    FormError,
    IntArray,
    Verdicts,
)
from apps.consensus.aggregators.em import summed
from apps.consensus.aggregators.held_out import Foreseen
from apps.consensus.aggregators.mixing import POINTS, log_mean, mixed
from apps.consensus.aggregators.plain import Many, Plain, first_winner, left_out

# How many other answers people who do not give the usual one have to choose from.
OTHERS = (1, 2, 3, 4, 6, 9, 14, 20, 30, 50, 100)
# Sizes that are weighed are counted to so many decimals, to be alike at all.
DECIMALS = 1
# What is less likely by so little, of a unit on average, is as good: then the larger number of others is
# taken, for few answers show that two err alike, if they do, sooner than that they do not.
HARDLY = 0.01
NEAR = 1e-9
# Pairs of a size and a number that are worked out together.
AT_ONCE = 20_000


@dataclass(frozen=True, eq=False, kw_only=True)
class Groups:
    """Answers that say the same, as groups: how large each is, to which of `units` units it belongs,
    and whether what won is in it. A unit's groups follow each other."""

    unit: IntArray
    size: FloatArray
    has_won: FloatArray
    units: int

    def of_units(self, weights: FloatArray) -> FloatArray:
        return summed(self.unit, weights, self.units)


class Alternatives(Many):
    """For verdicts that are one of the answers given: labels, and what lies at a distance.

    Each unit has one answer that more people give than any other, with a chance of its own; those who
    do not give it choose among others, evenly. How the chances are distributed, and among how many others
    is chosen, is learned from how the answers of all units split. What most people would say is then one
    of the groups there are, or none of them: Bayes' rule tells how probable each is.

    Two values say the same when they lie no further apart than the bar at which people's answers are
    in conflict (`Answers.bar`), which is kept in the table.
    """

    def learn(self, answers: Answers, verdicts: Verdicts) -> FloatArray:
        groups = grouped(answers, verdicts, answers.bar)
        most = None if answers.distance else max(len(answers.values) - 1, 1)
        return np.concatenate([[answers.bar], table_of(groups, most)])

    def sure(self, answers: Answers, verdicts: Verdicts, table: FloatArray) -> FloatArray:
        return sure_of(grouped(answers, verdicts, float(table[0])), table[1:])

    def foreseen(
        self, method: Plain, answers: Answers, form: Form, table: FloatArray, seed: int
    ) -> Foreseen:
        others, held = left_out(answers, seed)
        verdicts = method.aggregate(others, form)
        said = next_of(grouped(others, verdicts, float(table[0])), table[1:])
        return Foreseen(said, same_as(others, first_winner(verdicts), held, float(table[0])))


def same_as(answers: Answers, won: IntArray, held: IntArray, bar: float) -> FloatArray:
    """1 where the value that was left out says the same as what won, by their codes."""
    if answers.distance is None:
        same: FloatArray = (won == held).astype(float)
        return same
    pairs = zip(won.tolist(), held.tolist(), strict=True)
    return np.array([float(answers.distance_of(a, b) <= bar + NEAR) for a, b in pairs])


def grouped(answers: Answers, verdicts: Verdicts, bar: float) -> Groups:
    width = max(len(answers.values), 1)
    cells, count = np.unique(answers.unit * width + answers.value, return_counts=True)
    unit, value = cells // width, cells % width
    won = first_winner(verdicts)
    if answers.distance is None:
        has_won = (value == won[unit]).astype(float)
        return Groups(unit=unit, size=count.astype(float), has_won=has_won, units=answers.units)
    return _by_distance(answers, unit, value, count, won, bar)


def _by_distance(
    answers: Answers, unit: IntArray, value: IntArray, count: IntArray, won: IntArray, bar: float
) -> Groups:
    """What won leads the first group, the most frequent of what is left the next, and so on."""
    of, sizes, has_won = [], [], []
    starts = np.searchsorted(unit, np.arange(answers.units + 1))
    for one in np.unique(unit).tolist():
        mine = slice(starts[one], starts[one + 1])
        left = dict(zip(value[mine].tolist(), count[mine].tolist(), strict=True))
        leader = int(won[one])
        while left:
            near = [v for v in left if v == leader or answers.distance_of(leader, v) <= bar + NEAR]
            of.append(one)
            sizes.append(float(sum(left.pop(v) for v in near)))
            has_won.append(float(leader == won[one]))
            leader = min(left, key=lambda v: (-left[v], v), default=0)
    return Groups(
        unit=np.array(of, np.int64),
        size=np.array(sizes),
        has_won=np.array(has_won),
        units=answers.units,
    )


def table_of(groups: Groups, most: int | None) -> FloatArray:
    """[among how many others is chosen, the weights of the chances on the grid]."""
    patterns, times = _patterns(groups)
    tried = [one for one in OTHERS if most is None or one < most]
    tried += [] if most is None else [most]
    if (patterns.sum(axis=1) <= 2).all():
        # Two who disagree show nothing of how many others there are.
        tried = tried[-1:]
    found: list[tuple[float, int, FloatArray]] = []
    for others in tried:
        logs = _likely(patterns, others)
        if np.isneginf(logs).all(axis=1).any():
            continue  # More was said than there would be to say.
        weights = mixed(logs, times)
        likely = float(log_mean(logs, weights) @ times / max(times.sum(), 1.0))
        found.append((likely, others, weights))
    if not found:
        raise FormError("A task has more different answers than could be learned from.")
    enough = max(likely for likely, _, _ in found) - HARDLY
    others, weights = max(
        ((others, weights) for likely, others, weights in found if likely >= enough),
        key=lambda one: one[0],
    )
    return np.array([float(others), *weights])


def sure_of(groups: Groups, table: FloatArray) -> FloatArray:
    """By unit, how probable it is that what won is what most people would say."""
    others, weights = float(table[0]), table[1:]
    whole = groups.of_units(groups.size)
    found, none, shift = _believed(groups, whole, whole, others, weights)
    total = groups.of_units(found) + none
    sure = np.full(groups.units, np.nan)
    np.divide(groups.of_units(found * groups.has_won), total, out=sure, where=shift > -np.inf)
    return sure


def next_of(groups: Groups, table: FloatArray) -> FloatArray:
    """By unit, how probable it is that one more answer says the same as what won."""
    others, weights = float(table[0]), table[1:]
    whole = groups.of_units(groups.size)
    now, none_now, shift = _believed(groups, whole, whole, others, weights)
    # With one answer more, which has joined what won.
    more, none, _ = _believed(groups, whole, whole + 1, others, weights, shift, groups.has_won)
    total = groups.of_units(now) + none_now
    found: FloatArray = (groups.of_units(more) + none) / total
    return found


def _believed(
    groups: Groups,
    whole: FloatArray,
    number: FloatArray,
    others: float,
    weights: FloatArray,
    shift: FloatArray | None = None,
    joins: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """How likely all is where each group is what most would say, by group; where none is, by unit;
    both divided by a power of e for each unit, which is told."""
    size = groups.size if joins is None else groups.size + joins
    logs = _logs(size, number[groups.unit], others, weights)
    nothing = _logs(np.zeros(groups.units), number, others, weights)
    many = groups.of_units(np.ones(groups.unit.size))
    if shift is None:
        shift = np.full(groups.units, -np.inf)
        np.maximum.at(shift, groups.unit, logs)
    safe = np.where(np.isneginf(shift), 0.0, shift)
    left = np.maximum(others + 1 - many, 0.0)
    none = np.where(whole > 0, left * np.exp(nothing - safe), 0.0)
    return np.exp(logs - safe[groups.unit]), none, shift


def _logs(size: FloatArray, number: FloatArray, others: float, weights: FloatArray) -> FloatArray:
    """The logarithm of how likely it is that `size` of `number` give what most would."""
    pairs, back = np.unique(np.column_stack([size, number]), axis=0, return_inverse=True)
    chance = chances(others)
    right, wrong = np.log(chance), np.log((1 - chance) / others)

    def of(some: FloatArray) -> FloatArray:
        return log_mean(some[:, :1] * right + (some[:, 1:] - some[:, :1]) * wrong, weights)

    # Weighed answers are hardly ever alike: of a million labels half a million pairs, each with a grid.
    parts = [of(pairs[at : at + AT_ONCE]) for at in range(0, max(len(pairs), 1), AT_ONCE)]
    found: FloatArray = np.concatenate(parts)[back.reshape(-1)]
    return found


def chances(others: float) -> FloatArray:
    """The grid: from where all answers are alike frequent up to 1, denser towards it."""
    lowest = 1 / (others + 1)
    steps = (np.arange(POINTS) + 0.5) / POINTS
    found: FloatArray = 1 - (1 - lowest) * (1 - steps) ** 2
    return found


def _patterns(groups: Groups) -> tuple[FloatArray, FloatArray]:
    """How the answers of units split, the largest group first and 0 beyond the last; how often."""
    if not groups.unit.size:
        return np.zeros((0, 1)), np.zeros(0)
    size = groups.size.round(DECIMALS)
    order = np.lexsort((-size, groups.unit))
    many = np.bincount(groups.unit, minlength=groups.units)
    place = np.arange(order.size) - (np.cumsum(many) - many)[groups.unit[order]]
    table = np.zeros((groups.units, int(many.max())))
    table[groups.unit[order], place] = size[order]
    patterns, times = np.unique(table[many > 0], axis=0, return_counts=True)
    return patterns, times.astype(float)


def _likely(patterns: FloatArray, others: int) -> FloatArray:
    """The logarithm of how likely each pattern is at each point of the grid."""
    chance = chances(others)
    right, wrong = np.log(chance), np.log((1 - chance) / others)
    number = patterns.sum(axis=1)[:, None]
    many = (patterns > 0).sum(axis=1)
    found = number * wrong + _ways(others, many)[:, None]
    without = _ways(others, many - 1)[:, None]
    for column in range(patterns.shape[1]):
        size = patterns[:, column : column + 1]
        logs = size * right + (number - size) * wrong + without
        found = np.logaddexp(found, np.where(size > 0, logs, -np.inf))
    told: FloatArray = found
    return told


def _ways(others: int, groups: IntArray) -> FloatArray:
    """The logarithm of in how many ways so many groups can each have one of the others."""
    enough = groups <= others
    found: FloatArray = np.full(groups.size, -np.inf)
    found[enough] = gammaln(others + 1) - gammaln(others + 1 - groups[enough])
    return found
