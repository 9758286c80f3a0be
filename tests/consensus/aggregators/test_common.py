"""What holds for every aggregator there is, and for each that is added."""

from __future__ import annotations

import doctest
import importlib
from collections.abc import Hashable
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.consensus.aggregators import Answers, Form, FormError, Verdicts, aggregators

VALUES: dict[str, list[Hashable]] = {
    "label": ["a", "b", "c"],
    "set": [frozenset(), frozenset("a"), frozenset("bc"), frozenset("abc")],
    "number": [-1.0, 0.0, 2.0, 7.5],
    "distance": ["", "a", "ab", "abcdefgh"],
}
PAIRS = [(name, form) for name in sorted(aggregators) for form in sorted(aggregators[name].forms)]
UNITS = 6


def of(form: str, triples: list[tuple[int, int, int]]) -> Answers:
    unit, rater, value = np.array(triples, np.int64).reshape(-1, 3).T
    values = VALUES[form]
    return Answers(
        unit=unit,
        rater=rater,
        value=value % len(values),
        values=tuple(values),
        units=UNITS,
        distance=(lambda a, b: abs(len(str(a)) - len(str(b))) / 8) if form == "distance" else None,
    )


def winners(verdicts: Verdicts) -> list[set[Hashable]]:
    return [set(verdicts.winners_of(unit)) for unit in range(UNITS)]


triples = st.lists(
    st.tuples(st.integers(0, UNITS - 2), st.integers(0, 4), st.integers(0, 3)),
    unique_by=lambda t: t[:2],
    max_size=25,
)


@pytest.mark.parametrize(("name", "form"), PAIRS)
class TestEveryAggregator:
    @settings(max_examples=50, deadline=None)
    @given(answered=triples, seed=st.integers(0, 99))
    def test_order_of_answers_does_not_matter(
        self, name: str, form: Form, answered: list[tuple[int, int, int]], seed: int
    ) -> None:
        order = np.random.default_rng(seed).permutation(len(answered))
        shuffled = [answered[i] for i in order]

        first = aggregators[name](of(form, answered), form=form)
        second = aggregators[name](of(form, shuffled), form=form)

        assert winners(first) == winners(second)
        np.testing.assert_array_equal(first.share, second.share)

    @settings(max_examples=50, deadline=None)
    @given(answered=triples)
    def test_winners_exist_exactly_where_there_are_answers(
        self, name: str, form: Form, answered: list[tuple[int, int, int]]
    ) -> None:
        verdicts = aggregators[name](of(form, answered), form=form)

        given_to = {unit for unit, _, _ in answered}
        for unit in range(UNITS):
            found = verdicts.winners_of(unit)
            assert bool(found) == (unit in given_to)
            assert verdicts.is_tie[unit] == (len(found) > 1)
            assert len(set(found)) == len(found)
        known = verdicts.share[~np.isnan(verdicts.share)]
        assert known.size == len(given_to)
        assert ((known > 0) & (known <= 1)).all()
        assert verdicts.answers.sum() == len(answered)

    def test_what_all_say_wins_with_everything_behind_it(self, name: str, form: Form) -> None:
        for place, value in enumerate(VALUES[form]):
            verdicts = aggregators[name](of(form, [(0, r, place) for r in range(3)]), form=form)

            assert verdicts.winners_of(0) == (value,)
            assert verdicts.share[0] == 1.0


@pytest.mark.parametrize("name", sorted(aggregators))
def test_says_who_it_is_and_refuses_what_it_cannot_take(name: str) -> None:
    aggregator = aggregators[name]

    assert aggregator.name == name == type(aggregator).__module__.rsplit(".", 1)[1]
    assert aggregator.label
    assert "(" in aggregator.reference
    assert aggregator.forms <= set(get_args(Form))
    with pytest.raises(FormError):
        aggregator(of("label", []), form="no such form")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(aggregators))
def test_examples_of_the_docstrings_are_right(name: str) -> None:
    module = importlib.import_module(f"apps.consensus.aggregators.{name}")

    result = doctest.testmod(module)

    assert result.failed == 0
    assert result.attempted > 0


def test_example_of_the_package_is_right() -> None:
    assert doctest.testmod(importlib.import_module("apps.consensus.aggregators")).failed == 0
