"""What holds for every aggregator there is, and for each that is added."""

from __future__ import annotations

import doctest
import importlib
from collections.abc import Hashable, Iterator
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.consensus.aggregators import Answers, Form, FormError, Verdicts, aggregators
from apps.consensus.aggregators.letters import LetterOrder, LetterPairs, Letters
from apps.consensus.aggregators.plain import Plain
from apps.consensus.aggregators.strengths import StrengthModel

VALUES: dict[str, list[Hashable]] = {
    "label": ["a", "b", "c"],
    "set": [frozenset(), frozenset("a"), frozenset("bc"), frozenset("abc")],
    "number": [-1.0, 0.0, 2.0, 7.5],
    "distance": ["", "a", "ab", "abcdefgh"],
    "things": ["", "a", "ab", "abcdefgh"],
    "pieces": ["", "a", "ab", "abcdefgh"],
    "order": ["a>b>c", "c>b>a", "a=b>c", "b"],
    "comparison": ["a2/b1", "tie/-", "b1/b2", "bad/a1"],
}
FUSED = {"things", "pieces"}
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
        fuser=Letters() if form in FUSED else None,
        order=LetterOrder() if form == "order" else None,
        comparing=LetterPairs() if form == "comparison" else None,
    )


def winners(verdicts: Verdicts) -> list[set[Hashable]]:
    return [set(verdicts.winners_of(unit)) for unit in range(UNITS)]


def values_of(form: str, answered: list[tuple[int, int, int]]) -> list[set[Hashable]]:
    found: list[set[Hashable]] = [set() for _ in range(UNITS)]
    for unit, _, value in answered:
        found[unit].add(VALUES[form][value % len(VALUES[form])])
    return found


triples = st.lists(
    st.tuples(st.integers(0, UNITS - 2), st.integers(0, 4), st.integers(0, 3)),
    unique_by=lambda t: t[:2],
    max_size=25,
)


@pytest.fixture(autouse=True, scope="module")
def _few_draws() -> Iterator[None]:
    """What holds for every method holds for orders whatever the number of draws; few are faster."""
    with pytest.MonkeyPatch.context() as patch:
        for method in aggregators.values():
            if isinstance(method, StrengthModel):
                patch.setattr(type(method), "draws", 2)
        yield


@pytest.mark.parametrize(("name", "form"), PAIRS)
class TestEveryAggregator:
    @settings(max_examples=10, deadline=None)
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

    @settings(max_examples=10, deadline=None)
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
        assert ((known >= 0) & (known <= 1)).all()
        for unit, given_values in enumerate(values_of(form, answered)):
            if given_values & set(verdicts.winners_of(unit)):  # Else nobody said what won.
                assert verdicts.share[unit] > 0
        assert verdicts.answers.sum() == len(answered)

    @settings(max_examples=8, deadline=None)
    @given(answered=triples, turn=st.permutations(range(5)))
    def test_names_of_raters_do_not_matter(
        self, name: str, form: Form, answered: list[tuple[int, int, int]], turn: list[int]
    ) -> None:
        renamed = [(unit, turn[rater], value) for unit, rater, value in answered]

        first = aggregators[name](of(form, answered), form=form)
        second = aggregators[name](of(form, renamed), form=form)

        np.testing.assert_allclose(first.share, second.share)
        if first.probability is not None and second.probability is not None:
            # Sums in another order may end the steps of a model one sooner.
            np.testing.assert_allclose(first.probability, second.probability, atol=1e-3)

    @settings(max_examples=8, deadline=None)
    @given(answered=triples)
    def test_a_model_says_how_probable_its_winner_is_and_what_it_thinks_of_raters(
        self, name: str, form: Form, answered: list[tuple[int, int, int]]
    ) -> None:
        method, told = aggregators[name], of(form, answered)
        is_plain = isinstance(method, Plain)
        verdicts = (
            method.judge(told, form, method.fit(told, form))
            if isinstance(method, Plain)
            else method(told, form=form)
        )

        assert not is_plain or method(told, form=form).probability is None
        assert (verdicts.probability is not None) == aggregators[name].tells_probability
        if verdicts.probability is not None:
            has = verdicts.answers > 0
            assert np.isnan(verdicts.probability[~has]).all()
            sure = verdicts.probability[has]
            number = np.diff(verdicts.offsets)[has]
            assert ((sure > 0) & (sure <= 1)).all()
            # How much of a fused answer is right is no share of the one thing that is.
            # Several numbers, or sets, can lie within reach of what many would say.
            is_one = form not in FUSED and not (is_plain and form in {"number", "set"})
            assert not is_one or (sure * number <= 1 + 1e-6).all()
        if verdicts.skills is not None:
            given_by = np.bincount([r for _, r, _ in answered], minlength=1)
            np.testing.assert_array_equal(
                verdicts.skills.answers, given_by[: max((r + 1 for _, r, _ in answered), default=0)]
            )
            accuracy = verdicts.skills.accuracy
            np.testing.assert_array_equal(np.isnan(accuracy), verdicts.skills.answers == 0)

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
