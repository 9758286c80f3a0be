"""From answers to patterns: nothing lost, nothing counted twice, at any number of values."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.agreement.measures import DuplicateRating, LongForm, Patterns
from apps.agreement.measures.arrays import encode, encode_integers

answers = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 6), st.integers(0, 5)),
    unique_by=lambda t: t[:2],
    max_size=40,
)


def plainly(rows: list[tuple[int, int, int]]) -> Counter[tuple[tuple[int, int], ...]]:
    """Patterns by dictionaries: slow and obvious."""
    units: dict[int, Counter[int]] = defaultdict(Counter)
    for unit, _, value in rows:
        units[unit][value] += 1
    return Counter(tuple(sorted(counts.items())) for counts in units.values())


def listed(data: Patterns) -> Counter[tuple[tuple[int, int], ...]]:
    found: Counter[tuple[tuple[int, int], ...]] = Counter()
    for counts, units in zip(data.counts, data.units, strict=True):
        shown = tuple(
            (int(str(value).split(".")[0]), int(n))
            for value, n in zip(data.values, counts, strict=True)
            if n
        )
        found[shown] += int(units)
    return found


@settings(deadline=None)
@given(rows=answers)
def test_patterns_are_those_of_plain_counting(rows: list[tuple[int, int, int]]) -> None:
    unit, rater, value = np.array(rows, np.int64).reshape(-1, 3).T

    assert listed(Patterns.from_long(unit, rater, value)) == plainly(rows)


@settings(deadline=None)
@given(rows=answers)
def test_patterns_too_long_for_one_number_are_the_same(rows: list[tuple[int, int, int]]) -> None:
    """With many declared values the digits do not fit, and the sorted way is taken."""
    unit, rater, value = np.array(rows, np.int64).reshape(-1, 3).T
    many = LongForm.of(unit, rater, value.tolist(), order=list(range(100)))

    assert listed(Patterns.of(many)) == plainly(rows)


def test_groups_hold_each_unit_once() -> None:
    unit, rater = np.repeat(np.arange(6), 2), np.tile([0, 1], 6)
    value = [1, 1, 1, 2, 1, 1, 2, 1, 2, 2, 1, 1]
    group = np.repeat(["a", "a", "b", "b", "b", "c"], 2)

    data = Patterns.from_long(unit, rater, value, group=group)

    assert data.groups is not None
    assert data.groups.number == 3
    table = data.groups.matrix(data.units.size)
    assert table.sum(axis=0).tolist() == data.units.tolist()
    assert sorted(table.sum(axis=1).tolist()) == [1, 2, 3]


def test_a_unit_in_two_groups_is_refused() -> None:
    with pytest.raises(ValueError, match="two groups"):
        Patterns.from_long([1, 1], ["x", "y"], [1, 2], group=["a", "b"])


def test_a_rater_who_answers_twice_is_refused_and_named_by_place() -> None:
    with pytest.raises(DuplicateRating) as raised:
        Patterns.from_long([7, 8, 7], ["x", "x", "x"], [1, 1, 2])

    assert (raised.value.first, raised.value.second) == (0, 2)


def test_the_last_answer_holds_when_asked_for() -> None:
    data = Patterns.from_long([7, 7, 7], ["x", "y", "x"], [1, 2, 2], repeats="last")

    assert data.values == (1.0, 2.0)
    assert data.counts.tolist() == [[0, 2]]


def test_each_answer_counts_when_asked_for() -> None:
    data = Patterns.from_long([7, 7, 7], ["x", "y", "x"], [1, 2, 2], repeats="keep")

    assert data.counts.tolist() == [[1, 2]]
    assert data.raters == 2


def test_missing_answers_are_counted_and_a_unit_of_them_alone_is_none() -> None:
    data = Patterns.from_long([1, 1, 2, 3], ["x", "y", "x", "x"], ["a", "b", None, float("nan")])

    assert data.missing == 2
    assert data.units.tolist() == [1]


def test_the_pattern_of_a_unit_without_answers_does_not_swallow_others() -> None:
    data = Patterns.from_long(
        np.array([0, 1, 2, 3, 3]), np.array([0, 0, 0, 0, 1]), [None, "b", "b", "a", "b"]
    )

    assert sorted(zip(data.counts.tolist(), data.units.tolist(), strict=True)) == [
        ([0, 1], 2),
        ([1, 1], 1),
    ]


def test_values_that_were_not_declared_are_refused() -> None:
    with pytest.raises(ValueError, match="'z' is not one of the declared values"):
        Patterns.from_long([1, 1], ["x", "y"], ["a", "z"], order=["a", "b"])
    with pytest.raises(ValueError, match="twice"):
        Patterns.from_long([1], ["x"], ["a"], order=["a", "a"])


@pytest.mark.parametrize(
    ("values", "domain", "ordered"),
    [
        ([3, 1, 3], (1.0, 3.0), True),
        (np.array([0.5, np.nan, -1.0]), (-1.0, 0.5), True),
        (["b", "a"], ("a", "b"), False),
        ([True, False], (False, True), False),
        ([{"b", "a"}, {"a"}, None], (frozenset("a"), frozenset("ab")), False),
        ([1, "a", None], (1.0, "a"), False),
        ([], (), True),
    ],
)
def test_any_values_have_one_domain(
    values: list[object], domain: tuple[object, ...], ordered: bool
) -> None:
    codes, found, is_ordered = encode(values)

    assert found == domain
    assert is_ordered == ordered
    assert len(codes) == len(values)


def test_integers_far_apart_and_close_together_have_the_same_codes() -> None:
    close = np.array([12, 10, 12, 17])
    far = np.array([10**15 + 2, -(10**15), 10**15 + 2, 10**16])

    assert encode_integers(close)[0].tolist() == encode_integers(far)[0].tolist() == [1, 0, 1, 2]
    assert encode_integers(far)[1].tolist() == [-(10**15), 10**15 + 2, 10**16]


def test_rows_of_a_ledger_are_added_and_numbers_put_in_order() -> None:
    data = Patterns.from_rows([3, 1], [([2, 0], 4), ([2, 0], 1), ([0, 2], 2), ([1, 1], 0)])

    assert data.values == (1.0, 3.0)
    assert data.counts.tolist() == [[0, 2], [2, 0]]
    assert data.units.tolist() == [5, 2]


def test_patterns_refuse_what_is_no_table() -> None:
    with pytest.raises(ValueError, match="one row per pattern"):
        Patterns(values=("a",), counts=np.ones((2, 2), int), units=np.ones(2, int))
    with pytest.raises(ValueError, match="below zero"):
        Patterns(values=("a",), counts=np.full((1, 1), -1), units=np.ones(1, int))
