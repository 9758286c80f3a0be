"""Probabilities against what is the case: measured, and put right where that helps."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from apps.consensus.aggregators import Answers, aggregators, calibration, comparing, skills
from apps.consensus.aggregators.calibration import recalibrated, recalibration, reliability
from apps.consensus.aggregators.em import LabelModel
from apps.consensus.aggregators.held_out import foreseen
from apps.consensus.aggregators.skills import by_label, wilson


def drawn(size: int, *, seed: int, true_of: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Said, and what is the case with the probability whose log odds are `true_of` times said's."""
    rng = np.random.default_rng(seed)
    said = rng.uniform(0.4, 0.995, size)
    odds = (said / (1 - said)) ** true_of
    return said, (rng.random(size) < odds / (1 + odds)).astype(float)


@pytest.mark.parametrize("module", [calibration, comparing, skills])
def test_examples_of_the_docstrings_are_right(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]

    assert (result.failed, result.attempted > 0) == (0, True)


def test_what_is_right_as_often_as_said_has_a_small_error() -> None:
    found = reliability(*drawn(20_000, seed=1))

    assert found.ece < 0.015
    assert found.ece_low <= found.ece <= found.ece_high
    assert found.brier_low < found.brier < found.brier_high
    assert sum(each.units for each in found.bins) == 20_000
    assert all(each.low <= each.right <= each.high for each in found.bins)
    assert recalibration(*drawn(20_000, seed=1)) is None


def test_brier_and_ece_by_hand() -> None:
    """Two of three right at .6, one of one at 1: gaps of 1/15 and 0; errors of .16, .16, .36, 0."""
    found = reliability(np.array([0.6, 1.0, 0.6, 0.6]), np.array([1.0, 1.0, 1.0, 0.0]))

    assert found.brier == pytest.approx((0.16 + 0.16 + 0.36) / 4)
    assert found.ece == pytest.approx(3 / 4 * (2 / 3 - 0.6))
    assert [each.units for each in found.bins] == [3, 1]


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.proof) for seed in range(1, 5))]
)
@pytest.mark.parametrize("size", [150, 2_000])
def test_one_who_is_too_sure_is_put_right(seed: int, size: int) -> None:
    said, right = drawn(size, seed=seed, true_of=0.1)
    learned = recalibration(said, right)
    fresh_said, fresh_right = drawn(50_000, seed=100 + seed, true_of=0.1)

    before = reliability(fresh_said, fresh_right).ece
    after = reliability(recalibrated(learned, fresh_said), fresh_right).ece

    assert learned is not None
    assert before > 0.1
    assert after < (0.03 if size == 2_000 else 0.09)


def test_steps_are_those_of_isotonic_regression_but_for_the_ends() -> None:
    said, right = drawn(3_000, seed=3, true_of=0.5)
    found = calibration.FITS["steps"](said, right)

    there = IsotonicRegression(out_of_bounds="clip").fit(said, right).predict(said)

    np.testing.assert_allclose(recalibrated(found, said), there, atol=0.12)
    assert np.abs(recalibrated(found, said) - there).mean() < 0.004
    assert (np.diff(found["right"]) >= -0.05).all()


def test_few_known_answers_change_nothing() -> None:
    assert recalibration(*drawn(49, seed=0, true_of=0.1)) is None


def test_a_mean_of_many_different_values_has_limits_too() -> None:
    values = np.random.default_rng(0).normal(0.5, 1, 5_000)

    low, high = comparing.mean_limits(values, seed=0)

    assert high - low == pytest.approx(2 * 1.96 / np.sqrt(5_000), rel=0.05)


def test_wilson_is_wilson_and_doubt_makes_it_wider() -> None:
    low, high = wilson(np.array([0.5]), np.array([10.0]))
    low_2, high_2 = wilson(np.array([0.5]), np.array([10.0]), np.array([0.025]))
    none = wilson(np.array([0.5]), np.array([0.0]))

    np.testing.assert_allclose([low[0], high[0]], [0.2366, 0.7634], atol=1e-4)
    assert low_2[0] < low[0]
    assert high_2[0] > high[0]
    assert (none[0][0], none[1][0]) == (0.0, 1.0)


def test_a_label_that_was_never_met_has_no_share() -> None:
    share, low, high = by_label(np.array([[4.0, 0.0]]), np.array([[5.0, 0.0]]))

    assert share[0, 0] == 0.8
    assert np.isnan(share[0, 1])
    assert (low[0, 1], high[0, 1]) == (0.0, 1.0)


def world(model: str, *, units: int = 3_000, seed: int = 0) -> Answers:
    """Raters who answer as the model supposes."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, units)
    unit = np.repeat(np.arange(units), 4)
    rater = np.concatenate([rng.choice(12, 4, replace=False) for _ in range(units)])
    skill = rng.uniform(0.4, 0.9, 12)
    value = np.where(
        rng.random(unit.size) < skill[rater], truth[unit], rng.integers(0, 3, unit.size)
    )
    return Answers(unit=unit, rater=rater, value=value, values=(0, 1, 2), units=units)


@pytest.mark.parametrize("name", ["dawid_skene", "one_coin", "mace", "glad"])
def test_a_model_foresees_answers_as_often_as_it_says_where_it_is_right_of_the_world(
    name: str,
) -> None:
    model, answers = aggregators[name], world(name)
    assert isinstance(model, LabelModel)

    said, right = foreseen(model, answers, model.fit(answers, "label"))

    found = reliability(said, right)
    assert said.size == answers.unit.size
    assert found.ece < 0.03


def test_one_who_copies_makes_a_model_too_sure_of_what_it_has_not_seen() -> None:
    """Every second answer repeats the one before it; a model takes the two for independent."""
    answers = world("one_coin")
    value = answers.value.copy()
    value[1::4] = value[0::4]
    copied = Answers(
        unit=answers.unit, rater=answers.rater, value=value, values=(0, 1, 2), units=answers.units
    )
    model = aggregators["one_coin"]
    assert isinstance(model, LabelModel)

    said, right = foreseen(model, copied, model.fit(copied, "label"))

    assert reliability(said, right).ece > 0.03


def test_answers_that_stand_alone_tell_nothing() -> None:
    model = aggregators["mace"]
    assert isinstance(model, LabelModel)
    answers = Answers.of([1, 2, 3], list("xyz"), list("aba"))

    assert foreseen(model, answers, model.fit(answers, "label")).said.size == 0
