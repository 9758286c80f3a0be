"""Figures of models in use: their limits hold what is so, and alarms are as rare as is said."""

from __future__ import annotations

import numpy as np
import pytest

from apps.quality.measures.shares import share_of
from apps.routing.actions.drifting import RATE, bar_of
from apps.routing.learners.figures import calibration_error
from apps.routing.learners.in_use import (
    BinCell,
    accuracy_of,
    bounds_of,
    by_week,
    calibration_of,
    chance_of_fall,
    labels_of,
)


@pytest.mark.parametrize("accuracy", [0.6, 0.9, 0.98])
def test_the_limits_of_accuracy_hold_it_in_95_of_100_cases(accuracy: float) -> None:
    rng = np.random.default_rng(1)
    held = 0
    for right in rng.binomial(300, accuracy, 2_000):
        told = accuracy_of([("w", "a", "a", int(right)), ("w", "a", "b", 300 - int(right))])
        assert told.low is not None
        assert told.high is not None
        held += told.low <= accuracy <= told.high

    assert 0.93 <= held / 2_000 <= 0.985


def bins(number: int, gap: float, rng: np.random.Generator) -> tuple[list[BinCell], float]:
    """Of a model that is right less often than it says by `gap`; and its true error in bins."""
    said = rng.uniform(0.5, 1, number)
    chance = said - gap
    right = rng.random(number) < chance
    place = np.minimum((said * 10).astype(int), 9)
    cells: list[BinCell] = []
    true = 0.0
    for which in np.unique(place):
        inside = place == which
        n, hits = int(inside.sum()), int(right[inside].sum())
        cells.append(("w", int(which), n, hits, float(said[inside].sum())))
        true += n / number * abs(float(said[inside].mean() - chance[inside].mean()))
    return cells, true


@pytest.mark.proof
@pytest.mark.parametrize("gap", [0.0, 0.05, 0.2])
@pytest.mark.parametrize("number", [60, 1_000])
def test_the_limits_of_the_calibration_error_hold_it(number: int, gap: float) -> None:
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(300):
        cells, true = bins(number, gap, rng)
        error = calibration_of(cells).error
        assert error.low is not None
        assert error.high is not None
        held += error.low - 1e-12 <= true <= error.high

    assert held / 300 >= 0.95


def test_the_calibration_error_is_that_of_single_predictions() -> None:
    """The second way to the same figure: `calibration_error` reads predictions one by one."""
    rng = np.random.default_rng(3)
    said = rng.uniform(0.5, 1, 500)
    right = rng.random(500) < said
    place = np.minimum((said * 10).astype(int), 9)
    cells: list[BinCell] = [
        ("w", int(p), 1, int(r), float(s)) for p, r, s in zip(place, right, said, strict=True)
    ]

    both = np.column_stack([said, 1 - said])
    single = calibration_error(both, np.where(right, 0, 1))

    assert calibration_of(cells).error.value == pytest.approx(single)


def test_labels_are_counted_as_said_and_as_so() -> None:
    found = {one.label: one for one in labels_of([("w", "a", "a", 6), ("w", "a", "b", 2), ("w", "c", "b", 1)])}  # fmt: skip

    assert (found["a"].said, found["a"].true, found["a"].precision.value) == (8, 6, 0.75)
    assert (found["b"].said, found["b"].recall.value, found["b"].precision.value) == (0, 0.0, None)
    assert found["c"].recall.value is None


def test_bounds_hold_whatever_is_missing() -> None:
    assert bounds_of(share_of(80, 100), 100) == (0.4, 0.9)
    assert bounds_of(share_of(80, 100), 0) is None
    assert bounds_of(share_of(0, 0), 7) is None


def test_weeks_come_in_their_order() -> None:
    weeks = by_week([("2026-02-02", "a", "a", 1), ("2026-01-26", "a", "b", 2)])

    assert [(week, told.value, told.n) for week, told in weeks] == [
        ("2026-01-26", 0.0, 2),
        ("2026-02-02", 1.0, 1),
    ]


def alarms_of(
    accuracy: float, now: float, looks: int, projects: int, rng: np.random.Generator
) -> float:
    """In which share of projects any of the looks alarms: 200 predictions each, against all before."""
    found = 0
    for _ in range(projects):
        before_right, before_n = int(rng.binomial(200, accuracy)), 200
        for look in range(1, looks + 1):
            right = int(rng.binomial(200, now))
            if chance_of_fall(right, 200, before_right, before_n) <= bar_of(look):
                found += 1
                break
            before_right, before_n = before_right + right, before_n + 200
    return found / projects


@pytest.mark.proof
def test_false_alarms_of_many_looks_stay_below_the_rate() -> None:
    rate = alarms_of(0.9, 0.9, 30, 600, np.random.default_rng(4))

    assert 0 < rate <= RATE + 0.01


def test_a_true_fall_is_found() -> None:
    assert alarms_of(0.92, 0.8, 3, 200, np.random.default_rng(5)) > 0.9


def test_the_same_bar_at_each_look_would_alarm_falsely() -> None:
    """What the spending of the rate prevents."""
    rng, found = np.random.default_rng(6), 0
    for _ in range(200):
        before_right, before_n = int(rng.binomial(200, 0.9)), 200
        for _ in range(30):
            right = int(rng.binomial(200, 0.9))
            if chance_of_fall(right, 200, before_right, before_n) <= RATE:
                found += 1
                break
            before_right, before_n = before_right + right, before_n + 200

    assert found / 200 > 0.25
