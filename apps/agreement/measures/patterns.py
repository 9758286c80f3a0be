"""Ratings as a histogram: how many units show which pattern of values."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from apps.agreement.measures.arrays import (
    AnyArray,
    FloatArray,
    IntArray,
    encode,
    is_missing,
    rows_of,
)
from apps.agreement.measures.distances import numbers
from apps.agreement.measures.groups import Groups
from apps.agreement.measures.longform import LongForm

UNSEEN = 256  # different unseen units the boundary rule draws from


@dataclass(frozen=True, eq=False, kw_only=True)
class Patterns:
    """How many units show which pattern; a pattern says how many raters gave which value.

    Every coefficient that does not need the raters by name is a sum over these few rows: five
    raters and six labels make 252 patterns at most, for any number of units.
    `values` (V) are the declared or used values, numbers as floats in order of size;
    `counts` (P x V); `units` (P); `ordered` says whether the order of `values` means anything.

    >>> data = Patterns.from_matrix([[1, 1, 2, 2, 1], [1, 1, 2, 1, None]])
    >>> data.values, data.counts.tolist(), data.units.tolist()
    ((1.0, 2.0), [[1, 0], [2, 0], [1, 1], [0, 2]], [1, 2, 1, 1])
    """

    values: tuple[Hashable, ...]
    counts: IntArray
    units: IntArray
    raters: int | None = None
    ordered: bool = False
    groups: Groups | None = None
    missing: int = 0

    def __post_init__(self) -> None:
        if self.counts.ndim != 2 or self.counts.shape != (self.units.size, len(self.values)):
            raise ValueError("counts must have one row per pattern and one column per value.")
        if (self.counts < 0).any() or (self.units < 0).any():
            raise ValueError("A count below zero.")

    @classmethod
    def from_long(
        cls,
        unit: Sequence[Any] | AnyArray,
        rater: Sequence[Any] | AnyArray,
        value: Sequence[Any] | AnyArray,
        **options: Any,
    ) -> Patterns:
        """From one row per answer; the options are those of `LongForm.of`."""
        return cls.of(LongForm.of(unit, rater, value, **options))

    @classmethod
    def of(cls, answers: LongForm) -> Patterns:
        (pattern, _), counts = answers.pattern_of_unit, answers.counts()
        shown = pattern >= 0
        groups = None
        if answers.group is not None:
            keys, units = np.unique(
                answers.group[shown] * len(counts) + pattern[shown], return_counts=True
            )
            groups = Groups(group=keys // len(counts), pattern=keys % len(counts), units=units)
        return cls(
            values=answers.values,
            counts=counts,
            units=np.bincount(pattern[shown], minlength=len(counts)),
            raters=answers.raters,
            ordered=answers.ordered,
            groups=groups,
            missing=answers.missing,
        )

    @classmethod
    def from_matrix(
        cls, matrix: Sequence[Sequence[Any]] | AnyArray, *, order: Sequence[Hashable] | None = None
    ) -> Patterns:
        """From reliability data, raters x units, with None or NaN for "not given"."""
        rows = rows_of(matrix)
        cells = [
            (u, r, value)
            for r, row in enumerate(rows)
            for u, value in enumerate(row)
            if not is_missing(value)
        ]
        unit, rater, value = zip(*cells, strict=True) if cells else ((), (), ())
        made = cls.from_long(
            np.array(unit, np.int64), np.array(rater, np.int64), value, order=order
        )
        return replace(made, missing=sum(map(len, rows)) - len(cells))

    @classmethod
    def from_rows(
        cls,
        values: Sequence[Hashable],
        rows: Iterable[tuple[Sequence[int], int]],
        *,
        ordered: bool = False,
        raters: int | None = None,
    ) -> Patterns:
        """From (counts per value, units) rows, as a ledger keeps them; equal rows are added."""
        listed = [(tuple(counts), units) for counts, units in rows]
        _, domain, numeric = encode(values, values)
        numeric = numeric and all(isinstance(value, float) for value in domain)
        counts = np.array([c for c, _ in listed], np.int64).reshape(len(listed), len(domain))
        units = np.array([u for _, u in listed], np.int64)
        made = cls(values=domain, counts=counts, units=units, raters=raters)
        order = np.argsort(numbers(domain)) if numeric else np.arange(len(domain))
        made = replace(made, values=tuple(domain[i] for i in order), counts=counts[:, order])
        return replace(made.merged(), ordered=ordered or numeric)

    @property
    def sizes(self) -> IntArray:
        """How many answers a unit of each pattern has (P)."""
        sizes: IntArray = self.counts.sum(axis=1)
        return sizes

    @property
    def lone(self) -> int:
        """How many units have fewer than two answers."""
        return int(self.units[self.sizes < 2].sum())

    @property
    def disagreeing(self) -> AnyArray:
        """Which patterns hold two values or more (P)."""
        mixed: AnyArray = (self.counts > 0).sum(axis=1) > 1
        return mixed

    @property
    def marginals(self) -> IntArray:
        """How often each value was given (V)."""
        return self.units @ self.counts

    def paired(self) -> Patterns:
        """Without the units that have fewer than two answers."""
        return self.only(self.sizes >= 2)

    def only(self, keep: AnyArray) -> Patterns:
        groups = self.groups
        if groups is not None:
            place = np.cumsum(keep) - 1
            stay = keep[groups.pattern]
            groups = Groups(
                group=groups.group[stay],
                pattern=place[groups.pattern[stay]],
                units=groups.units[stay],
            )
        return replace(self, counts=self.counts[keep], units=self.units[keep], groups=groups)

    def merged(self) -> Patterns:
        """With equal rows added up, and without empty ones."""
        if not self.units.size:
            return self
        counts, row = np.unique(self.counts, axis=0, return_inverse=True)
        row = row.reshape(-1)
        units = np.bincount(row, weights=self.units, minlength=len(counts)).astype(np.int64)
        groups = self.groups
        if groups is not None:
            groups = replace(groups, pattern=row[groups.pattern])
        return replace(self, counts=counts, units=units, groups=groups).only(units > 0)

    def one_against_rest(self, holds: Callable[[Hashable], bool]) -> Patterns:
        """Two values, False and True: does the answer hold the label?

        >>> data = Patterns.from_rows(["a", "b", "c"], [([1, 1, 1], 4), ([0, 1, 2], 3)])
        >>> data.one_against_rest(lambda value: value == "a").counts.tolist()
        [[2, 1], [3, 0]]
        """
        inside = np.array([holds(value) for value in self.values], bool)
        counts = np.stack([self.counts[:, ~inside].sum(1), self.counts[:, inside].sum(1)], axis=1)
        return replace(self, values=(False, True), counts=counts, ordered=True).merged()

    @property
    def cells(self) -> int:
        """What one replicate takes: some arrays over the patterns, some over the values."""
        return 3 * self.units.size + 4 * len(self.values)

    def joined(self, more: Patterns) -> Patterns:
        """These rows and then those of `more`, which may have further values."""
        counts = np.pad(self.counts, ((0, 0), (0, len(more.values) - len(self.values))))
        return replace(
            more,
            counts=np.concatenate([counts, more.counts]),
            units=np.concatenate([self.units, more.units]),
        )

    def agreeing(self) -> Patterns:
        paired = self.paired()
        return replace(paired.only(~paired.disagreeing), groups=None)

    def unseen(self, rng: np.random.Generator) -> Patterns:
        """Units whose raters answer by the marginals, given that they do not all answer alike."""
        data, marginals = self, self.marginals / self.marginals.sum()
        if np.count_nonzero(marginals) < 2:
            data = replace(
                data,
                values=(*data.values, "a value nobody used"),
                counts=np.pad(data.counts, ((0, 0), (0, 1))),
            )
            marginals = np.append(marginals, 1.0)
        paired = data.paired()
        sizes = rng.choice(paired.sizes, UNSEEN, p=paired.units / paired.units.sum())
        counts = np.zeros((UNSEEN, marginals.size), np.int64)
        for row, size in enumerate(sizes):
            counts[row] = _not_all_alike(int(size), marginals, rng)
        return replace(data, counts=counts, units=np.ones(UNSEEN, np.int64), groups=None)


def _not_all_alike(size: int, shares: FloatArray, rng: np.random.Generator) -> IntArray:
    tries = rng.multinomial(size, shares / shares.sum(), 20)
    mixed = tries[tries.max(axis=1) < size]
    if len(mixed):
        first: IntArray = mixed[0]
        return first
    # One value all but always: what is left of "not all alike" is one rater who differs.
    most = int(shares.argmax())
    others = np.where(np.arange(shares.size) == most, 0, shares)
    one = rng.multinomial(1, others / others.sum())
    one[most] = size - 1
    return one
