"""Means of numbers: by hand, against SciPy's, and of raters with a known bias and error."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from scipy import stats

from apps.annotations.kinds import scales
from apps.annotations.kinds.scales import Scale
from apps.consensus.aggregators import Answers, FormError, aggregators
from apps.consensus.aggregators.calibration import reliability
from apps.consensus.aggregators.em import Rated, climb
from apps.consensus.aggregators.skilled_mean import Errors

BIAS = np.array([0.0, 3.0, -3.0, 0.0, 0.0, 0.0])
ERROR = np.array([1.0, 1.0, 2.0, 2.0, 6.0, 12.0])


def world(units: int = 800, seed: int = 0) -> tuple[Answers, np.ndarray]:
    """Six raters, each with a bias and an error; four answers to each unit, to tenths."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(50, 10, units)
    unit = np.repeat(np.arange(units), 4)
    rater = np.concatenate([rng.choice(6, 4, replace=False) for _ in range(units)])
    said = truth[unit] + BIAS[rater] + ERROR[rater] * rng.normal(size=unit.size)
    values, value = np.unique(said.round(1), return_inverse=True)
    return Answers(
        unit=unit,
        rater=rater,
        value=value,
        values=tuple(values.tolist()),
        units=units,
        scale=Scale(step=2.0),
    ), truth


@pytest.mark.parametrize("trim", [0.0, 0.1, 0.2, 0.34])
def test_trimmed_mean_is_that_of_scipy(trim: float) -> None:
    rng = np.random.default_rng(1)
    said = rng.normal(size=(30, 9)).round(2)
    answers = Answers.of(
        np.repeat(np.arange(30), 9).tolist(),
        np.tile(np.arange(9), 30).tolist(),
        said.ravel().tolist(),
    )

    verdicts = aggregators["trimmed_mean"].using({"trim": trim})(answers, form="number")

    found = np.array([verdicts.winners_of(unit)[0] for unit in range(30)], float)
    np.testing.assert_allclose(found, stats.trim_mean(said, trim, axis=1))


def test_two_answers_are_never_cut_away_and_the_scale_is_kept() -> None:
    answers = Answers.of([1, 1, 2], "xyx", [1, 4, 5], scale=Scale(low=1, high=5, step=1))

    verdicts = aggregators["trimmed_mean"].using({"trim": 0.49})(answers, form="number")

    # The middle of 2 and 3 goes to the even step from 1 on, as it always does.
    assert [verdicts.winners_of(unit) for unit in (0, 1)] == [(3,), (5,)]
    # Nobody said it, so nobody stands behind it.
    assert verdicts.share.tolist() == [0.0, 1.0]


def test_biases_and_errors_are_found() -> None:
    answers, truth = world()

    fitted = aggregators["skilled_mean"].fit(answers, "number")  # type: ignore[attr-defined]

    bias, variance = fitted.raters.T
    # All together may be off by as much as their mean is.
    np.testing.assert_allclose(bias - bias.mean(), BIAS - BIAS.mean(), atol=1.2)
    np.testing.assert_allclose(np.sqrt(variance), ERROR, rtol=0.2)
    assert fitted.has_converged
    assert (fitted.skills.accuracy.argmax(), fitted.skills.accuracy.argmin()) == (0, 5)
    assert truth.std() == pytest.approx(np.sqrt(fitted.common[1]), rel=0.1)


def test_who_knows_the_raters_is_nearer_to_the_truth() -> None:
    answers, truth = world()

    def error(name: str) -> float:
        verdicts = aggregators[name](answers, form="number")
        told = [np.mean([float(str(x)) for x in verdicts.winners_of(u)]) for u in range(truth.size)]
        return float(np.sqrt(np.mean((np.array(told) - truth) ** 2)))

    assert error("skilled_mean") < 0.6 * error("trimmed_mean")
    assert error("skilled_mean") < 0.6 * error("majority_vote")


def test_the_truth_lies_within_the_tolerance_as_often_as_is_said() -> None:
    answers, truth = world(units=3_000)

    verdicts = aggregators["skilled_mean"](answers, form="number")

    told = np.array([verdicts.winners_of(u)[0] for u in range(truth.size)], float)
    assert answers.scale.tolerance == 1.0
    right = (np.abs(told - truth) <= 1.0).astype(float)
    assert verdicts.probability is not None
    found = reliability(verdicts.probability, right)
    assert found.ece < 0.06
    assert 0.3 < right.mean() < 0.8


def test_the_likelihood_of_errors_is_that_of_a_normal_distribution_and_never_falls() -> None:
    answers, _ = world(units=40)
    rated = Rated(answers)
    model = Errors(rated, smoothing=2.0)
    fit = climb(model.step)
    known = model.known

    last = model.step() - model._of_priors()

    said = np.array(answers.values, float)[rated.value]
    plain = 0.0
    for unit in range(40):
        mine = rated.unit == unit
        who = rated.rater[mine]
        covariance = np.diag(known.variance[who]) + known.spread
        plain += stats.multivariate_normal(known.centre + known.bias[who], covariance).logpdf(
            said[mine]
        )
    assert last == pytest.approx(plain)
    assert fit.steps > 3
    assert (np.diff(fit.likelihoods) > -1e-6).all()


def test_a_single_unit_is_judged_as_among_all() -> None:
    answers, _ = world(units=50)
    method = aggregators["skilled_mean"]
    fitted = method.fit(answers, "number")  # type: ignore[attr-defined]
    together = method(answers, form="number")
    mine = answers.unit == 7
    values = tuple(np.array(answers.values)[answers.value[mine]].tolist())
    alone = Answers(
        unit=np.zeros(4, np.int64),
        rater=answers.rater[mine],
        value=np.arange(4),
        values=values,
        units=1,
        scale=answers.scale,
    )

    verdicts = method.judge(alone, "number", fitted)  # type: ignore[attr-defined]

    assert verdicts.winners_of(0) == together.winners_of(7)
    assert verdicts.probability is not None
    assert together.probability is not None
    assert verdicts.probability[0] == together.probability[7]


def test_the_end_of_a_scale_has_what_lies_beyond() -> None:
    scale = Scale(low=1, high=5, step=1)
    unit, rater = np.repeat(np.arange(30), 3), np.tile(np.arange(3), 30)
    value = np.where(unit % 2 == 0, 4, 0)
    answers = Answers(
        unit=unit, rater=rater, value=value, values=(1, 2, 3, 4, 5), units=30, scale=scale
    )

    verdicts = aggregators["skilled_mean"](answers, form="number")

    assert [verdicts.winners_of(u) for u in (0, 1)] == [(5,), (1,)]
    assert verdicts.probability is not None
    assert (verdicts.probability > 0.99).all()


def test_where_nothing_says_what_is_near_the_spread_of_truths_does() -> None:
    answers, _ = world()
    plain = Answers(
        unit=answers.unit,
        rater=answers.rater,
        value=answers.value,
        values=answers.values,
        units=answers.units,
    )

    fitted = aggregators["skilled_mean"].fit(plain, "number")  # type: ignore[attr-defined]

    assert fitted.common[2] == pytest.approx(0.1 * np.sqrt(fitted.common[1]))
    assert Scale().credit(1, 2) is None


@pytest.mark.parametrize("name", ["trimmed_mean", "skilled_mean"])
def test_what_is_no_number_is_refused(name: str) -> None:
    with pytest.raises(FormError, match="no numbers"):
        aggregators[name](Answers.of([1], "x", ["a"]), form="number")


def test_a_scale_allows_its_steps_within_its_ends() -> None:
    assert doctest.testmod(scales).failed == 0
    assert Scale(low=0, high=1, step=0.3).nearest([0.29, 0.99]).tolist() == [0.3, 0.9]
    assert Scale(low=0, high=10, step=1).tolerance == 0.5
    assert Scale(low=0, high=100, step=1).tolerance == 5
    assert Scale(low=0, high=10, step=1).credit(3, 3.5) == 1
    assert Scale(low=0, high=10, step=1).credit(3, 4) == 0
