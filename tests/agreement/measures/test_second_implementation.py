"""The measures that need raters by name, against other people's programs and against the book."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from apps.agreement.measures import Patterns, Rated, measures, pairwise, rater_measures
from apps.agreement.measures.weights import named_distance

SEEDS = range(5)


def ratings(seed: int, raters: int = 2, units: int = 60, values: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    truth = rng.integers(1, values + 1, units)
    guess = rng.integers(1, values + 1, (raters, units))
    return np.where(rng.random((raters, units)) < 0.7, truth, guess)


def value(name: str, data: Rated, level: str, distance: np.ndarray | None = None) -> float:
    figure = rater_measures[name](data, level=level, distance=distance, interval=False)
    assert figure.value is not None
    return figure.value


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
def test_cohens_kappa_is_that_of_scikit_learn(seed: int, weights: str | None) -> None:
    one, other = ratings(seed)
    data = Rated.from_matrix([one, other])
    distance = None if weights is None else named_distance(data.values, "ordinal", weights)
    level = "nominal" if weights is None else "ordinal"

    theirs = cohen_kappa_score(one, other, weights=weights)

    assert value("cohen_kappa", data, level, distance) == pytest.approx(theirs, abs=1e-12)


def test_quadratic_weights_are_what_the_ordinal_level_means() -> None:
    one, other = ratings(9)

    ours = value("cohen_kappa", Rated.from_matrix([one, other]), "ordinal")

    assert ours == pytest.approx(cohen_kappa_score(one, other, weights="quadratic"), abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_correlations_are_those_of_scipy(seed: int) -> None:
    one, other = ratings(seed)
    data = Rated.from_matrix([one, other])

    assert value("pearson", data, "interval") == pytest.approx(stats.pearsonr(one, other)[0])
    assert value("spearman", data, "ordinal") == pytest.approx(stats.spearmanr(one, other)[0])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("values", [3, 1000])
def test_kendalls_w_comes_from_friedmans_test_with_and_without_ties(seed: int, values: int) -> None:
    table = ratings(seed, raters=4, units=30, values=values)
    # Friedman ranks inside a block: here a rater's units.
    chi, _ = stats.friedmanchisquare(*table.T)

    ours = value("kendall_w", Rated.from_matrix(table), "ordinal")

    assert ours == pytest.approx(chi / (4 * 29), abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_congers_kappa_is_the_mean_over_pairs_with_cohens_chance(seed: int) -> None:
    """Answered by all: (mean of Pa - mean of Pe) / (1 - mean of Pe) over the pairs of raters."""
    table = ratings(seed, raters=4)
    pairs = list(combinations(table, 2))
    agree = np.mean([np.mean(a == b) for a, b in pairs])
    chance = np.mean(
        [sum(np.mean(a == v) * np.mean(b == v) for v in range(1, 6)) for a, b in pairs]
    )

    ours = value("conger_kappa", Rated.from_matrix(table), "nominal")

    assert ours == pytest.approx((agree - chance) / (1 - chance), abs=1e-12)


def analysis_of_variance(table: np.ndarray) -> tuple[float, float, float, float]:
    """Mean squares of units, raters, within and error, by least squares and not by sums."""
    raters, units = table.shape
    y = table.T.reshape(-1).astype(float)
    unit, rater = np.repeat(np.eye(units), raters, axis=0), np.tile(np.eye(raters), (units, 1))

    def left(*columns: np.ndarray) -> float:
        design = np.hstack([np.ones((y.size, 1)), *columns])
        fitted = design @ np.linalg.lstsq(design, y, rcond=None)[0]
        return float(((y - fitted) ** 2).sum())

    none, by_unit, by_rater, both = left(), left(unit), left(rater), left(unit, rater)
    return (
        (none - by_unit) / (units - 1),
        (none - by_rater) / (raters - 1),
        by_unit / (units * (raters - 1)),
        both / ((units - 1) * (raters - 1)),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_intraclass_correlations_come_from_an_analysis_of_variance(seed: int) -> None:
    table = ratings(seed, raters=4, units=20)
    rows, columns, within, error = analysis_of_variance(table)
    k, n = table.shape
    expected = {
        "icc_1_1": (rows - within) / (rows + (k - 1) * within),
        "icc_1_k": (rows - within) / rows,
        "icc_2_1": (rows - error) / (rows + (k - 1) * error + k * (columns - error) / n),
        "icc_2_k": (rows - error) / (rows + (columns - error) / n),
        "icc_3_1": (rows - error) / (rows + (k - 1) * error),
        "icc_3_k": (rows - error) / rows,
    }

    for name, theirs in expected.items():
        assert value(name, Rated.from_matrix(table), "interval") == pytest.approx(theirs), name


@pytest.mark.parametrize("seed", SEEDS)
def test_with_two_raters_who_answer_all_conger_is_cohen_and_fleiss_weighted_is_scott(
    seed: int,
) -> None:
    data = Rated.from_matrix(ratings(seed))

    for level in ("nominal", "ordinal", "interval"):
        assert value("conger_kappa", data, level) == pytest.approx(
            value("cohen_kappa", data, level)
        )
        fleiss, scott = (
            measures[name](data.patterns(), level=level, interval=False).value
            for name in ("fleiss_kappa", "scott_pi")
        )
        assert fleiss == pytest.approx(scott, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("weights", ["linear", "quadratic", "ordinal"])
def test_weighted_kappas_are_sums_over_pairs_of_answers(seed: int, weights: str) -> None:
    """Fleiss', Brennan and Prediger's and AC2, each pair of answers looked at by itself."""
    table = ratings(seed, raters=3, units=20)
    data = Patterns.from_matrix(table)
    apart = named_distance(data.values, "ordinal", weights)
    like = 1 - apart
    agree = np.mean([[like[a - 1, b - 1] for a, b in combinations(unit, 2)] for unit in table.T])
    shares = np.array([np.mean(table == v) for v in range(1, 6)])
    even = float(like.mean())
    expected = {
        "fleiss_kappa": float(shares @ like @ shares),
        "brennan_prediger": even,
        "gwet_ac2": even * 25 / 20 * float((shares * (1 - shares)).sum()),
    }

    for name, chance in expected.items():
        ours = measures[name](data, level="ordinal", distance=apart, interval=False).value
        assert ours == pytest.approx((agree - chance) / (1 - chance), abs=1e-12), name


def test_weights_that_are_one_on_the_diagonal_alone_change_nothing() -> None:
    data = Rated.from_matrix(ratings(3, raters=3))
    same = 1.0 - np.eye(5)

    assert value("conger_kappa", data, "nominal", same) == pytest.approx(
        value("conger_kappa", data, "nominal"), abs=1e-12
    )
    ac2 = measures["gwet_ac2"](data.patterns(), distance=same, interval=False)
    ac1 = measures["gwet_ac1"](data.patterns(), interval=False)
    assert ac2.value == pytest.approx(ac1.value, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(cells=st.lists(st.integers(0, 30), min_size=4, max_size=4))
def test_pairwise_kappa_of_a_table_is_the_books(cells: list[int]) -> None:
    a, b, c, d = cells
    n = a + b + c + d
    assume(n > 1 and a + b + c > 0 and b + c + d > 0)
    chance = ((a + b) * (a + c) + (c + d) * (b + d)) / n**2
    assume(chance < 1)
    data = Rated.from_table("xy", [[a, b], [c, d]])

    (figure,) = pairwise(rater_measures["cohen_kappa"], data, interval=False).values()

    assert figure.value == pytest.approx(((a + d) / n - chance) / (1 - chance), abs=1e-9)
