"""What holds for every measure that needs its raters by name, and for each that is added."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.agreement.measures import LevelError, Rated, RaterMeasure, rater_measures
from apps.agreement.measures.distances import LEVELS

Matrix = list[list[int | None]]
ALL = sorted(rater_measures)
PAIRS = [(name, level) for name in ALL for level in rater_measures[name].levels]
COEFFICIENTS = [pair for pair in PAIRS if rater_measures[pair[0]].is_coefficient]


def value_of(measure: RaterMeasure, matrix: Matrix, level: str) -> float | None:
    return measure(Rated.from_matrix(matrix), level=level, interval=False).value


def noisy(units: int = 60, seed: int = 1) -> Matrix:
    """Two raters, four of five answers right."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(1, 5, units)
    right = [np.where(rng.random(units) < 0.8, truth, rng.integers(1, 5, units)) for _ in range(2)]
    return [row.tolist() for row in right]


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    units = draw(st.integers(1, 12))
    cell = st.one_of(st.none(), st.integers(0, 4))
    return [draw(st.lists(cell, min_size=units, max_size=units)) for _ in range(2)]


@pytest.mark.parametrize(("name", "level"), PAIRS)
class TestEveryRaterMeasure:
    @settings(max_examples=12, deadline=None)
    @given(matrix=matrices(), seed=st.integers(0, 99))
    def test_order_of_units_does_not_matter(
        self, name: str, level: str, matrix: Matrix, seed: int
    ) -> None:
        places = np.random.default_rng(seed).permutation(len(matrix[0]))
        shuffled = [[row[i] for i in places] for row in matrix]

        assert value_of(rater_measures[name], matrix, level) == pytest.approx(
            value_of(rater_measures[name], shuffled, level), abs=1e-9, nan_ok=False
        )

    @settings(max_examples=12, deadline=None)
    @given(matrix=matrices())
    def test_there_is_a_value_or_a_reason(self, name: str, level: str, matrix: Matrix) -> None:
        figure = rater_measures[name](Rated.from_matrix(matrix), level=level, interval=False)

        assert (figure.value is None) == (figure.undefined_reason is not None)
        assert figure.value is None or np.isfinite(figure.value)

    def test_no_overlap_is_undefined(self, name: str, level: str) -> None:
        data = Rated.from_matrix([[1, None, 2], [None, 1, None]])

        figure = rater_measures[name](data, level=level)

        assert figure.value is None
        assert figure.undefined_reason is not None
        assert figure.undefined_reason.code == "no_overlap"
        assert figure.units == 0

    def test_nothing_at_all_is_undefined(self, name: str, level: str) -> None:
        figure = rater_measures[name](Rated.from_matrix([[None], [None]]), level=level)

        assert figure.undefined_reason is not None

    def test_lone_answers_are_told_as_left_out(self, name: str, level: str) -> None:
        both: Matrix = [[1, 2, 3, 1], [1, 2, 1, 2]]
        with_lone = [[*both[0], 3, None], [*both[1], None, 1]]

        figure = rater_measures[name](Rated.from_matrix(with_lone), level=level, interval=False)

        assert (figure.units, figure.raters, figure.pairable) == (4, 2, 8)
        assert figure.excluded == {"fewer_than_two_answers": 2, "missing": 2}
        if rater_measures[name].complete:
            assert figure.value == pytest.approx(value_of(rater_measures[name], both, level))

    def test_all_units_many_times_over_keep_the_value(self, name: str, level: str) -> None:
        data = Rated.from_matrix([[1, 2, 3, 1, 2, 3, 1, 1], [1, 2, 1, 2, 2, 3, 1, 1]])

        first, second = (
            rater_measures[name](
                replace(data, units=data.units * times), level=level, interval=False
            ).value
            for times in (10**6, 2 * 10**6)
        )

        assert first == pytest.approx(second, abs=1e-6)

    def test_figure_is_json_with_its_interval_around_the_value(self, name: str, level: str) -> None:
        figure = rater_measures[name](Rated.from_matrix(noisy()), level=level)
        told = json.loads(json.dumps(asdict(figure)))

        assert told["low"] < told["value"] < told["high"]
        assert told["method"].startswith(("bootstrap over units", "F distr", "t distr"))
        assert told["undefined_replicates"] == 0

    def test_a_replicate_is_the_coefficient_of_its_own_units(self, name: str, level: str) -> None:
        """Weights do all: what depends on the marginals or the ranks follows each row's own."""
        rng = np.random.default_rng(4)
        data = Rated.from_matrix([rng.integers(1, 5, 40).tolist() for _ in range(2)])
        weights = rng.integers(1, 20, (3, data.units.size))

        rows = rater_measures[name].statistic(data, level, None)(weights.astype(float))

        for row, value in zip(weights, rows.value, strict=True):
            alone = rater_measures[name](replace(data, units=row), level=level, interval=False)
            assert value == pytest.approx(alone.value, abs=1e-12)

    def test_the_same_seed_gives_the_same_interval(self, name: str, level: str) -> None:
        data = Rated.from_matrix([[1, 2, 3, 1, 2] * 12, [1, 2, 1, 2, 2] * 12])

        first, again = (rater_measures[name](data, level=level, seed=7) for _ in range(2))

        assert first == again

    def test_whole_groups_are_drawn_where_units_belong_together(
        self, name: str, level: str
    ) -> None:
        """Each unit three times over: the interval must not shrink for it."""
        one, other = noisy(40)
        copies = [[v for v in row for _ in range(3)] for row in (one, other)]
        group = [g for g in range(40) for _ in range(3)]

        grouped = rater_measures[name](Rated.from_matrix(copies, group=group), level=level)
        apart = rater_measures[name](Rated.from_matrix(copies), level=level)

        assert grouped.method is not None
        assert grouped.method.startswith("bootstrap over groups")
        assert width(grouped) > 1.3 * width(apart)


def width(figure: object) -> float:
    return figure.high - figure.low  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "level"), COEFFICIENTS)
class TestEveryCoefficientOfRaters:
    @settings(max_examples=12, deadline=None)
    @given(matrix=matrices())
    def test_order_of_raters_does_not_matter_and_none_is_above_one(
        self, name: str, level: str, matrix: Matrix
    ) -> None:
        value = value_of(rater_measures[name], matrix, level)

        assert value == pytest.approx(
            value_of(rater_measures[name], matrix[::-1], level), abs=1e-9, nan_ok=False
        )
        assert value is None or value <= 1 + 1e-12

    def test_raters_who_always_agree_give_one(self, name: str, level: str) -> None:
        value = value_of(rater_measures[name], [[1, 2, 3, 1], [1, 2, 3, 1]], level)

        assert value == pytest.approx(1.0, abs=1e-12)

    def test_one_value_alone_is_undefined(self, name: str, level: str) -> None:
        figure = rater_measures[name](Rated.from_matrix([[3] * 20, [3] * 20]), level=level)

        assert figure.value is None
        assert figure.undefined_reason is not None
        assert figure.undefined_reason.code == "one_value"

    def test_near_perfect_agreement_has_the_boundary_rule(self, name: str, level: str) -> None:
        """Forty units, all alike: resamples would tell [1, 1], as if nothing could go wrong."""
        figure = rater_measures[name](Rated.from_matrix([[1, 2, 3, 1] * 10] * 2), level=level)

        assert figure.value == pytest.approx(1.0, abs=1e-12)
        assert figure.method is not None
        assert figure.method.startswith("boundary rule")
        assert figure.low is not None
        assert 0.5 < figure.low < 0.99

    def test_few_units_have_no_interval_by_drawing_them_again(self, name: str, level: str) -> None:
        figure = rater_measures[name](
            Rated.from_matrix([[1, 2, 3, 1, 2], [1, 2, 1, 2, 2]]), level=level
        )

        if figure.low is None:
            assert figure.interval_reason is not None
            assert figure.interval_reason.code in {"too_few_units", "no_limit"}
        else:
            assert figure.method == "F distribution"
            assert np.isfinite(figure.low)


@pytest.mark.parametrize("name", [n for n in ALL if "nominal" in rater_measures[n].levels])
@settings(max_examples=12, deadline=None)
@given(matrix=matrices(), names=st.permutations("vwxyz"))
def test_names_of_labels_do_not_matter(name: str, matrix: Matrix, names: list[str]) -> None:
    renamed = [[None if v is None else names[v] for v in row] for row in matrix]

    value = rater_measures[name](Rated.from_matrix(renamed), interval=False).value

    assert value == pytest.approx(value_of(rater_measures[name], matrix, "nominal"), abs=1e-12)


@pytest.mark.parametrize("name", ALL)
def test_says_who_it_is(name: str) -> None:
    measure = rater_measures[name]

    assert measure.name == name == type(measure).__module__.rsplit(".", 1)[1]
    assert measure.label
    assert "(" in measure.reference
    assert ">>>" in (measure.__doc__ or "")
    assert set(measure.levels) <= set(LEVELS)


@pytest.mark.parametrize("name", ALL)
def test_many_raters_are_told_where_there_may_be_but_two(name: str) -> None:
    measure = rater_measures[name]
    figure = measure(
        Rated.from_matrix([[1, 2, 3, 1], [1, 2, 1, 2], [2, 2, 3, 1]]), level=measure.levels[-1]
    )

    assert (figure.value is None) == measure.for_two
    if measure.for_two:
        assert figure.undefined_reason is not None
        assert figure.undefined_reason.code == "not_two_raters"


@pytest.mark.parametrize("name", [n for n in ALL if not rater_measures[n].for_two])
def test_units_that_not_all_answered_are_counted_or_told_as_left_out(name: str) -> None:
    measure = rater_measures[name]
    three: Matrix = [[1, 2, 3, 1, 2], [1, 2, 1, 2, None], [2, 2, 3, 1, 1]]

    figure = measure(Rated.from_matrix(three), level=measure.levels[-1], interval=False)

    left_out = 1 if measure.complete else 0
    assert figure.units == 5 - left_out
    assert figure.excluded.get("not_by_all_raters", 0) == left_out


@pytest.mark.parametrize("name", [n for n in ALL if rater_measures[n].complete])
def test_raters_who_never_meet_all_together_have_no_figure(name: str) -> None:
    measure = rater_measures[name]
    rows: Matrix = [[1, 2, 1, 2, None, None], [1, 2, None, None, 2, 1], [None, None, 1, 2, 1, 1]]
    data = Rated.from_matrix(rows[:2] if measure.for_two else rows)
    data = data.only(data.sizes < len(data.raters)) if measure.for_two else data

    figure = measure(data, level=measure.levels[-1])

    assert figure.undefined_reason is not None
    assert figure.undefined_reason.code in {"no_common_units", "no_overlap"}


@pytest.mark.parametrize("name", ALL)
def test_a_level_or_a_distance_that_it_does_not_have_is_refused(name: str) -> None:
    measure, data = rater_measures[name], Rated.from_matrix([[1, 2], [1, 1]])

    with pytest.raises(LevelError, match="no level 'jaccard'"):
        measure(data, level="jaccard")
    message = "symmetric" if measure.is_weighted else "no distance"
    with pytest.raises(LevelError, match=message):
        measure(data, level=measure.levels[0], distance=np.ones((2, 2)))


@pytest.mark.parametrize(
    "matrix", [[[3, 4, 1], [1, 2, 3]], [[4, 4, 3], [2, 2, 5]], [[2, 3, 3], [4, 1, 3]]]
)
def test_what_rounding_leaves_of_no_variance_is_none(matrix: Matrix) -> None:
    """All variance comes to nothing there; its rounding would make a share of -10 to the 16th."""
    for order in (matrix, matrix[::-1]):
        assert value_of(rater_measures["icc_2_k"], order, "interval") is None
