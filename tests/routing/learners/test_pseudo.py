"""Pseudo-labels: that they are right as often as is said, steady, and owe nothing to the hold-out."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from apps.routing.learners.linear import Settings, train
from apps.routing.learners.pseudo import RIGHT, bar_of, gain, self_train, steady


def made(number: int, seed: int, width: int = 60) -> tuple[Any, np.ndarray]:
    """Three labels, each with words of its own among words of all."""
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 3, number)
    rows = np.zeros((number, width), np.float32)
    for at, one in enumerate(label):
        rows[at, 10 * one + rng.integers(0, 10, 3)] = 0.5
        rows[at, 30 + rng.integers(0, 30, 3)] = 0.3
    return sparse.csr_array(rows), label


def test_a_bar_that_is_found_holds_in_nineteen_of_twenty_cases() -> None:
    """However sure the model is, its labels are right in 85 %: less than is wanted."""
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(400):
        sure = rng.uniform(0.8, 1.0, 120)
        found += bar_of(sure, rng.random(120) < RIGHT - 0.05)[0] is not None
    assert found <= 20

    bar, right = bar_of(rng.uniform(0.8, 1.0, 300), rng.random(300) < 0.99)
    assert bar is not None
    assert right.low >= RIGHT


def test_what_is_not_steady_gets_no_label() -> None:
    rows, label = made(120, 1)
    settings, is_held = Settings(), np.arange(120) < 20
    says = train(rows, label, 3, is_held=is_held, settings=settings)
    contrary = train(rows, (label + 1) % 3, 3, is_held=is_held, settings=settings)

    _, sure = steady(says, says, rows, 0)
    _, torn = steady(says, contrary, rows, 0)

    assert (sure > 0).mean() > 0.8
    assert not torn.any()


def test_the_hold_out_is_not_learned_from_and_chooses() -> None:
    rows, label = made(300, 2)
    pool, truth = made(400, 3)
    is_held = np.arange(300) < 120
    settings = Settings()
    says = train(rows, label, 3, is_held=is_held, settings=settings)

    found = self_train(says, rows, label, pool, is_held=is_held, is_stop=is_held, settings=settings)

    assert found.bar is not None
    assert found.says is not None
    assert found.place.size > 50
    assert (truth[found.place] == found.label).mean() > RIGHT
    # No label gets more of them than it has answers to learn from.
    assert (np.bincount(found.label, minlength=3) <= np.bincount(label[~is_held])).all()
    # Of a hold-out whose answers are wrong nothing is shown, so nothing is given.
    wrong = np.where(is_held, (label + 1) % 3, label)
    none = self_train(says, rows, wrong, pool, is_held=is_held, is_stop=is_held, settings=settings)
    assert (none.bar, none.place.size, none.is_better) == (None, 0, False)


def test_a_gain_by_chance_is_none() -> None:
    """Two models that are equally good: the lower limit is above 0 in one case of forty."""
    rng = np.random.default_rng(4)
    better = 0
    for _ in range(400):
        sure = rng.uniform(0.5, 0.95, (2, 80))
        both = [np.column_stack([one, 1 - one]) for one in sure]
        better += gain(both[0], both[1], np.zeros(80, np.int64)).low > 0
    assert better <= 20
