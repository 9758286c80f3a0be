"""Which interval is made when, and that it contains the truth as often as it says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from apps.agreement.measures import LongForm, Moments, Patterns, measures, tabulate
from apps.agreement.measures.arrays import AnyArray

alpha = measures["krippendorff_alpha"]


def ratings(matrix: AnyArray, groups: AnyArray | None = None) -> LongForm:
    """Units x raters."""
    units, raters = matrix.shape
    unit, rater = np.repeat(np.arange(units), raters), np.tile(np.arange(raters), units)
    group = None if groups is None else groups[unit]
    return LongForm.of(unit, rater, matrix.ravel(), group=group)


def noisy(seed: int, units: int, error: float, shares: list[float], raters: int = 3) -> AnyArray:
    rng = np.random.default_rng(seed)
    truth = rng.choice(len(shares), (units, 1), p=shares)
    guess = rng.choice(len(shares), (units, raters), p=shares)
    return np.where(rng.random((units, raters)) < error, guess, truth)


def chats(seed: int, number: int = 60, turns: int = 10) -> tuple[AnyArray, AnyArray]:
    """Two raters; what a rater makes of a chat mostly holds for all its turns."""
    rng = np.random.default_rng(seed)
    hard = rng.random((number, 1, 1)) < 0.3
    truth = np.broadcast_to(rng.integers(0, 2, (number, 1, 1)), (number, turns, 2))
    each = np.broadcast_to(rng.integers(0, 2, (number, 1, 2)), (number, turns, 2))
    answers = np.where(hard, each, truth)
    slip = rng.random(answers.shape) < 0.05
    answers = np.where(slip, 1 - answers, answers)
    return answers.reshape(-1, 2), np.repeat(np.arange(number), turns)


def test_percentiles_of_the_bootstrap_over_units() -> None:
    figure = alpha(Patterns.of(ratings(noisy(1, 400, 0.3, [0.5, 0.3, 0.2]))))

    assert figure.method == "bootstrap over units, percentile, 10,000 replicates"
    assert (figure.replicates, figure.undefined_replicates, figure.seed) == (10_000, 0, 0)


def test_bca_below_fifty_units_leans_where_the_distribution_is_skewed() -> None:
    data = Patterns.of(ratings(noisy(2, 40, 0.3, [0.5, 0.3, 0.2])))

    figure = alpha(data)

    assert figure.method == "bootstrap over units, BCa, 10,000 replicates"
    assert figure.low is not None
    assert figure.value is not None
    assert figure.high is not None
    assert figure.low < figure.value < figure.high < 1


def test_fewer_than_ten_units_have_no_interval_but_a_reason() -> None:
    data = Patterns.from_matrix([[1, 2, 1, 2, 1, 2, 1, 2, 2], [1, 2, 1, 2, 1, 2, 1, 1, 1]])

    figure = alpha(data)

    assert figure.value is not None
    assert (figure.low, figure.high, figure.method) == (None, None, None)
    assert figure.interval_reason is not None
    assert figure.interval_reason.code == "too_few_units"


def test_perfect_agreement_has_an_interval_by_the_boundary_rule() -> None:
    data = Patterns.from_matrix([[1, 2] * 50, [1, 2] * 50])

    figure = alpha(data)

    assert figure.value == figure.high == 1.0
    assert figure.method == "boundary rule (one unseen unit, Bayesian bootstrap)"
    # At most 3.7 of 100 units disagree (97.5 %), and two labels in balance have De = 1/2.
    assert figure.low == pytest.approx(1 - 0.037 / 0.5, abs=0.015)


def test_a_single_disagreement_does_not_pretend_to_certainty() -> None:
    data = Patterns.from_matrix([[1, 2] * 50, [*[1, 2] * 49, 1, 1]])

    figure = alpha(data)

    assert figure.method is not None
    assert figure.method.startswith("boundary rule")
    assert figure.low is not None
    assert figure.high is not None
    # Clopper and Pearson: 1 of 100 is between .025 % and 5.4 %.
    assert figure.low == pytest.approx(1 - 0.054 / 0.5, abs=0.02)
    assert figure.high == pytest.approx(1 - 0.00025 / 0.5, abs=0.002)


def test_undefined_replicates_are_counted() -> None:
    data = Patterns.from_rows([1, 2], [([2, 0], 14), ([0, 2], 1), ([1, 1], 2)])

    figure = alpha(data)

    # (14 / 17)^17 = .037 of the resamples hold a single value.
    assert 300 < figure.undefined_replicates < 450
    assert figure.low is not None


def test_groups_without_variation_leave_undefined_replicates() -> None:
    answers = np.ones((120, 2), int)
    answers[:20, 0] = 2

    figure = alpha(Patterns.of(ratings(answers, np.repeat(np.arange(12), 10))))

    # (10 / 12)^12 = .112 of the resamples miss both groups that differ.
    assert figure.method == "bootstrap over groups, percentile, 10,000 replicates"
    assert 1000 < figure.undefined_replicates < 1250


def test_whole_groups_are_drawn() -> None:
    answers, groups = chats(1)

    over_units = alpha(Patterns.of(ratings(answers)))
    over_groups = alpha(Patterns.of(ratings(answers, groups)))

    assert over_groups.method == "bootstrap over groups, percentile, 10,000 replicates"
    assert over_groups.value == over_units.value
    assert width(over_groups) > 1.7 * width(over_units)


def width(figure: object) -> float:
    return float(figure.high - figure.low)  # type: ignore[attr-defined]


def test_too_few_groups_have_no_interval_but_a_reason() -> None:
    answers, groups = chats(1, number=9)

    figure = alpha(Patterns.of(ratings(answers, groups)))

    assert figure.interval_reason is not None
    assert figure.interval_reason.code == "too_few_groups"


def test_many_different_groups_are_left_out_one_by_one() -> None:
    answers, groups = chats(1, number=4000, turns=12)
    several = ratings(answers + 2 * np.random.default_rng(2).integers(0, 4, answers.shape), groups)

    left_out = alpha(Patterns.of(several))
    delta = alpha(Moments.of(several, "nominal"))

    assert left_out.method == "jackknife over groups"
    assert delta.method == "delta method over groups"
    assert (left_out.low, left_out.high) == pytest.approx((delta.low, delta.high), abs=0.001)


def test_cells_of_a_group_that_became_one_pattern_are_added() -> None:
    """As when labels are merged: against "c", the patterns of "a" and "b" are the same."""
    answers = np.array([["a", "a"], ["b", "b"], ["c", "c"], ["a", "a"], ["b", "b"], ["c", "c"]])
    data = Patterns.of(ratings(answers, np.array([0, 0, 0, 1, 1, 1])))

    groups = data.one_against_rest(lambda value: value == "c").groups

    assert groups is not None
    each, times = groups.distinct()
    assert times.tolist() == [2]
    assert sorted(each.units.tolist()) == [1, 2]


def test_near_perfect_agreement_in_groups_counts_the_groups() -> None:
    answers = np.tile(np.array([[1, 1], [2, 2]]), (300, 1))
    answers[:10, 0] = 3 - answers[:10, 0]  # all that differs is in one chat of sixty

    groups = alpha(Patterns.of(ratings(answers, np.repeat(np.arange(60), 10))))

    assert groups.method == "boundary rule (one unseen group, Bayesian bootstrap)"
    # Clopper and Pearson: 1 of 60 is at most 8.9 %; an unseen chat answers all but by chance.
    assert groups.low == pytest.approx(1 - 0.089 / 0.5, abs=0.03)


def test_groups_of_one_unit_each_are_units() -> None:
    answers = noisy(7, 20_000, 0.3, [0.5, 0.3, 0.2])

    alone = alpha(Patterns.of(ratings(answers)))
    groups = alpha(Patterns.of(ratings(answers, np.arange(20_000))))

    assert groups.method == "bootstrap over groups, percentile, 10,000 replicates"
    assert (groups.low, groups.high) == pytest.approx((alone.low, alone.high), abs=0.0005)


def test_groups_of_one_composition_are_counted_together() -> None:
    answers, groups = chats(3, number=500, turns=3)
    data = Patterns.of(ratings(answers, groups)).groups
    assert data is not None

    each, times = data.distinct()

    assert times.sum() == data.number == 500
    assert each.number == times.size < 60
    assert (times @ each.matrix(4)).tolist() == data.matrix(4).sum(axis=0).tolist()
    assert len(np.unique(each.matrix(4), axis=0)) == times.size


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_delta_method_equals_the_bootstrap_on_many_units(level: str) -> None:
    answers = ratings(noisy(4, 4000, 0.4, [0.1, 0.2, 0.3, 0.2, 0.1, 0.1]))

    delta = alpha(Moments.of(answers, level), level=level)
    drawn = alpha(Patterns.of(answers), level=level)

    assert delta.method == "delta method over units"
    assert width(delta) == pytest.approx(width(drawn), rel=0.04)
    assert delta.low == pytest.approx(drawn.low, abs=0.003)


def test_ordinal_replicates_follow_their_own_marginals() -> None:
    """With fixed ranks the interval would be another; the delta method knows the derivative."""
    answers = ratings(noisy(5, 2000, 0.5, [0.9, 0.04, 0.03, 0.03]))

    delta = alpha(Moments.of(answers, "ordinal"), level="ordinal")
    drawn = alpha(Patterns.of(answers), level="ordinal")

    assert width(delta) == pytest.approx(width(drawn), rel=0.05)


def test_many_values_become_moments_and_keep_their_figure() -> None:
    rng = np.random.default_rng(6)
    slider = np.clip(rng.integers(0, 101, (9000, 1)) + rng.integers(-15, 16, (9000, 3)), 0, 100)

    data = tabulate(ratings(slider), level="interval")
    exact = alpha(Patterns.of(ratings(slider)), level="interval", replicates=500)

    assert isinstance(data, Moments)
    figure = alpha(data, level="interval")
    assert figure.value == pytest.approx(exact.value, abs=1e-12)
    assert width(figure) == pytest.approx(width(exact), rel=0.15)


def test_moments_near_perfect_agreement_have_poisson_limits() -> None:
    values = np.tile(np.arange(7000)[:, None], (1, 2))
    values[0, 0] += 1

    figure = alpha(Moments.of(ratings(values), "nominal"), level="nominal")

    assert figure.method == "boundary rule (Poisson limits)"
    # One event: between .0253 and 5.572 (97.5 % each side).
    assert figure.low == pytest.approx(1 - 5.572 / 7000, abs=1e-6)
    assert figure.high == pytest.approx(1 - 0.0253 / 7000, abs=1e-6)


def test_memory_of_a_chunk_is_bounded() -> None:
    rng = np.random.default_rng(8)
    data = Patterns.of(ratings(rng.integers(0, 30, (4000, 3))))

    figure = alpha(data)

    assert data.units.size > 2500
    assert figure.replicates < 10_000
    assert figure.method is not None
    assert f"{figure.replicates:,} replicates" in figure.method


def coverage(make: Callable[[int], Patterns], truth: float, times: int = 2000) -> float:
    hits = 0
    for seed in range(times):
        figure = alpha(make(seed), replicates=1000, seed=seed)
        assert figure.low is not None
        assert figure.high is not None
        hits += figure.low <= truth <= figure.high
    return hits / times


def true_alpha(answers: LongForm) -> float:
    value = alpha(Patterns.of(answers), interval=False).value
    assert value is not None
    return value


@pytest.mark.proof
@pytest.mark.parametrize(
    ("units", "error", "shares"),
    [(30, 0.3, [0.5, 0.3, 0.2]), (80, 0.3, [0.5, 0.3, 0.2]), (300, 0.4, [0.7, 0.2, 0.1])],
)
def test_intervals_over_units_contain_the_truth(
    units: int, error: float, shares: list[float]
) -> None:
    truth = true_alpha(ratings(noisy(0, 500_000, error, shares)))

    share = coverage(lambda seed: Patterns.of(ratings(noisy(seed, units, error, shares))), truth)

    assert 0.93 <= share <= 0.975


@pytest.mark.proof
@pytest.mark.parametrize(
    ("units", "error", "shares"),
    [
        (40, 0.02, [0.6, 0.4]),
        (100, 0.01, [0.5, 0.5]),
        (150, 0.02, [0.5, 0.5]),
        (200, 0.01, [0.95, 0.05]),
        (300, 0.005, [0.9, 0.07, 0.03]),
    ],
)
def test_the_boundary_rule_contains_the_truth(
    units: int, error: float, shares: list[float]
) -> None:
    """Exact limits of few events are wider than need be: at least 95 %, often 98 or 99 %."""
    truth = true_alpha(ratings(noisy(0, 500_000, error, shares)))

    share = coverage(lambda seed: Patterns.of(ratings(noisy(seed, units, error, shares))), truth)

    assert share >= 0.95


@pytest.mark.proof
def test_whole_groups_contain_the_truth_where_units_do_not() -> None:
    truth = true_alpha(ratings(chats(0, number=50_000)[0]))

    grouped = coverage(lambda seed: Patterns.of(ratings(*chats(seed))), truth)
    alone = coverage(lambda seed: Patterns.of(ratings(chats(seed)[0])), truth)

    assert 0.925 <= grouped <= 0.975
    assert alone < 0.85
