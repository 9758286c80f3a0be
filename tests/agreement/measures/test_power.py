"""What is foretold of more tasks and more answers comes out when they are made."""

from __future__ import annotations

import numpy as np
import pytest

from apps.agreement.measures import (
    LongForm,
    Moments,
    Patterns,
    Rated,
    designs,
    measures,
    outlook,
    rater_measures,
)
from tests.agreement.measures.test_compared import compared, simulated

ALPHA = measures["krippendorff_alpha"]


def answers(units: int, raters: int, seed: int, share: float = 0.75) -> np.ndarray:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, (units, 1))
    hard = rng.random((units, 1)) < 0.3
    known = rng.random((units, raters)) < np.where(hard, 0.4, share + 0.15)
    return np.where(known, truth, rng.integers(0, 3, (units, raters)))


def patterns(units: int, raters: int, seed: int) -> Patterns:
    return Patterns.from_matrix(answers(units, raters, seed).T)


def spread_of_samples(name: str, units: int, raters: int, times: int = 400) -> float:
    values = [
        measures[name](patterns(units, raters, 1000 + seed), interval=False).value
        for seed in range(times)
    ]
    return float(np.std(np.array(values, float))) * units**0.5


@pytest.mark.parametrize("name", ["krippendorff_alpha", "gwet_ac1", "percent_agreement"])
def test_the_spread_is_that_of_many_samples(name: str) -> None:
    found = outlook(measures[name], patterns(2000, 3, 1))

    assert found.spread == pytest.approx(spread_of_samples(name, 200, 3), rel=0.12)


def test_the_width_foretold_is_the_width_of_the_larger_sample() -> None:
    figure = ALPHA(patterns(2000, 3, 5), replicates=2000)

    foretold = outlook(ALPHA, patterns(500, 3, 6)).width(2000)

    assert foretold == pytest.approx(figure.high - figure.low, rel=0.12)


def test_widths_and_tasks_fit_each_other() -> None:
    found = outlook(ALPHA, patterns(300, 3, 1))

    tasks, each = found.tasks_for_width(0.05), found.tasks_for_difference(0.1)

    assert tasks is not None
    assert each is not None
    assert found.width(tasks) <= 0.05 < found.width(tasks - 1)
    assert found.detectable(each) <= 0.1


def test_a_difference_foretold_to_be_seen_in_four_of_five_cases_is() -> None:
    found = outlook(ALPHA, patterns(50_000, 2, 1))
    goal = found.figure.value - 0.1
    tasks = found.tasks_for_goal(goal)
    assert tasks is not None

    seen = [ALPHA(patterns(tasks, 2, 50 + seed), replicates=400).low > goal for seed in range(150)]

    assert 0.68 < np.mean(seen) < 0.92


def test_groups_make_more_tasks_necessary() -> None:
    rng = np.random.default_rng(2)
    good = np.repeat(rng.random(60) < 0.5, 10)
    rows = np.where(good[:, None], answers(600, 2, 1, 0.85), rng.integers(0, 3, (600, 2)))
    unit, rater = np.repeat(np.arange(600), 2), np.tile([0, 1], 600)
    group = np.repeat(np.repeat(np.arange(60), 10), 2)
    grouped = LongForm.of(unit, rater, rows.reshape(-1), group=group)
    alone = outlook(ALPHA, Patterns.from_matrix(rows.T))

    found = outlook(ALPHA, Patterns.of(grouped))

    figure = ALPHA(Patterns.of(grouped))
    assert found.by_groups > 2
    assert alone.by_groups == 1
    assert found.width(600) == pytest.approx(figure.high - figure.low, rel=0.2)
    by_moments = outlook(ALPHA, Moments.of(grouped, "nominal"))
    assert by_moments.spread == pytest.approx(found.spread, rel=0.02)


def test_rows_by_rater_and_answers_that_are_compared_have_an_outlook_too() -> None:
    rows = answers(300, 2, 1)
    kappa = outlook(rater_measures["cohen_kappa"], Rated.from_matrix(rows.T))
    table = simulated(60)
    by_distance, counted = (
        outlook(ALPHA, compared(table)),
        outlook(ALPHA, Patterns.from_matrix(table)),
    )

    assert kappa.spread == pytest.approx(
        outlook(ALPHA, Patterns.from_matrix(rows.T)).spread, rel=0.05
    )
    assert by_distance.spread == pytest.approx(counted.spread, rel=0.05)


def test_no_disagreement_has_the_rule_of_three() -> None:
    found = outlook(ALPHA, Patterns.from_rows("ab", [([2, 0], 60), ([0, 2], 40)]))

    assert found.rare
    assert found.spread == 0
    assert found.tasks_for_width(0.01) == 369
    assert found.width(369) == pytest.approx(0.01, rel=0.01)


def test_few_tasks_and_undefined_figures_have_no_outlook() -> None:
    few = outlook(ALPHA, Patterns.from_matrix([[1, 2, 1], [1, 2, 2]]))
    one = outlook(ALPHA, Patterns.from_rows("a", [([2], 50)]))

    assert few.reason.code == "no_forecast"
    assert one.reason.code == "one_value"
    assert few.width(10) is one.tasks_for_width(0.1) is one.tasks_for_difference(0.1) is None
    assert few.tasks_for_goal(0.5) is few.detectable(10) is None


@pytest.mark.parametrize("call", ["tasks_for_width", "tasks_for_difference"])
def test_nothing_is_as_wide_as_nothing(call: str) -> None:
    with pytest.raises(ValueError, match="above 0"):
        getattr(outlook(ALPHA, patterns(100, 2, 1)), call)(0)


class TestDesigns:
    @pytest.mark.parametrize("raters", [2, 3, 8])
    def test_spreads_foretold_from_five_answers_come_out(self, raters: int) -> None:
        found = designs(ALPHA, patterns(1500, 5, 2), width=0.05)

        spread = {one.answers_each: one.spread for one in found.designs}[raters]
        assert spread == pytest.approx(
            spread_of_samples("krippendorff_alpha", 200, raters), rel=0.13
        )

    def test_the_best_costs_least(self) -> None:
        data = patterns(600, 5, 3)

        cheap = designs(ALPHA, data, width=0.05)
        dear = designs(ALPHA, data, width=0.05, per_task=100)

        assert cheap.best.cost == min(one.cost for one in cheap.designs)
        assert cheap.best.cost == cheap.best.answers
        assert dear.best.answers_each > cheap.best.answers_each

    def test_three_answers_tell_of_two_and_three_alone(self) -> None:
        found = designs(ALPHA, patterns(300, 3, 1), width=0.05)

        assert [one.answers_each for one in found.designs] == [2, 3]

    def test_pairs_alone_tell_nothing(self) -> None:
        found = designs(ALPHA, patterns(300, 2, 1), width=0.05)

        assert found.best is None
        assert found.reason.code == "only_pairs"

    def test_the_present_number_is_as_the_outlook_says(self) -> None:
        data = patterns(500, 4, 1)

        found = {one.answers_each: one for one in designs(ALPHA, data, width=0.05).designs}

        assert found[4].tasks == pytest.approx(outlook(ALPHA, data).tasks_for_width(0.05), rel=0.02)

    def test_an_undefined_figure_has_no_design(self) -> None:
        found = designs(ALPHA, Patterns.from_rows("a", [([3], 50)]), width=0.1)

        assert found.reason.code == "one_value"
