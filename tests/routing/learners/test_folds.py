"""What a model thinks of what it has not learned from."""

from __future__ import annotations

import doctest
from functools import partial

import numpy as np
import pytest

from apps.routing.learners import folds
from apps.routing.learners.folds import folds_of, out_of_sample
from apps.routing.learners.linear import Settings, TooFew, train

TEACH = partial(train, settings=Settings())


def test_examples_of_the_docstrings_are_right() -> None:
    assert doctest.testmod(folds).failed == 0


def test_parts_are_of_one_size_and_no_group_is_in_two_of_them() -> None:
    rng = np.random.default_rng(0)
    group = rng.integers(0, 150, 1_000)
    lot = rng.random(150)[group]

    part = folds_of(group, lot, 5)

    assert all(np.unique(part[group == one]).size == 1 for one in range(150))
    assert np.bincount(part, minlength=5).min() > 150


def test_groups_of_one_lot_stay_whole() -> None:
    group = np.array([1, 2, 1, 2, 3])

    part = folds_of(group, np.full(5, 0.5), 2)

    assert part[0] == part[2]
    assert part[1] == part[3]


def memorable(wrong: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each pair of rows has a feature of its own, by which its label can be learned by heart."""
    rng = np.random.default_rng(1)
    label = np.repeat(rng.integers(0, 2, 200), 2)
    rows = np.zeros((400, 202))
    rows[np.arange(400), label] = 0.5
    rows[np.arange(400), 2 + np.arange(400) // 2] = 1.0
    given = label.copy()
    given[:wrong] = 1 - given[:wrong]
    return rows, given, np.arange(400) // 2


def test_nobody_is_judged_by_a_model_that_learned_from_its_group() -> None:
    """Each pair's label could be learned from the other of it; then wrong labels would be believed."""
    rows, given, group = memorable()
    rng = np.random.default_rng(2)

    together = out_of_sample(rows, given, 2, group, rng.random(200)[group], TEACH)
    apart = out_of_sample(rows, given, 2, np.arange(400), rng.random(400), TEACH)

    assert together[np.arange(40), given[:40]].mean() < 0.2
    assert apart[np.arange(40), given[:40]].mean() > 0.4
    assert np.allclose(together.sum(axis=1), 1, atol=1e-5)


def test_one_group_alone_is_too_little() -> None:
    with pytest.raises(TooFew, match="one group"):
        out_of_sample(np.eye(6), np.arange(6) % 2, 2, np.zeros(6, int), np.full(6, 0.3), TEACH)
