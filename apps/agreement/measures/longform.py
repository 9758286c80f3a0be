"""Ratings as they come: one row per answer. The step before patterns or moments."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from apps.agreement.measures.arrays import AnyArray, IntArray, encode, encode_integers

Repeats = Literal["refuse", "last", "keep"]


class DuplicateRating(ValueError):
    """One rater answered one unit twice; `first` and `second` are the places of the answers."""

    def __init__(self, unit: Hashable, rater: Hashable, first: int, second: int) -> None:
        super().__init__(f"Rater {rater!r} answered unit {unit!r} more than once.")
        self.unit, self.rater, self.first, self.second = unit, rater, first, second


@dataclass(frozen=True, eq=False, kw_only=True)
class LongForm:
    """Answers as integer codes: `unit[i]` got `values[value[i]]`. Missing answers are left out.

    `group` holds one code per unit, where units belong together; `rater` who gave each answer, and
    `names` who that is, where it is known. Never a units x raters matrix: its size would depend on
    how many raters there are in all.
    """

    unit: IntArray
    value: IntArray
    values: tuple[Hashable, ...]
    ordered: bool
    units: int
    raters: int
    group: IntArray | None = None
    missing: int = 0
    rater: IntArray | None = None
    names: tuple[Hashable, ...] = ()

    @classmethod
    def of(
        cls,
        unit: Sequence[Any] | AnyArray,
        rater: Sequence[Any] | AnyArray,
        value: Sequence[Any] | AnyArray,
        *,
        order: Sequence[Hashable] | None = None,
        group: Sequence[Any] | AnyArray | None = None,
        repeats: Repeats = "refuse",
    ) -> LongForm:
        """`order` declares the values in their order; `group` stands beside each answer.

        When a rater answers a unit twice, `repeats` says what holds: "refuse" raises
        DuplicateRating, "last" takes the later answer, "keep" counts each as a rater's.
        """
        if not len(unit) == len(rater) == len(value):
            raise ValueError("unit, rater and value must have one length.")
        values, domain, ordered = encode(value, order)
        (units, _), (raters, names) = _codes(unit), _codes(rater)
        keep = values >= 0
        if not keep.all():
            units, raters, values = units[keep], raters[keep], values[keep]
        if repeats != "keep":
            last = _without_repeats(units, raters, refuse=repeats == "refuse")
            if last is not None:
                units, raters, values = units[last], raters[last], values[last]
        number = int(units.max()) + 1 if units.size else 0
        return cls(
            unit=units,
            value=values,
            values=domain,
            ordered=ordered,
            units=number,
            raters=int(np.count_nonzero(np.bincount(raters))) if raters.size else 0,
            group=None if group is None else _group_of_unit(unit, group, number),
            missing=int(keep.size - np.count_nonzero(keep)),
            rater=raters,
            names=tuple(names),
        )

    @property
    def sizes(self) -> IntArray:
        return np.bincount(self.unit, minlength=self.units)

    @cached_property
    def pattern_of_unit(self) -> tuple[IntArray, int]:
        """The pattern each unit shows (-1 for a unit without answers), and how many there are.

        Where a pattern fits into one number (its counts as digits), that number is a sum over the
        answers, and nothing is sorted. Else the sorted answers of a unit are compared place by
        place, so that two patterns are one only if they are equal: no hash is trusted.
        """
        sizes = self.sizes
        base = int(sizes.max(initial=0)) + 1
        keys = self._digits(base) if base ** len(self.values) <= 2**53 else self._ranks(sizes)
        keys[sizes == 0] = keys.max(initial=0) + 1  # last, so that it can be cut off
        ids, used = encode_integers(keys)
        patterns = used.size - bool((sizes == 0).any())
        ids[ids >= patterns] = -1
        return ids, patterns

    def counts(self) -> IntArray:
        """How often each value stands in each pattern, from one unit that shows it."""
        ids, patterns = self.pattern_of_unit
        shown = np.flatnonzero(ids >= 0)
        example = np.full(patterns, -1, np.int64)
        example[ids[shown]] = shown
        row_of_unit = np.full(self.units, -1, np.int64)
        row_of_unit[example] = np.arange(patterns)
        row = row_of_unit[self.unit]
        width = len(self.values)
        cells = (row * width + self.value)[row >= 0]
        return np.bincount(cells, minlength=patterns * width).reshape(patterns, width)

    def _digits(self, base: int) -> IntArray:
        weight = float(base) ** np.arange(len(self.values))
        sums = np.bincount(self.unit, weights=weight[self.value], minlength=self.units)
        return sums.astype(np.int64)

    def _ranks(self, sizes: IntArray) -> IntArray:
        width = len(self.values) + 1
        answers = np.sort(self.unit * width + self.value) % width
        starts = np.cumsum(sizes) - sizes
        ids = np.zeros(self.units, np.int64)
        for place in range(int(sizes.max(initial=0))):
            has = sizes > place
            ids *= width
            ids[has] += answers[starts[has] + place] + 1
            ids = np.unique(ids, return_inverse=True)[1].astype(np.int64)
        return ids


def _codes(names: Sequence[Any] | AnyArray) -> tuple[IntArray, Sequence[Any] | AnyArray]:
    """A small number for each name, and the names in the order of their numbers."""
    if isinstance(names, np.ndarray) and names.dtype.kind in "iu":
        return encode_integers(names)
    place: dict[Any, int] = {}
    codes = np.fromiter((place.setdefault(n, len(place)) for n in names), np.int64, len(names))
    return codes, list(place)


def _without_repeats(unit: IntArray, rater: IntArray, *, refuse: bool) -> IntArray | None:
    """The places of the last answers in their order; None if there are no repeats."""
    keys = unit * (int(rater.max(initial=0)) + 1) + rater
    ordered = np.sort(keys)
    if not (ordered[1:] == ordered[:-1]).any():
        return None
    places = np.argsort(keys, kind="stable")
    same = keys[places[1:]] == keys[places[:-1]]
    if refuse:
        first = int(np.flatnonzero(same)[0])
        a, b = int(places[first]), int(places[first + 1])
        raise DuplicateRating(int(unit[a]), int(rater[a]), a, b)
    return np.sort(places[np.append(~same, True)])


def _group_of_unit(
    unit: Sequence[Any] | AnyArray, group: Sequence[Any] | AnyArray, units: int
) -> IntArray:
    codes, clusters = _codes(unit)[0], _codes(group)[0]
    groups = np.full(max(units, int(codes.max(initial=-1)) + 1), -1, np.int64)
    groups[codes] = clusters
    if (groups[codes] != clusters).any():
        raise ValueError("A unit stands in two groups.")
    return groups[:units]
