"""Limits of numbers: as often right as they say, by simulation; by hand; and undefined where they are."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from apps.annotations.kinds.scales import Scale
from apps.consensus.aggregators import Answers, Verdicts, aggregators, limits
from tests.consensus.aggregators.test_numbers import world

UNITS = 4_000
Draw = Callable[[np.random.Generator, int], np.ndarray]
NORMAL: Draw = lambda rng, n: rng.normal(50, 10, n)  # noqa: E731
SKEWED: Draw = lambda rng, n: rng.exponential(10, n)  # noqa: E731
SLIPS: Draw = lambda rng, n: rng.standard_t(3, n) * 5 + 50  # noqa: E731
POINTS: Draw = lambda rng, n: np.clip(np.round(rng.normal(3.3, 1, n)), 1, 5)  # noqa: E731


def drawn(draw: Draw, answers: int, scale: Scale, seed: int = 0) -> Answers:
    """Units whose answers all come from one distribution."""
    said = draw(np.random.default_rng(seed), UNITS * answers).astype(float)
    values, value = np.unique(said, return_inverse=True)
    unit = np.repeat(np.arange(UNITS), answers)
    return Answers(
        unit=unit, rater=np.tile(np.arange(answers), UNITS), value=value.astype(np.int64),
        values=tuple(values.tolist()), units=UNITS, scale=scale,
    )  # fmt: skip


def covered(verdicts: Verdicts, truth: float | np.ndarray) -> float:
    assert verdicts.low is not None
    assert verdicts.high is not None
    held = (verdicts.low <= truth + 1e-9) & (truth - 1e-9 <= verdicts.high)
    return float(held[~np.isnan(verdicts.low)].mean())


def no_limits(verdicts: Verdicts) -> np.ndarray:
    assert verdicts.low is not None
    return np.isnan(verdicts.low)


@pytest.mark.parametrize("answers", [6, 9, 20])
@pytest.mark.parametrize(
    ("draw", "median", "scale"),
    [
        (NORMAL, 50, Scale()),
        (SKEWED, 10 * np.log(2), Scale()),
        (POINTS, 3, Scale(low=1, high=5, step=1)),
    ],
)
def test_limits_of_a_median_hold_at_least_as_often_as_they_say(
    draw: Draw, median: float, scale: Scale, answers: int
) -> None:
    verdicts = aggregators["majority_vote"](drawn(draw, answers, scale), form="number")

    assert covered(verdicts, median) > 0.94
    assert not no_limits(verdicts).any()


@pytest.mark.parametrize("answers", [3, 5, 10])
@pytest.mark.parametrize(
    ("draw", "scale"),
    [
        (NORMAL, Scale()),
        (SLIPS, Scale()),
        (POINTS, Scale(low=1, high=5, step=1)),
    ],
)
def test_limits_of_a_trimmed_mean_hold_about_as_often_as_they_say(
    draw: Draw, scale: Scale, answers: int
) -> None:
    many = np.sort(draw(np.random.default_rng(9), 1_000_000))
    # What of these distributions the trimmed mean of so many answers is on average.
    cut = int(0.2 * answers)
    truth = float(stats.trim_mean(many, cut / answers))

    verdicts = aggregators["trimmed_mean"](drawn(draw, answers, scale), form="number")

    assert 0.91 < covered(verdicts, truth) < 0.995


def test_limits_of_a_skill_weighted_mean_hold_as_often_as_they_say() -> None:
    answers, truth = world(units=3_000)
    # What all err in alike nobody sees: the biases' mean is nobody's fault.
    verdicts = aggregators["skilled_mean"](answers, form="number")
    exact = (verdicts.low + verdicts.high) / 2

    common = float(np.mean(exact - truth))

    assert 0.93 < covered(verdicts, truth + common) < 0.97
    assert abs(common) < 0.5


def test_limits_of_a_trimmed_mean_are_students_where_nothing_is_cut_off() -> None:
    rng = np.random.default_rng(2)
    said = rng.normal(size=7)
    answers = Answers.of([0] * 7, range(7), said.tolist())

    verdicts = aggregators["trimmed_mean"].using({"trim": 0.0})(answers, form="number")

    told = stats.ttest_1samp(said, 0).confidence_interval(0.95)
    assert (verdicts.low[0], verdicts.high[0]) == pytest.approx((told.low, told.high))


def test_where_nothing_can_be_told_there_are_no_limits_and_the_reason_is_said() -> None:
    median, trimmed = aggregators["majority_vote"], aggregators["trimmed_mean"]
    five = Answers.of([0] * 5 + [1], [*range(5), 0], [4, 4, 4, 4, 4, 2])

    assert no_limits(median(five, form="number")).all()
    assert median.why_no_limits(5) == "A median has limits from 6 answers on."
    assert no_limits(trimmed(five, form="number")).all()
    assert "the same" in trimmed.why_no_limits(5)
    assert "One answer" in trimmed.why_no_limits(1)
    # A step says how far two may lie apart though they say the same.
    stepped = trimmed(replace(five, scale=Scale(low=1, high=5, step=1)), form="number")
    assert 3 < stepped.low[0] < 4 < stepped.high[0] < 5
    assert np.isnan(stepped.low[1])


def test_examples_are_right() -> None:
    assert doctest.testmod(limits).failed == 0
