"""Learning curves, and whether to stop: what is foretold comes true, or is not foretold."""

from __future__ import annotations

import doctest
import importlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import curve_fit
from sklearn.metrics import cohen_kappa_score

from apps.routing.learners.curve import (
    Curve,
    Foreseen,
    Level,
    Point,
    fit,
    foresee,
    measured,
    sizes_for,
)
from apps.routing.learners.stopping import Advice, kappa, little_to_gain, stabilized, together

SIZES = [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]
TRUTH = Curve(ceiling=0.9, drop=2.0, rate=0.5, spread=1.0)


@pytest.mark.parametrize("module", ["curve", "stopping", "drift", "map", "replay"])
def test_the_examples_are_right(module: str) -> None:
    assert doctest.testmod(importlib.import_module(f"apps.routing.learners.{module}")).failed == 0


def points_of(truth: Curve, rng: np.random.Generator, *, n: int = 500, more: float = 0.0):
    """As they are measured: by n answers, and with another model each time."""
    found = []
    for size in SIZES:
        share = np.clip(float(truth(size)) + more * rng.normal(), 0, 1)
        found.append(Point(labels=size, right=int(rng.binomial(n, share)), n=n))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("more", [0.0, pytest.param(0.01, marks=pytest.mark.proof)])
@pytest.mark.parametrize(
    "truth",
    [
        TRUTH,
        pytest.param(Curve(ceiling=0.95, drop=1.5, rate=0.3, spread=1.0), marks=pytest.mark.proof),
        pytest.param(Curve(ceiling=0.8, drop=5.0, rate=0.9, spread=1.0), marks=pytest.mark.proof),
        pytest.param(Curve(ceiling=0.7, drop=0.0, rate=0.5, spread=1.0), marks=pytest.mark.proof),
    ],
)
def test_what_is_foreseen_comes_true_as_often_as_it_says(truth: Curve, more: float) -> None:
    rng = np.random.default_rng(3)
    gain = float(truth(1500) - truth(1000))
    held, reached = 0, 0
    for seed in range(150):
        found = foresee(points_of(truth, rng, more=more), 500, seed=seed, draws=300)
        held += int(found.low <= gain <= found.high)
        reached += int(found.reached_low <= truth(1500) <= found.reached_high)

    # Of 150 at .95, fewer than 134 come by chance in one of 200 times.
    assert held >= 134
    assert reached >= 134


@pytest.mark.proof
@pytest.mark.parametrize("truth", [TRUTH, Curve(ceiling=0.2, drop=6.0, rate=0.5, spread=1.0)])
def test_other_figures_come_true_as_often_as_they_say(truth: Curve) -> None:
    """Of the second the first figures are below nothing: a model that is worse than none."""
    rng, gain = np.random.default_rng(4), float(truth(1500) - truth(1000))
    held, reached = 0, 0
    for seed in range(150):
        points = [
            Level(labels=size, value=float(truth(size)) + 0.02 * rng.normal(), error=0.02, n=500)
            for size in SIZES
        ]
        found = foresee(points, 500, is_shared=False, seed=seed, draws=300)
        held += int(found.low <= gain <= found.high)
        reached += int(found.reached_low <= truth(1500) <= found.reached_high)

    assert held >= 134
    assert reached >= 134


def test_a_share_is_foretold_alike_by_its_counts_and_by_its_error() -> None:
    """Half an answer on both sides is all that tells them apart."""
    points = points_of(TRUTH, np.random.default_rng(2), n=5_000)
    levels = [
        Level(labels=one.labels, value=one.value, error=one.weight**-0.5, n=one.n) for one in points
    ]

    by_count, by_error = (foresee(given, 500, is_shared=False) for given in (points, levels))

    for name in ("gain", "low", "high", "reached", "reached_low", "reached_high"):
        assert getattr(by_error, name) == pytest.approx(getattr(by_count, name), abs=1e-9)


def test_levels_and_points_that_cannot_be_are_refused() -> None:
    wrongs: list[dict[str, Any]] = [{"labels": 0}, {"n": 0}, {"value": 1.1}, {"error": -0.1}]
    for wrong in wrongs:
        with pytest.raises(ValueError, match="A level"):
            Level(**{"labels": 5, "value": 0.5, "error": 0.1, "n": 9, **wrong})
    with pytest.raises(ValueError, match="A point"):
        Point(labels=5, right=10, n=9)


def test_the_curve_is_that_of_another_optimizer() -> None:
    points = points_of(TRUTH, np.random.default_rng(5), n=5_000)
    x, y = np.array(SIZES, float), np.array([one.right / one.n for one in points])
    error = np.sqrt(y * (1 - y) / 5_000)

    theirs, _ = curve_fit(
        lambda m, a, b, c: a - b * m**-c, x, y, [0.9, 2, 0.5], sigma=error, maxfev=20_000
    )
    ours = fit(points)

    np.testing.assert_allclose(ours(x), theirs[0] - theirs[1] * x ** -theirs[2], atol=2e-4)


def test_points_that_scatter_more_than_chance_make_it_less_sure() -> None:
    calm = foresee(points_of(TRUTH, np.random.default_rng(1)), 500)
    wild = foresee(points_of(TRUTH, np.random.default_rng(1), more=0.05), 500)

    assert calm.curve is not None
    assert wild.curve is not None
    assert wild.curve.spread > 1.5 > calm.curve.spread
    assert wild.high - wild.low > calm.high - calm.low


@pytest.mark.parametrize(
    ("points", "further", "why"),
    [
        ([], 500, "0 of 5 points"),
        ([Point(labels=100, right=1, n=2)] * 9, 500, "1 of 5 points"),
        (
            [Point(labels=m, right=50, n=100) for m in (500, 600, 700, 800, 900)],
            500,
            "too close together, from 500 to 900",
        ),
        (
            [Point(labels=m, right=50, n=100) for m in (10, 20, 40, 80, 160)],
            500,
            "too far beyond the 160",
        ),
    ],
)
def test_what_is_not_known_is_not_foretold(points: list[Point], further: int, why: str) -> None:
    found = foresee(points, further)

    assert found.gain is None
    assert why in found.why_not
    assert little_to_gain(found).verdict == "unknown"


def test_points_without_answers_are_an_error() -> None:
    with pytest.raises(ValueError, match="answers to measure on"):
        fit([Point(labels=1, right=0, n=0)])


@given(st.lists(st.tuples(st.integers(1, 10_000), st.integers(0, 50)), min_size=5, max_size=12))
def test_any_points_give_a_curve_that_can_be(pairs: list[tuple[int, int]]) -> None:
    curve = fit([Point(labels=labels, right=right, n=50) for labels, right in pairs])

    assert curve.ceiling <= 1
    assert curve.drop >= 0
    assert np.isfinite([curve.ceiling, curve.drop, curve.rate, curve.spread]).all()
    assert (np.diff(curve(np.arange(1, 50, dtype=float))) >= -1e-12).all()


def test_points_come_from_parts_of_one_set_of_answers() -> None:
    asked = []

    def learn(places: np.ndarray) -> tuple[int, int]:
        asked.append(places.tolist())
        return places.size, 100

    sizes = sizes_for(40, steps=3, least=10)
    found = measured(np.arange(50), sizes, learn)

    assert sizes == [10, 20, 40]
    assert [len(some) for some in asked] == sizes
    assert asked[1][:10] == asked[0]
    assert [one.right for one in found] == sizes


def changing(shares: list[float], size: int = 2_000, labels: int = 5) -> list[np.ndarray]:
    """What models say one after the other, each changing its mind on a share of the tasks."""
    rng = np.random.default_rng(2)
    said = [rng.integers(0, labels, size)]
    for share in shares:
        is_new = rng.random(size) < share
        said.append(np.where(is_new, rng.integers(0, labels, size), said[-1]))
    return said


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [
        ([0.5, 0.2, 0.1, 0.05], "go_on"),
        ([0.5, 0.001, 0.001, 0.001], "stop"),
        ([0.011, 0.011, 0.011], "unknown"),
        ([0.001, 0.001], "unknown"),
    ],
)
def test_models_that_say_the_same_three_times_are_stable(shares: list[float], verdict: str) -> None:
    assert stabilized(changing(shares)).verdict == verdict


def test_a_small_stop_set_says_nothing() -> None:
    found = stabilized([np.zeros(499, np.int64)] * 4)

    assert found.verdict == "unknown"
    assert "499 of 500" in found.words


@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.floats(0.05, 0.95))
def test_kappa_is_that_of_another_library(seed: int, labels: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    one = rng.integers(0, labels, 200)
    two = np.where(rng.random(200) < share, rng.integers(0, labels, 200), one)

    assert kappa(one, two).value == pytest.approx(cohen_kappa_score(one, two))


def test_the_error_of_kappa_is_how_much_it_varies() -> None:
    rng = np.random.default_rng(0)
    found = []
    for _ in range(600):
        one = rng.choice(3, 400, p=[0.5, 0.3, 0.2])
        found.append(kappa(one, np.where(rng.random(400) < 0.2, rng.integers(0, 3, 400), one)))

    spread = np.std([one.value for one in found])
    assert np.mean([one.error for one in found]) == pytest.approx(spread, rel=0.1)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.0, 0.004, "stop"), (0.006, 0.02, "go_on"), (0.0, 0.02, "unknown")],
)
def test_what_is_worth_it_is_told_by_its_limits(low: float, high: float, verdict: str) -> None:
    foreseen = Foreseen(further=500, gain=(low + high) / 2, low=low, high=high, points=6, n=300)

    found = little_to_gain(foreseen)

    assert found.verdict == verdict
    assert "500 more" in found.words
    assert "6 points measured on 300 answers" in found.words


def advised(said: Any, ahead: Foreseen) -> Advice:
    return together(stabilized(said), little_to_gain(ahead))


def test_one_rule_that_says_go_on_is_enough_to_go_on() -> None:
    calm, wild = changing([0.001] * 3), changing([0.3] * 3)
    little = Foreseen(further=500, gain=0.001, low=0.0, high=0.002)
    nothing = Foreseen(further=500, why_not="Not enough known yet.")

    assert advised(calm, little).verdict == "stop"
    assert advised(wild, little).verdict == "go_on"
    assert advised(calm, nothing).verdict == "stop"
    assert advised([], nothing).verdict == "unknown"
    assert [one.rule for one in advised(calm, little).reasons] == ["stabilized", "little_to_gain"]
