"""What holds for every strategy there is, and for each that is added."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import apps.routing.strategies as package
from apps.routing.strategies import CannotRank, Pool, strategies
from apps.routing.strategies.base import HOLDINGS, ParameterError
from tests.routing.strategies.pools import pool_of, turned, without

NAMES = sorted(strategies)
MODULES = sorted(module.name for module in pkgutil.iter_modules(package.__path__))


@pytest.mark.parametrize("name", NAMES)
class TestEveryStrategy:
    @settings(max_examples=15, deadline=None)
    @given(units=st.integers(0, 40), labelled=st.integers(1, 10), seed=st.integers(0, 99))
    def test_gives_each_candidate_once(
        self, name: str, units: int, labelled: int, seed: int
    ) -> None:
        pool = pool_of(units, labelled=min(units, labelled), seed=seed)
        if strategies[name].why_not(pool):
            return

        order = strategies[name](pool, seed=seed)

        assert order.dtype == np.int64
        np.testing.assert_array_equal(np.sort(order), strategies[name].candidates(pool))

    @settings(max_examples=15, deadline=None)
    @given(units=st.integers(12, 40), seed=st.integers(0, 99))
    def test_order_of_the_arrays_does_not_matter(self, name: str, units: int, seed: int) -> None:
        pool = pool_of(units, seed=seed)
        turn = np.random.default_rng(seed).permutation(units)

        here = strategies[name](pool, count=10, seed=seed)
        there = strategies[name](turned(pool, turn), count=10, seed=seed)

        np.testing.assert_array_equal(here, turn[there])

    def test_same_seed_gives_the_same_and_a_count_never_more_than_there_are(
        self, name: str
    ) -> None:
        pool = pool_of(30, seed=2)

        once, again = (strategies[name](pool, count=4, seed=9) for _ in range(2))

        np.testing.assert_array_equal(once, again)
        assert strategies[name](pool, count=0).size == 0
        assert strategies[name](pool, count=999).size == strategies[name].candidates(pool).size
        with pytest.raises(ValueError, match="below 0"):
            strategies[name](pool, count=-1)

    def test_only_what_is_open_is_chosen(self, name: str) -> None:
        is_open = np.zeros(30, np.bool_)
        is_open[[3, 8, 20]] = True
        pool = replace(pool_of(30), is_open=is_open)

        order = strategies[name](pool)

        if not strategies[name].ranks_labelled:
            assert set(order.tolist()) == {3, 8, 20}

    def test_tasks_that_are_equal_are_drawn_by_lot(self, name: str) -> None:
        pool = pool_of(24, labelled=4)
        equal = [0] * 24
        pool = replace(
            pool,
            probabilities=pool.probabilities[equal],
            features=pool.features[equal],
            committee=pool.committee[:, equal],
            answers=pool.answers[equal],
            votes=pool.votes[equal],
            strata=pool.strata[equal],
            seconds=pool.seconds[equal],
            labels=np.where(pool.labels < 0, -1, 0),
        )

        orders = {tuple(strategies[name](pool, seed=seed).tolist()) for seed in range(5)}

        assert len(orders) == (1 if name == "in_order" else 5)

    def test_one_label_leaves_nothing_to_decide_but_an_order_all_the_same(self, name: str) -> None:
        pool = pool_of(20, labels=1, labelled=4)

        order = strategies[name](pool)

        np.testing.assert_array_equal(np.sort(order), strategies[name].candidates(pool))

    def test_tasks_unknown_to_the_model_come_last(self, name: str) -> None:
        strategy = strategies[name]
        if not strategy.needs & {"probabilities", "committee"}:
            return
        pool = pool_of(20, labelled=0)
        if strategy.ranks_labelled or strategy.lacks(pool):
            pool = replace(pool, labels=np.where(np.arange(20) < 10, 1, -1))
        strange = strategy.candidates(pool)[:3]
        for array in (pool.probabilities, pool.committee[0]):
            array[strange] = np.nan

        order = strategy(pool, count=None)

        assert set(order[-3:].tolist()) == set(strange.tolist())

    def test_says_what_it_needs(self, name: str) -> None:
        strategy = strategies[name]
        for need in strategy.needs:
            # Some say it in their own words.
            missing = "how often each annotator is right" if need == "skills" else HOLDINGS[need]
            with pytest.raises(CannotRank, match=missing):
                strategy(without(pool_of(5), need, "prices"))

    def test_says_who_it_is(self, name: str) -> None:
        strategy = strategies[name]

        assert strategy.name == name == type(strategy).__module__.rsplit(".", 1)[1]
        assert strategy.needs <= set(HOLDINGS)
        assert "(" in strategy.reference
        for text in (strategy.label, strategy.summary, strategy.advice):
            assert text
        assert ">>>" in (type(strategy).__doc__ or "")

    def test_takes_its_parameters_within_their_limits(self, name: str) -> None:
        strategy = strategies[name]
        for key, known in strategy.parameters.items():
            assert known.low <= getattr(strategy, key) <= known.high
            other = strategy.using(**{key: known.high})
            assert getattr(other, key) == known.high
            assert strategies[name] is strategy
            with pytest.raises(ParameterError, match="between"):
                strategy.using(**{key: known.high + 1})
        with pytest.raises(ParameterError, match="no parameter"):
            strategy.using(nonsense=1)


@pytest.mark.parametrize("module", MODULES)
def test_examples_of_the_docstrings_are_right(module: str) -> None:
    assert doctest.testmod(importlib.import_module(f"{package.__name__}.{module}")).failed == 0


def test_example_of_the_package_is_right() -> None:
    assert doctest.testmod(package).failed == 0


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"keys": np.array([1, 1, 2])}, "not unique"),
        ({"probabilities": np.ones((2, 2))}, "3 units"),
        ({"probabilities": np.ones(3)}, "2 dimensions"),
        ({"committee": np.ones((2, 4, 2))}, "3 units"),
        ({"probabilities": np.ones((3, 2)), "votes": np.ones((3, 4))}, "same labels"),
        ({"probabilities": np.ones((3, 2)), "labels": np.array([0, 2, -1])}, "outside"),
        ({"skills": np.ones(3)}, "annotators x labels"),
        ({"skills": np.ones((2, 2)), "prices": np.ones(3)}, "each annotator"),
        ({"skills": np.ones((2, 2)), "paces": np.array([1.0, 0.0])}, "above 0"),
    ],
)
def test_a_pool_whose_arrays_do_not_fit_is_refused(
    given_: dict[str, np.ndarray], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Pool(units=3, **given_)
