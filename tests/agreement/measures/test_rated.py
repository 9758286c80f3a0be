"""Answers with their raters: rows that are alike are one, whatever their number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.agreement.measures import (
    LevelError,
    LongForm,
    Patterns,
    Rated,
    intervals,
    measures,
    pairwise,
    paradox,
    per_label,
    rater_measures,
)
from apps.agreement.measures.bland_altman import LimitsOfAgreement
from apps.agreement.measures.weights import named_distance, ordinal

cohen = rater_measures["cohen_kappa"]


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.one_of(st.none(), st.integers(0, 2)), min_size=3, max_size=3),
        min_size=1,
        max_size=30,
    )
)
def test_rows_and_their_numbers_are_the_units_as_they_were(rows: list[list[int | None]]) -> None:
    data = Rated.from_matrix(list(zip(*rows, strict=True)), order=[0, 1, 2], names="abc")

    told: dict[tuple[int | None, ...], int] = {}
    for row, units in zip(data.rows.tolist(), data.units.tolist(), strict=True):
        full = dict.fromkeys("abc")
        full |= {r: None if v < 0 else v for r, v in zip(data.raters, row, strict=True)}
        told[tuple(full.values())] = units
    expected: dict[tuple[int | None, ...], int] = {}
    for one in map(tuple, rows):
        if any(v is not None for v in one):
            expected[one] = expected.get(one, 0) + 1
    assert told == expected


def test_rows_too_long_for_one_number_are_compared_column_by_column() -> None:
    rng = np.random.default_rng(0)
    distinct = rng.integers(0, 9, (40, 30))
    units = distinct[rng.integers(0, 40, 500)]

    data = Rated.from_matrix(units.T)

    found, times = np.unique(units, axis=0, return_counts=True)
    order = np.lexsort(data.rows.T[::-1])
    assert data.rows[order].tolist() == found.tolist()
    assert data.units[order].tolist() == times.tolist()


def test_patterns_of_named_answers_are_those_without_names() -> None:
    matrix = [[1, 2, 2, None, 1], [1, 1, 2, 2, None], [2, 1, 2, None, None]]

    named, plain = Rated.from_matrix(matrix).patterns(), Patterns.from_matrix(matrix).merged()

    assert named.counts.tolist() == plain.counts.tolist()
    assert named.units.tolist() == plain.units.tolist()
    assert (named.raters, named.missing) == (plain.raters, plain.missing)


def test_chosen_raters_come_in_the_order_they_are_named() -> None:
    data = Rated.from_matrix([[1, 2, 3], [4, 5, 6], [7, 8, None]], names=["ann", "bo", "cy"])

    two = data.of_raters(["cy", "ann"])
    bias = rater_measures["bland_altman"](two, level="interval", interval=False)

    assert (two.raters, bias.value) == (("cy", "ann"), 6.0)
    with pytest.raises(LevelError, match=r"No rater 'dee'\. The raters are: ann, bo, cy\."):
        data.of_raters(["dee", "ann"])


def test_a_rater_who_answered_twice_is_refused() -> None:
    answers = LongForm.of([1, 1, 1], ["a", "a", "b"], [1, 2, 1], repeats="keep")

    with pytest.raises(LevelError, match="more than once"):
        Rated.of(answers)


def test_more_raters_than_can_be_held_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.agreement.measures.rated.CELLS", 5)

    with pytest.raises(LevelError, match="3 units by 2 raters are too many"):
        Rated.from_matrix([[1, 2, 3], [1, 2, 3]])


def test_answers_that_do_not_say_who_gave_them_are_refused() -> None:
    answers = replace(LongForm.of([1, 1], ["a", "b"], [1, 1]), rater=None)

    with pytest.raises(LevelError, match="who gave them"):
        Rated.of(answers)


def test_a_constant_rater_leaves_nothing_to_correlate() -> None:
    data = Rated.from_matrix([[1, 2, 3, 4], [2, 2, 2, 2]])

    for name in ("pearson", "spearman"):
        figure = rater_measures[name](data, level="interval")
        assert figure.value is None
        assert figure.undefined_reason.code == "no_variation"


def test_units_of_one_mean_leave_the_mean_of_raters_without_a_figure() -> None:
    data = Rated.from_matrix([[1, 3, 1, 3], [3, 1, 3, 1]])

    figure = rater_measures["icc_3_k"](data, level="interval")

    assert figure.undefined_reason.code == "no_variance_between_units"


def test_a_line_without_spread_has_no_interval() -> None:
    """Always twice as much: each resample says 1, and that is no certainty."""
    one = list(range(1, 31))
    data = Rated.from_matrix([one, [2 * v for v in one]])

    figure = rater_measures["pearson"](data, level="interval")

    assert figure.value == pytest.approx(1.0)
    assert (figure.low, figure.high, figure.method) == (None, None, None)
    assert figure.interval_reason.code == "no_spread"


def test_raters_a_step_apart_are_consistent_and_do_not_agree() -> None:
    one = [3, 5, 4, 6, 2, 5, 3, 4, 6, 2, 4, 5]
    data = Rated.from_matrix([one, [v + 2 for v in one]])

    consistent, agree = (rater_measures[n](data, level="interval") for n in ("icc_3_1", "icc_2_1"))
    bias = rater_measures["bland_altman"](data, level="interval")

    assert consistent.value == pytest.approx(1.0)
    assert consistent.interval_reason.code == "no_spread"
    assert agree.value < 0.6
    assert bias.value == -2.0
    assert bias.interval_reason.code == "no_spread"


@pytest.mark.proof
@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("name", ["pearson", "spearman", "conger_kappa"])
def test_blocks_tell_what_the_bootstrap_tells(
    name: str, grouped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(2)
    truth = rng.normal(0, 1, 3000)
    table = np.round(truth + rng.normal(0, 0.7, (2, 3000)), 0 if name == "conger_kappa" else 3)
    group = (np.arange(3000) // 3).tolist() if grouped else None
    data = Rated.from_matrix(table, group=group)
    level = rater_measures[name].levels[0]
    drawn = rater_measures[name](data, level=level, replicates=1000)

    monkeypatch.setattr(intervals, "ROWS_LIMIT", 5)
    blocks = rater_measures[name](data, level=level)

    assert blocks.method == "jackknife over 200 blocks"
    assert blocks.value == drawn.value
    assert blocks.high - blocks.low == pytest.approx(drawn.high - drawn.low, rel=0.2)


def test_a_difference_may_be_above_one_where_groups_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intervals, "ROWS_LIMIT", 5)
    rng = np.random.default_rng(3)
    one = rng.normal(50, 10, 300)
    table = np.stack([one + rng.normal(5, 1, 300), one])
    data = Rated.from_matrix(table, group=(np.arange(300) // 3).tolist())

    figure = rater_measures["bland_altman"](data, level="interval")

    assert isinstance(figure, LimitsOfAgreement)
    assert 4.5 < figure.low < figure.value < figure.high < 5.5
    assert figure.lower.low < figure.lower.value < figure.value < figure.upper.value


def test_kappa_of_each_label_is_that_of_the_label_against_the_rest() -> None:
    one, other = [1, 2, 3, 1, 2, 3, 1, 1, 2, 3], [1, 2, 1, 1, 3, 3, 1, 2, 2, 3]

    figures = per_label(cohen, Rated.from_matrix([one, other]), interval=False)

    alone = Rated.from_matrix([[v == 2 for v in one], [v == 2 for v in other]])
    assert list(figures) == [1.0, 2.0, 3.0]
    assert figures[2.0].value == pytest.approx(cohen(alone, interval=False).value, abs=1e-12)


def test_pairs_have_their_own_units() -> None:
    data = Rated.from_matrix([[1, 2, 1, 2], [1, 2, 1, None], [None, 1, 1, 2]], names="abc")

    figures = pairwise(cohen, data, interval=False)

    assert {pair: f.units for pair, f in figures.items()} == {
        ("a", "b"): 3,
        ("a", "c"): 3,
        ("b", "c"): 2,
    }
    assert figures[("b", "c")].value == pytest.approx(0.0)


class TestParadox:
    def test_each_label_has_all_figures_with_intervals(self) -> None:
        rng = np.random.default_rng(1)
        truth = rng.choice(["rare", "often", "usual"], 300, p=[0.05, 0.35, 0.6])
        table = [np.where(rng.random(300) < 0.85, truth, "often").tolist() for _ in range(3)]

        found = paradox(Rated.from_matrix(table), replicates=500)

        assert set(found) == {"rare", "often", "usual"}
        for shown in found.values():
            for figure in vars(shown).values():
                assert figure.units == 300
                assert figure.raters == 3
                assert figure.low <= figure.value <= figure.high
        assert found["rare"].observed.value > found["often"].observed.value
        assert found["rare"].prevalence.value > 0.85
        assert found["rare"].ac1.value > found["rare"].kappa.value + 0.1

    def test_without_names_kappa_is_fleiss_and_there_is_no_bias(self) -> None:
        data = Patterns.from_rows(["a", "b"], [([2, 0], 40), ([1, 1], 10), ([0, 2], 20)])

        shown = paradox(data, interval=False)["a"]

        assert shown.bias is None
        assert shown.kappa.measure == "fleiss_kappa"
        assert shown.kappa.value == measures["fleiss_kappa"](data, interval=False).value

    def test_prevalence_and_bias_without_answers_say_why(self) -> None:
        shown = paradox(Rated.from_matrix([["a", None], [None, "b"]]))["a"]

        for figure in vars(shown).values():
            assert figure.value is None
            assert figure.undefined_reason.code == "no_overlap"

    def test_few_units_have_no_interval(self) -> None:
        shown = paradox(Rated.from_matrix([["a", "b"], ["a", "a"]]))["a"]

        assert shown.prevalence.interval_reason.code == "too_few_units"
        assert shown.bias.value == pytest.approx(0.5)


class TestWeights:
    def test_ordinal_weights_count_places_and_not_sizes(self) -> None:
        assert ordinal(np.array([1.0, 10.0, 11.0])).tolist() == ordinal(np.arange(3.0)).tolist()

    def test_numbers_count_at_the_interval_level_and_places_at_the_ordinal_one(self) -> None:
        values = [1.0, 2.0, 10.0]

        assert named_distance(values, "ordinal", "linear")[0].tolist() == [0, 0.5, 1]
        assert named_distance(values, "interval", "linear")[0].tolist() == pytest.approx(
            [0, 1 / 9, 1]
        )

    def test_labels_without_an_order_have_no_weights(self) -> None:
        with pytest.raises(LevelError, match="ordinal or the interval level"):
            named_distance(["a", "b"], "nominal", "linear")

    def test_too_many_values_for_a_matrix_are_refused(self) -> None:
        with pytest.raises(LevelError, match="2001 different values"):
            named_distance(list(map(float, range(2001))), "interval", "linear")


def test_kendalls_w_of_very_many_different_units_is_as_by_leaving_blocks_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(4)
    truth = rng.normal(0, 10, (2_000, 1))
    rows = np.clip(truth + rng.normal(50, 8, (2_000, 4)), 0, 100).round()
    group = np.repeat(np.arange(200), 10).tolist()
    data = Rated.from_matrix(rows.T)
    grouped = Rated.from_matrix(rows.T, group=group)
    drawn = [rater_measures["kendall_w"](x, level="ordinal") for x in (data, grouped)]

    monkeypatch.setattr("apps.agreement.measures.intervals.ROWS_LIMIT", 100)
    delta = [rater_measures["kendall_w"](x, level="ordinal") for x in (data, grouped)]

    assert [figure.method for figure in delta] == [
        "delta method over units",
        "delta method over groups",
    ]
    for one, other in zip(drawn, delta, strict=True):
        assert other.value == one.value
        assert other.high - other.low == pytest.approx(one.high - one.low, rel=0.08)
