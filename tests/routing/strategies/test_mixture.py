"""Mixtures, and what may be concluded from their hold-out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from apps.routing.strategies import Mixture, Part, Pool, strategies
from tests.routing.strategies.pools import pool_of, turned

MARGIN = Part(strategy=strategies["margin"])


def rare_and_unsure(units: int = 4000) -> tuple[Pool, np.ndarray]:
    """One task of five has the rare label, and the model is unsure of just those."""
    rng = np.random.default_rng(8)
    is_rare = rng.random(units) < 0.2
    p = np.clip(np.where(is_rare, 0.5, 0.95) + rng.normal(0, 0.02, units), 0, 1)
    return Pool(units=units, probabilities=np.column_stack([p, 1 - p])), is_rare


def test_hold_out_tells_the_share_of_the_whole_and_the_strategy_does_not() -> None:
    pool, is_rare = rare_and_unsure()

    mixtures = [Mixture(parts=(MARGIN,), exploration=0.2, seed=seed) for seed in range(40)]
    found = [mixture(pool, count=500) for mixture in mixtures]
    told = [is_rare[mixed.order[mixed.is_held_out]].mean() for mixed in found]

    error = np.std(told, ddof=1) / np.sqrt(40)
    assert abs(np.mean(told) - is_rare.mean()) < 3.3 * error
    assert is_rare[found[0].order[~found[0].is_held_out]].mean() > 0.9


def test_shares_are_kept_all_along() -> None:
    parts = (Part(strategy=strategies["margin"], share=3), Part(strategy=strategies["entropy"]))
    mixed = Mixture(parts=parts, exploration=0.25)(pool_of(800, labelled=0), count=400)

    for upto in (40, 200, 400):
        number = np.bincount(mixed.part[:upto] + 1, minlength=3)
        assert abs(number[0] - 0.25 * upto) <= 1
        assert abs(number[1] - 3 * number[2]) <= 3
    assert np.unique(mixed.order).size == 400


def test_no_strategy_ever_chooses_from_the_hold_out() -> None:
    pool = pool_of(100, labelled=0)
    mixture = Mixture(parts=(MARGIN,), exploration=0.3, seed=4)

    mixed = mixture(pool)

    np.testing.assert_array_equal(np.sort(mixed.order), np.arange(100))
    np.testing.assert_array_equal(mixture.hold_out(pool)[mixed.order], mixed.is_held_out)


def test_hold_out_is_the_same_whatever_else_is_in_the_pool_and_in_what_order() -> None:
    pool = pool_of(100)
    mixture = Mixture(parts=(MARGIN,), exploration=0.3, seed=4)
    held = mixture.hold_out(pool)
    turn = np.random.default_rng(0).permutation(100)

    np.testing.assert_array_equal(mixture.hold_out(turned(pool, turn)), held[turn])
    later = replace(pool, labels=np.where(np.arange(100) < 50, 0, -1))
    np.testing.assert_array_equal(mixture.hold_out(later), held)
    assert not mixture(later, count=20).is_held_out.all()


def test_order_of_the_arrays_does_not_matter() -> None:
    pool = pool_of(100)
    turn = np.random.default_rng(0).permutation(100)
    mixture = Mixture(parts=(MARGIN, Part(strategy=strategies["badge"])), exploration=0.2)

    here, there = mixture(pool, count=40), mixture(turned(pool, turn), count=40)

    np.testing.assert_array_equal(here.order, turn[there.order])
    np.testing.assert_array_equal(here.part, there.part)


def test_exploration_alone_and_none_at_all() -> None:
    pool = pool_of(30, labelled=0)

    alone = Mixture(parts=(), exploration=1)(pool, count=10)
    none = Mixture(parts=(MARGIN,), exploration=0)(pool, count=10)

    assert alone.is_held_out.all()
    assert not none.is_held_out.any()
    np.testing.assert_array_equal(none.order, strategies["margin"](pool, count=10))
    assert Mixture(parts=(MARGIN,))(Pool(units=0, probabilities=np.ones((0, 2)))).order.size == 0


def test_what_makes_no_mixture_is_refused() -> None:
    for given, said in (
        ({"parts": (MARGIN,), "exploration": 1.5}, "between 0 and 1"),
        ({"parts": ()}, "needs a strategy"),
        ({"parts": (replace(MARGIN, share=0),)}, "above 0"),
        ({"parts": (Part(strategy=strategies["label_errors"]),)}, "labelled already"),
    ):
        with pytest.raises(ValueError, match=said):
            Mixture(**given)
