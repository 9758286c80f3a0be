"""What methods for orders have in common: answers as rows of items, and the order that is believed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise, permutations, product

import numpy as np
from numpy.typing import NDArray

from apps.consensus.aggregators.base import (
    Answers,
    FloatArray,
    FormError,
    Skills,
    Verdicts,
)
from apps.consensus.aggregators.em import Rated, summed

BoolArray = NDArray[np.bool_]
Order = tuple[tuple[str, ...], ...]
# Strengths that differ less are the same, whatever the last digits of the steps to them.
EVEN = 1e-3
# Of items that nothing tells apart all orders tie, where they are no more than so many.
MOST_ORDERS = 6


class Orders:
    """Of each answer (A) the items (L) in its order, those that it leaves out last.

    `item` (A x L) are their codes, `start` (A x L) the place at which each one's group begins, `ranked`
    and `present` (A x L) whether the answer, and whether any answer to the unit, has the item.
    """

    def __init__(self, answers: Answers) -> None:
        if answers.order is None:
            raise FormError("These answers are no orders.")
        self.order = answers.order
        self.rated = rated = Rated(answers)
        self.groups: list[Order] = [
            tuple(tuple(sorted(group)) for group in self.order.groups(value))
            for value in answers.values
        ]
        self.names = sorted({one for groups in self.groups for group in groups for one in group})
        code = {name: i for i, name in enumerate(self.names)}
        rows = [_row(groups, code) for groups in self.groups]
        table = np.array(rows, np.int64).reshape(len(rows), 3, len(self.names))
        self.item, self.start = table[rated.value, 0], table[rated.value, 1]
        self.ranked: BoolArray = table[rated.value, 2].astype(bool)
        self.shape = rated.units, len(self.names)
        self._cell = (rated.unit[:, None] * len(self.names) + self.item).reshape(-1)
        # How many of a unit's answers have an item (U x L).
        self.given = self.of_items(self.ranked.astype(float))
        self.present: BoolArray = self.at(self.given) > 0

    def at(self, by_item: FloatArray) -> FloatArray:
        """What each unit's items have (U x L), by place of each answer (A x L)."""
        found: FloatArray = by_item.reshape(-1)[self._cell].reshape(self.item.shape)
        return found

    def of_items(self, by_place: FloatArray) -> FloatArray:
        """Sums of what each answer's places have (A x L) by unit and item (U x L)."""
        units, items = self.shape
        return summed(self._cell, by_place.reshape(-1), units * items).reshape(self.shape)

    def pairs_right(self, strength: FloatArray) -> FloatArray:
        """Of each answer, the share of its pairs that are in the order of the strengths; a tie half."""
        mine = self.at(strength)
        right, number = np.zeros(len(mine)), np.zeros(len(mine))
        for first in range(mine.shape[1]):
            for second in range(first + 1, mine.shape[1]):
                used = self.ranked[:, first] & self.present[:, second]
                used &= self.start[:, first] != self.start[:, second]
                gap = mine[:, first] - mine[:, second]
                right += used * np.where(np.abs(gap) <= EVEN, 0.5, gap > 0)
                number += used
        return np.divide(right, number, out=np.ones(len(mine)), where=number > 0)


def _row(groups: Order, code: dict[str, int]) -> tuple[list[int], list[int], list[int]]:
    item: list[int] = []
    start: list[int] = []
    for group in groups:
        start += [len(item)] * len(group)
        item += [code[one] for one in group]
    ranked = [1] * len(item) + [0] * (len(code) - len(item))
    rest = [place for place in code.values() if place not in set(item)]
    return item + rest, start + [len(item)] * len(rest), ranked


@dataclass(frozen=True, eq=False, kw_only=True)
class Believed:
    """Of each unit and item (U x L) the strength; `drawn` (U x L x S) are draws of what it may be.

    Two whose strengths lie no further apart than `tied` share a place, where that is allowed.
    """

    strength: FloatArray
    drawn: FloatArray
    tied: float = EVEN


def verdicts_of(
    orders: Orders, believed: Believed, *, skills: Skills, steps: int, has_converged: bool
) -> Verdicts:
    rated, answers = orders.rated, orders.rated.answers
    values: dict[object, int] = {}
    winner: list[int] = []
    count = np.zeros(answers.units, np.int64)
    share, sure = np.full(answers.units, np.nan), np.full(answers.units, np.nan)
    said = [orders.order.whole(groups) for groups in orders.groups]
    behind: dict[tuple[int, object], int] = {}
    for unit, value in zip(rated.unit.tolist(), rated.value.tolist(), strict=True):
        key = unit, said[value]
        behind[key] = behind.get(key, 0) + 1
    for place, unit in enumerate(rated.answered.tolist()):
        levels = _levels(orders, believed, place)
        won = [orders.order.whole(order) for order in _orders(orders, levels)]
        winner += [values.setdefault(value, len(values)) for value in won]
        count[unit] = len(won)
        most = max(behind.get((place, value), 0) for value in won)
        share[unit] = most / rated.number[unit]
        sure[unit] = _sure(believed, place, levels) / len(won)
    return Verdicts(
        values=tuple(values),
        offsets=np.concatenate([[0], np.cumsum(count)]),
        winner=np.array(winner, np.int64),
        share=share,
        answers=rated.number,
        probability=sure,
        skills=skills,
        steps=steps,
        has_converged=has_converged,
    )


def _levels(orders: Orders, believed: Believed, place: int) -> list[list[int]]:
    """The items that at least half of the answers have, by strength; who is even stands together."""
    given = orders.given[place]
    number = int(orders.rated.number[orders.rated.answered[place]])
    kept = np.flatnonzero((given >= number / 2) & (given > 0))
    if not kept.size:
        kept = np.flatnonzero(given == given.max())
    strength = believed.strength[place]
    within = believed.tied if orders.order.may_tie else EVEN
    levels: list[list[int]] = []
    for item in kept[np.argsort(-strength[kept], kind="stable")].tolist():
        if levels and strength[levels[-1][0]] - strength[item] <= within:
            levels[-1].append(item)
        else:
            levels.append([item])
    return levels


def _orders(orders: Orders, levels: list[list[int]]) -> list[Order]:
    """The order; where no two may share a place, all orders of who is even, or one and its reverse."""
    named = [sorted(orders.names[item] for item in level) for level in levels]
    if orders.order.may_tie or all(len(level) == 1 for level in named):
        return [tuple(tuple(level) for level in named)]
    number = 1
    for level in named:
        number *= math.factorial(min(len(level), MOST_ORDERS))
    turns: list[Order] = [tuple(map(tuple, named)), tuple(tuple(level[::-1]) for level in named)]
    if number <= MOST_ORDERS:
        turns = list(product(*(permutations(level) for level in named)))
    return [tuple((one,) for level in turn for one in level) for turn in turns]


def _sure(believed: Believed, place: int, levels: list[list[int]]) -> float:
    """How often, among the draws, all that stand on different levels are in this order."""
    drawn = believed.drawn[place]
    held = np.ones(drawn.shape[1], bool)
    for upper, lower in pairwise(levels):
        held &= drawn[upper].min(axis=0) > drawn[lower].max(axis=0)
    # One draw more in favour: what was never drawn is not impossible.
    return float((held.sum() + 1) / (held.size + 1))
