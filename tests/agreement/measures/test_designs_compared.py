"""How many answers each, where answers can only be compared: as when the answers are counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from apps.agreement.measures import Patterns, designs, distances, measures, outlook
from apps.agreement.measures.designs_compared import compared_designs

ALPHA = measures["krippendorff_alpha"]


def answers(tasks: int, raters: int, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, (tasks, 1))
    guess = rng.integers(0, 3, (tasks, raters))
    return np.where(rng.random((tasks, raters)) < 0.75, truth, guess)


def test_labels_that_are_held_against_each_other_need_what_counted_ones_need() -> None:
    table = answers(150, 4, seed=1)
    unit = np.repeat(np.arange(150), 4).tolist()
    apart = distances(
        unit, [*range(4)] * 150, table.reshape(-1).tolist(), lambda a, b: float(a != b)
    )

    counted = designs(ALPHA, Patterns.from_matrix(table.T), width=0.1)
    compared = compared_designs(ALPHA, apart, width=0.1)

    assert (compared.most, compared.told_by) == (counted.most, counted.told_by) == (4, 150)
    for one, other in zip(compared.designs, counted.designs, strict=True):
        assert one.answers_each == other.answers_each
        # That chance is told by pairs moves it a little.
        assert one.spread == pytest.approx(other.spread, rel=0.12)


def test_groups_take_so_many_times_more_and_pairs_tell_nothing() -> None:
    table = answers(60, 3, seed=2)
    unit = np.repeat(np.arange(60), 3).tolist()
    apart = distances(
        unit, [*range(3)] * 60, table.reshape(-1).tolist(), lambda a, b: float(a != b)
    )
    pairs = distances(
        np.repeat(np.arange(60), 2).tolist(),
        [0, 1] * 60,
        table[:, :2].reshape(-1).tolist(),
        lambda a, b: float(a != b),
    )

    alone, grouped = (compared_designs(ALPHA, apart, width=0.1, by_groups=g) for g in (1, 4))

    for one, other in zip(alone.designs, grouped.designs, strict=True):
        assert other.spread == pytest.approx(2 * one.spread)
    reason = compared_designs(ALPHA, pairs, width=0.1).reason
    assert reason is not None
    assert reason.code == "only_pairs"


def test_with_all_answers_the_spread_is_that_of_the_figure() -> None:
    table = answers(80, 3, seed=3)
    unit = np.repeat(np.arange(80), 3).tolist()
    apart = distances(
        unit, [*range(3)] * 80, table.reshape(-1).tolist(), lambda a, b: float(a != b)
    )

    made = compared_designs(ALPHA, apart, width=0.1)

    assert made.designs[-1].spread == pytest.approx(outlook(ALPHA, apart.compared).spread)
