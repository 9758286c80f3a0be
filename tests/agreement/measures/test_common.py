"""What holds for every measure there is, and for each that is added."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.agreement.measures import LevelError, LongForm, Measure, Moments, Patterns, measures
from apps.agreement.measures.distances import LEVELS

Matrix = list[list[int | None]]
ALL = sorted(measures)
PAIRS = [(name, level) for name in ALL for level in measures[name].levels]


def of(matrix: Matrix, level: str = "nominal") -> Patterns:
    """Sets at the set levels: the number's binary digits; of trees the numbers are the places."""
    if level in {"jaccard", "masi"}:
        sets = [
            [None if v is None else frozenset(i for i in range(4) if v >> i & 1) for v in row]
            for row in matrix
        ]
        return Patterns.from_matrix(sets)
    if level == "path":
        paths = ["animal", "animal/cat", "animal/dog", "plant", "plant/oak/red"]
        return Patterns.from_matrix(
            [[None if v is None else paths[v] for v in row] for row in matrix]
        )
    return Patterns.from_matrix(matrix)


def value_of(measure: Measure, matrix: Matrix, level: str = "nominal") -> float | None:
    return measure(of(matrix, level), level=level, interval=False).value


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    """Raters x units. Two raters at least, so that it is fit for those who take only two."""
    raters, units = 2, draw(st.integers(1, 12))
    cell = st.one_of(st.none(), st.integers(0, 4))
    return [draw(st.lists(cell, min_size=units, max_size=units)) for _ in range(raters)]


@pytest.mark.parametrize(("name", "level"), PAIRS)
class TestEveryMeasure:
    @settings(max_examples=12, deadline=None)
    @given(matrix=matrices(), seed=st.integers(0, 99))
    def test_order_of_raters_and_units_does_not_matter(
        self, name: str, level: str, matrix: Matrix, seed: int
    ) -> None:
        rng = np.random.default_rng(seed)
        places = rng.permutation(len(matrix[0]))
        shuffled = [[row[i] for i in places] for row in matrix[::-1]]

        assert value_of(measures[name], matrix, level) == pytest.approx(
            value_of(measures[name], shuffled, level), abs=1e-12, nan_ok=False
        )

    @settings(max_examples=12, deadline=None)
    @given(matrix=matrices())
    def test_never_above_one_and_never_nan(self, name: str, level: str, matrix: Matrix) -> None:
        figure = measures[name](of(matrix, level), level=level, interval=False)

        assert (figure.value is None) == (figure.undefined_reason is not None)
        assert figure.value is None or figure.value <= 1 + 1e-12

    def test_raters_who_always_agree_give_one(self, name: str, level: str) -> None:
        assert value_of(measures[name], [[1, 2, 3, 1], [1, 2, 3, 1]], level) == 1.0

    def test_no_overlap_is_undefined(self, name: str, level: str) -> None:
        figure = measures[name](of([[1, None, 2], [None, 1, None]], level), level=level)

        assert figure.value is None
        assert figure.undefined_reason is not None
        assert figure.undefined_reason.code == "no_overlap"
        assert figure.units == 0

    def test_nothing_at_all_is_undefined(self, name: str, level: str) -> None:
        figure = measures[name](of([[None], [None]], level), level=level)

        assert figure.undefined_reason is not None

    def test_one_value_alone_is_undefined_once_chance_counts(self, name: str, level: str) -> None:
        figure = measures[name](of([[3] * 20, [3] * 20], level), level=level)

        if measures[name].chance_corrected:
            assert figure.value is None
            assert figure.undefined_reason is not None
            assert figure.undefined_reason.code == "one_value"
        else:
            assert figure.value == 1.0
            assert figure.low is not None
            assert 0.8 < figure.low < 0.95

    def test_lone_answers_are_told_as_left_out(self, name: str, level: str) -> None:
        both: Matrix = [[1, 2, 3, 1], [1, 2, 1, 2]]
        with_lone = [[*both[0], 3, None], [*both[1], None, 1]]

        figure = measures[name](of(with_lone, level), level=level, interval=False)

        assert figure.units == 4
        assert figure.excluded["fewer_than_two_answers"] == 2
        if not measures[name].counts_lone_answers:
            assert figure.value == pytest.approx(value_of(measures[name], both, level))

    def test_all_units_many_times_over_keep_the_value(self, name: str, level: str) -> None:
        data = of([[1, 2, 3, 1, 2, 3, 1, 1], [1, 2, 1, 2, 2, 3, 1, 1]], level)
        once = Patterns.from_rows(
            data.values, zip(data.counts.tolist(), (data.units * 10**6).tolist(), strict=True)
        )
        twice = Patterns.from_rows(
            data.values, zip(data.counts.tolist(), (data.units * 2 * 10**6).tolist(), strict=True)
        )

        first = measures[name](once, level=level, interval=False).value
        second = measures[name](twice, level=level, interval=False).value

        # Alpha corrects for the number of answers; at millions that is nothing any more.
        assert first == pytest.approx(second, abs=1e-6)

    def test_figure_is_json_with_its_interval_around_the_value(self, name: str, level: str) -> None:
        rng = np.random.default_rng(1)
        truth = rng.integers(1, 5, 60)
        raters = [np.where(rng.random(60) < 0.8, truth, rng.integers(1, 5, 60)) for _ in range(2)]

        figure = measures[name](of([r.tolist() for r in raters], level), level=level)
        told = json.loads(json.dumps(asdict(figure)))

        assert told["low"] < told["value"] < told["high"]
        assert told["replicates"] == 10_000
        assert told["method"].startswith("bootstrap over units")
        assert told["undefined_replicates"] == 0

    def test_a_replicate_is_the_coefficient_of_its_own_units(self, name: str, level: str) -> None:
        """Weights do all: what depends on the marginals follows each row's own."""
        rng = np.random.default_rng(4)
        raters = [rng.integers(1, 5, 40).tolist() for _ in range(2)]
        data = of(raters, level)
        weights = rng.integers(1, 20, (3, data.units.size))

        rows = measures[name].statistic(data, level, None)(weights.astype(float))

        for row, value, observed in zip(weights, rows.value, rows.observed, strict=True):
            alone = measures[name](replace(data, units=row), level=level, interval=False)
            assert value == pytest.approx(alone.value, abs=1e-12)
            assert observed == pytest.approx(alone.observed, abs=1e-12)

    def test_a_replicate_with_one_value_left_is_undefined(self, name: str, level: str) -> None:
        data = of([[1, 1, 2, 2], [1, 2, 2, 2]], level)
        weights = np.array([data.units * ~data.disagreeing * (data.counts[:, 0] == 2)], float)

        value = measures[name].statistic(data, level, None)(weights).value[0]

        assert weights.sum() == 1
        assert np.isnan(value) == measures[name].chance_corrected

    def test_the_same_seed_gives_the_same_interval(self, name: str, level: str) -> None:
        data = of([[1, 2, 3, 1, 2] * 12, [1, 2, 1, 2, 2] * 12], level)

        first, again = (measures[name](data, level=level, seed=7) for _ in range(2))

        assert first == again


@pytest.mark.parametrize("name", [n for n in ALL if "nominal" in measures[n].levels])
@settings(max_examples=12, deadline=None)
@given(matrix=matrices(), names=st.permutations("vwxyz"))
def test_names_of_labels_do_not_matter(name: str, matrix: Matrix, names: list[str]) -> None:
    renamed = [[None if v is None else names[v] for v in row] for row in matrix]

    value = measures[name](Patterns.from_matrix(renamed), interval=False).value

    assert value == pytest.approx(value_of(measures[name], matrix), abs=1e-12)


@pytest.mark.parametrize("name", ALL)
def test_says_who_it_is(name: str) -> None:
    measure = measures[name]

    assert measure.name == name == type(measure).__module__.rsplit(".", 1)[1]
    assert measure.label
    assert "(" in measure.reference
    assert set(measure.levels) <= set(LEVELS)


@pytest.mark.parametrize("name", ALL)
def test_a_level_it_does_not_have_is_refused(name: str) -> None:
    with pytest.raises(LevelError):
        measures[name](Patterns.from_matrix([[1, 2], [1, 1]]), level="no such level")


@pytest.mark.parametrize("name", [n for n in ALL if "nominal" in measures[n].levels])
def test_moments_give_the_same_value_or_are_refused(name: str) -> None:
    rng = np.random.default_rng(3)
    unit, rater = np.repeat(np.arange(300), 2), np.tile([0, 1], 300)
    answers = LongForm.of(unit, rater, rng.integers(0, 5, 600))
    moments = Moments.of(answers, "nominal")
    patterns = measures[name](Patterns.of(answers))

    try:
        figure = measures[name](moments)
    except LevelError:
        assert type(measures[name]).influence is Measure.influence
        return

    assert figure.value == pytest.approx(patterns.value, abs=1e-12)
    assert (figure.low, figure.high) == pytest.approx((patterns.low, patterns.high), abs=0.01)
