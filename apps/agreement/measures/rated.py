"""Ratings with their raters by name: how many units have which row of answers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from apps.agreement.measures.arrays import (
    AnyArray,
    FloatArray,
    IntArray,
    encode,
    encode_integers,
    is_missing,
    rows_of,
)
from apps.agreement.measures.distances import LevelError
from apps.agreement.measures.groups import Groups
from apps.agreement.measures.longform import LongForm
from apps.agreement.measures.patterns import UNSEEN, Patterns

Codes = NDArray[np.int32]
CELLS = 100_000_000  # of the units x raters matrix: 400 MB


@dataclass(frozen=True, eq=False, kw_only=True)
class Rated:
    """Different rows of answers, one column for each rater, and how many units have each.

    `rows` (P x R) holds places in `values` (V), -1 for "not given"; `units` (P) counts. Five raters
    and six labels make 7,776 rows at most where all answer all, for any number of units.

    >>> data = Rated.from_matrix([["a", "a", "b", "a"], ["a", "b", "b", None]], names=["Ann", "Bo"])
    >>> data.raters, data.rows.tolist(), data.units.tolist()
    (('Ann', 'Bo'), [[0, -1], [0, 0], [0, 1], [1, 1]], [1, 1, 1, 1])
    """

    values: tuple[Hashable, ...]
    rows: Codes
    units: IntArray
    raters: tuple[Hashable, ...]
    ordered: bool = False
    groups: Groups | None = None
    missing: int = 0

    def __post_init__(self) -> None:
        if self.rows.shape != (self.units.size, len(self.raters)):
            raise ValueError("rows must have one row per count and one column per rater.")
        if (self.rows >= len(self.values)).any() or (self.units < 0).any():
            raise ValueError("A place outside of the values, or a count below zero.")

    @classmethod
    def of(cls, answers: LongForm) -> Rated:
        """Raters without any answer are left out."""
        if answers.rater is None:
            raise LevelError("These answers do not say who gave them.")
        rater, used = encode_integers(answers.rater)
        if answers.units * used.size > CELLS:
            raise LevelError(
                f"{answers.units:,} units by {used.size:,} raters are too many to be held by name."
            )
        matrix = np.full((answers.units, used.size), -1, np.int32)
        matrix[answers.unit, rater] = answers.value
        if np.count_nonzero(matrix >= 0) != answers.unit.size:
            raise LevelError("A rater answered a unit more than once: say which answer holds.")
        shown = (matrix >= 0).any(axis=1)
        row, example = _distinct(matrix[shown], len(answers.values))
        groups = None
        if answers.group is not None:
            keys, units = np.unique(answers.group[shown] * example.size + row, return_counts=True)
            groups = Groups(group=keys // example.size, pattern=keys % example.size, units=units)
        return cls(
            values=answers.values,
            rows=matrix[shown][example],
            units=np.bincount(row, minlength=example.size),
            raters=tuple(answers.names[int(i)] for i in used) if answers.names else _numbered(used),
            ordered=answers.ordered,
            groups=groups,
            missing=answers.missing,
        )

    @classmethod
    def from_matrix(
        cls,
        matrix: Sequence[Sequence[Any]] | AnyArray,
        *,
        order: Sequence[Hashable] | None = None,
        names: Sequence[Hashable] | None = None,
        group: Sequence[Hashable] | None = None,
    ) -> Rated:
        """From reliability data, raters x units, with None or NaN for "not given"; `group` stands
        beside each unit."""
        rows = rows_of(matrix)
        given = [
            (u, r, value)
            for r, row in enumerate(rows)
            for u, value in enumerate(row)
            if not is_missing(value)
        ]
        unit, rater, value = zip(*given, strict=True) if given else ((), (), ())
        answers = LongForm.of(
            np.array(unit, np.int64),
            [names[r] for r in rater] if names else np.array(rater, np.int64),
            value,
            order=order,
            group=None if group is None else [group[u] for u in unit],
        )
        return replace(cls.of(answers), missing=sum(map(len, rows)) - len(given))

    @classmethod
    def from_table(
        cls, values: Iterable[Hashable], table: Sequence[Sequence[int]] | AnyArray
    ) -> Rated:
        """From two raters' contingency table: the first says the row, the second the column.

        >>> Rated.from_table("ab", [[40, 9], [6, 45]]).units.tolist()
        [40, 9, 6, 45]
        """
        domain = list(values)
        counts = np.array(table, np.int64)
        first, second = np.nonzero(counts)
        return cls(
            values=encode(domain, domain)[1],
            rows=np.stack([first, second], axis=1).astype(np.int32),
            units=counts[first, second],
            raters=(0, 1),
            ordered=True,
        )

    @property
    def given(self) -> AnyArray:
        """Which answers there are (P x R)."""
        there: AnyArray = self.rows >= 0
        return there

    @property
    def sizes(self) -> IntArray:
        sizes: IntArray = self.given.sum(axis=1)
        return sizes

    @property
    def lone(self) -> int:
        return int(self.units[self.sizes < 2].sum())

    @property
    def disagreeing(self) -> AnyArray:
        high = self.rows.max(axis=1, initial=-1)
        low = np.where(self.given, self.rows, len(self.values)).min(axis=1, initial=10**9)
        apart: AnyArray = low < high
        return apart

    @property
    def marginals(self) -> IntArray:
        """How often each value was given (V)."""
        counts: IntArray = self.by_rater(self.units[None, :].astype(float))[0].sum(axis=0)
        return counts.astype(np.int64)

    @property
    def cells(self) -> int:
        return 4 * self.units.size + 4 * len(self.values) * len(self.raters)

    def by_rater(self, weights: FloatArray) -> FloatArray:
        """How often each rater gave each value (B x R x V), for weights of the rows (B x P)."""
        width, raters = len(self.values), len(self.raters)
        row, rater = np.nonzero(self.given)
        place = rater * width + self.rows[row, rater]
        cells = sparse.csr_array(
            (np.ones(row.size), (place, row)), shape=(raters * width, self.units.size)
        )
        counted: FloatArray = (cells @ weights.T).T
        return counted.reshape(len(weights), raters, width)

    def paired(self) -> Rated:
        return self.only(self.sizes >= 2)

    def patterns(self) -> Patterns:
        """The same answers without the raters' names, for the measures that do not need them."""
        counts = np.zeros((self.units.size, len(self.values)), np.int64)
        row, rater = np.nonzero(self.given)
        np.add.at(counts, (row, self.rows[row, rater]), 1)
        return Patterns(
            values=self.values,
            counts=counts,
            units=self.units,
            raters=len(self.raters),
            ordered=self.ordered,
            groups=self.groups,
            missing=self.missing,
        ).merged()

    def complete(self) -> Rated:
        """The units that all raters answered."""
        return self.only(self.sizes == len(self.raters))

    def only(self, keep: AnyArray) -> Rated:
        groups = self.groups
        if groups is not None:
            place, stay = np.cumsum(keep) - 1, keep[groups.pattern]
            groups = Groups(
                group=groups.group[stay],
                pattern=place[groups.pattern[stay]],
                units=groups.units[stay],
            )
        return replace(self, rows=self.rows[keep], units=self.units[keep], groups=groups)

    def of_raters(self, names: Sequence[Hashable]) -> Rated:
        """The answers of these raters alone, in this order."""
        if unknown := [name for name in names if name not in self.raters]:
            known = ", ".join(str(name) for name in self.raters[:20])
            raise LevelError(f"No rater {unknown[0]!r}. The raters are: {known}.")
        columns = [self.raters.index(name) for name in names]
        return replace(self, rows=self.rows[:, columns], raters=tuple(names)).merged()

    def with_values(self, values: Sequence[Hashable]) -> Rated:
        """The same answers among more values, in their order.

        >>> data = Rated.from_matrix([[1, 4], [1, 1]]).with_values([1.0, 2.0, 4.0])
        >>> data.values, data.rows.tolist()
        ((1.0, 2.0, 4.0), [[0, 0], [2, 0]])
        """
        place = {value: i for i, value in enumerate(values)}
        codes = np.array([*(place[value] for value in self.values), -1], np.int32)
        return replace(self, values=tuple(values), rows=codes[self.rows])

    def one_against_rest(self, holds: Callable[[Hashable], bool]) -> Rated:
        """Two values, False and True: does the answer hold the label?"""
        inside = np.array([*(holds(value) for value in self.values), False], np.int32)
        rows = np.where(self.given, inside[self.rows], np.int32(-1))
        return replace(self, values=(False, True), rows=rows, ordered=True).merged()

    def merged(self) -> Rated:
        """With equal rows added up, and without those that hold no answer or have no unit."""
        kept = self.only(self.given.any(axis=1) & (self.units > 0))
        row, example = _distinct(kept.rows, len(kept.values))
        units = np.bincount(row, weights=kept.units, minlength=example.size).astype(np.int64)
        groups = kept.groups
        if groups is not None:
            groups = replace(groups, pattern=row[groups.pattern])
        return replace(kept, rows=kept.rows[example], units=units, groups=groups)

    def joined(self, more: Rated) -> Rated:
        """These rows and then those of `more`."""
        return replace(
            more,
            rows=np.concatenate([self.rows, more.rows]),
            units=np.concatenate([self.units, more.units]),
        )

    def agreeing(self) -> Rated:
        paired = self.paired()
        return replace(paired.only(~paired.disagreeing), groups=None)

    def unseen(self, rng: np.random.Generator) -> Rated:
        """Units that such raters answer, each by the values that they use, and not all alike."""
        paired = self.paired()
        use = paired.by_rater(paired.units[None, :].astype(float))[0]
        pooled = np.flatnonzero(use.sum(axis=0))
        chosen = rng.choice(paired.units.size, UNSEEN, p=paired.units / paired.units.sum())
        rows = np.full((UNSEEN, len(self.raters)), -1, np.int32)
        for row, like in zip(rows, paired.rows[chosen], strict=True):
            there = np.flatnonzero(like >= 0)
            row[there] = [
                rng.choice(use.shape[1], p=use[rater] / use[rater].sum()) for rater in there
            ]
            if (row[there] == row[there[0]]).all():
                row[rng.choice(there)] = rng.choice(pooled[pooled != row[there[0]]])
        return replace(paired, rows=rows, units=np.ones(UNSEEN, np.int64), groups=None)


def _numbered(used: AnyArray) -> tuple[Hashable, ...]:
    return tuple(int(i) for i in used)


def _distinct(matrix: Codes, values: int) -> tuple[IntArray, IntArray]:
    """The place of each row among the different ones, and one that is like each of these.

    Where a row fits into one number nothing is sorted; else column by column, without any hash.
    """
    if (values + 1) ** matrix.shape[1] <= 2**62:
        keys = np.zeros(len(matrix), np.int64)
        for column in matrix.T:
            keys = keys * (values + 1) + column + 1
        ids, used = encode_integers(keys)
        number = used.size
    else:
        ids, number = np.zeros(len(matrix), np.int64), min(len(matrix), 1)
        for column in matrix.T:
            ids, used = encode_integers(ids * (values + 1) + column + 1)
            number = used.size
    example = np.zeros(number, np.int64)
    example[ids[::-1]] = np.arange(len(matrix))[::-1]
    return ids, example
