"""What methods that fuse have in common: candidates for all units, and answers made of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from apps.annotations.kinds.fusing import HALF, Candidates
from apps.consensus.aggregators.base import (
    Answers,
    FloatArray,
    FormError,
    Fuser,
    IntArray,
    Skills,
    Verdicts,
)
from apps.consensus.aggregators.em import Rated, summed

# Shares that differ less are the same, whatever the sums' last digits.
ALIKE = 1e-9


@dataclass(frozen=True, eq=False, kw_only=True)
class Unit:
    """The candidates of one unit; `rows` are the places of its answers, in the order of `votes`."""

    place: int
    rows: IntArray
    found: Candidates


class Ballot:
    """All candidates, numbered through, and of each who voted how: `candidate`, `row` and `is_in` of
    each vote, `size` and `unit` of each candidate."""

    def __init__(self, answers: Answers) -> None:
        if answers.fuser is None:
            raise FormError("These answers cannot be taken apart.")
        self.fuser: Fuser = answers.fuser
        self.rated = rated = Rated(answers)
        self.units = [self._unit(place, rows) for place, rows in enumerate(_rows_of(rated))]
        many = np.array([each.found.sizes.size for each in self.units], np.int64)
        self.first = np.concatenate([[0], np.cumsum(many)])
        self.unit = np.repeat(np.arange(many.size), many)
        empty = np.zeros(0)
        self.size = np.concatenate([empty, *(each.found.sizes for each in self.units)])
        self.is_in = np.concatenate(
            [empty.astype(bool), *(each.found.votes.reshape(-1) for each in self.units)]
        )
        rows = [np.tile(each.rows, each.found.sizes.size) for each in self.units]
        self.row = np.concatenate([np.zeros(0, np.int64), *rows])
        number = np.concatenate([np.zeros(0, np.int64), *_lengths(self.units)])
        self.candidate = np.repeat(np.arange(self.size.size), number)

    def _unit(self, place: int, rows: IntArray) -> Unit:
        """The answers by value, so that nothing depends on whose they are."""
        rows = rows[np.argsort(self.rated.value[rows], kind="stable")]
        values = [self.rated.answers.values[code] for code in self.rated.value[rows].tolist()]
        return Unit(place=place, rows=rows, found=self.fuser.candidates(values))

    def shares(self) -> FloatArray:
        """Of each candidate, the share of its unit's answers that have it."""
        votes = summed(self.candidate, self.is_in.astype(float), self.size.size)
        return votes / summed(self.candidate, np.ones(self.candidate.size), self.size.size)

    def verdicts(
        self,
        support: FloatArray,
        weights: FloatArray,
        *,
        probability: FloatArray | None = None,
        skills: Skills | None = None,
    ) -> Verdicts:
        """What has more than a half is in. Where candidates have exactly half of it, the answer with
        none of them and the answer with all of them tie. `weights` are those of the rows."""
        answers, answered = self.rated.answers, self.rated.answered
        values: dict[object, int] = {}
        winner: list[int] = []
        count = np.zeros(answers.units, np.int64)
        for each in self.units:
            mine = support[self.first[each.place] : self.first[each.place + 1]]
            won = self._won(each, mine, weights[each.rows])
            winner += [values.setdefault(value, len(values)) for value in won]
            count[answered[each.place]] = len(won)
        share = np.full(answers.units, np.nan)
        share[answered] = self._behind()
        sure = None
        if probability is not None:
            sure = np.full(answers.units, np.nan)
            sure[answered] = probability
        return Verdicts(
            values=tuple(values),
            offsets=np.concatenate([[0], np.cumsum(count)]),
            winner=np.array(winner, np.int64),
            share=share,
            answers=self.rated.number,
            probability=sure,
            skills=skills,
        )

    def _won(self, unit: Unit, support: FloatArray, weights: FloatArray) -> list[object]:
        is_even = np.abs(support - HALF) <= ALIKE
        without = self.fuser.whole(unit.found, np.where(is_even, 0.0, support), weights)
        if not is_even.any():
            return [without]
        with_all = self.fuser.whole(unit.found, np.where(is_even, 1.0, support), weights)
        return [without] if with_all == without else [without, with_all]

    def _behind(self) -> FloatArray:
        """By unit, how much of the votes agrees with the majority about what is in and what is out.

        What nobody marked plays no part: it would make any two agree.
        """
        shares = self.shares()
        size = np.where(shares > 0, self.size, 0.0)
        total = summed(self.unit, size, len(self.units))
        agreed = summed(self.unit, size * np.maximum(shares, 1 - shares), len(self.units))
        return np.divide(agreed, total, out=np.ones_like(total), where=total > 0)


def expected_f1(
    ballot: Ballot, chance: FloatArray, is_in: NDArray[np.bool_] | None = None
) -> FloatArray:
    """By unit, how much of the answer is right, as F1 counts it, where each candidate is really there
    with this chance; of an answer with nothing in it, how likely there is nothing. The answer has what
    `is_in`: without that, what is more likely there than not."""
    number, size, unit = len(ballot.units), ballot.size, ballot.unit
    if is_in is None:
        is_in = chance > HALF + ALIKE
    right = summed(unit[is_in], (size * chance)[is_in], number)
    total = summed(unit, size * chance, number) + summed(unit[is_in], size[is_in], number)
    nothing = np.exp(summed(unit, np.log1p(-np.minimum(chance, 1 - ALIKE)), number))
    has = np.bincount(unit[is_in], minlength=number) > 0
    found: FloatArray = np.divide(2 * right, total, out=nothing, where=has)
    return np.clip(found, np.finfo(float).tiny, 1.0)


def _rows_of(rated: Rated) -> list[IntArray]:
    starts = np.searchsorted(rated.unit, np.arange(rated.units + 1))
    return [np.arange(a, b) for a, b in pairwise(starts.tolist())]


def _lengths(units: list[Unit]) -> list[IntArray]:
    return [np.full(each.found.sizes.size, each.rows.size) for each in units]
