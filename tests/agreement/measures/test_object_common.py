"""What holds for every measure of objects there is, and for each that is added."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from apps.agreement.measures import (
    ObjectMeasure,
    object_effects,
    object_measures,
    object_outlook,
    per_object_label,
)
from tests.agreement.measures.marks import Row, of_texts, texts

ALL = sorted(object_measures)
COEFFICIENTS = [name for name in ALL if object_measures[name].is_coefficient]
# Chance is drawn by lot: other raters' order, other lots.
BY_LOT = {"gamma": 0.05, "gamma_cat": 0.08}


def value_of(measure: ObjectMeasure, rows: list[Row]) -> float | None:
    return measure(of_texts(rows), interval=False).value


@pytest.mark.parametrize("name", ALL)
class TestEveryObjectMeasure:
    def test_says_who_it_is(self, name: str) -> None:
        measure = object_measures[name]

        assert measure.name == name == type(measure).__module__.rsplit(".", 1)[1]
        assert measure.label
        assert "(" in measure.reference
        assert ">>>" in (type(measure).__doc__ or "")

    def test_order_of_answers_and_names_do_not_matter(self, name: str) -> None:
        rows = texts(15, 2)
        other = [
            (f"doc {unit}", f"who {rater}", [({"x": 1, "y": 2, "z": 3}[k], at) for k, at in marks])
            for unit, rater, marks in rows[::-1]
        ]

        assert value_of(object_measures[name], rows) == pytest.approx(
            value_of(object_measures[name], other), abs=BY_LOT.get(name, 1e-9)
        )

    def test_no_overlap_is_undefined(self, name: str) -> None:
        figure = object_measures[name](of_texts(texts(5, 1, raters=1)))

        assert figure.value is None
        assert figure.undefined_reason.code == "no_overlap"
        assert figure.excluded["fewer_than_two_answers"] == 5

    def test_nothing_marked_is_undefined(self, name: str) -> None:
        rows: list[Row] = [(unit, rater, []) for unit, rater, _ in texts(12, 1)]

        figure = object_measures[name](of_texts(rows))

        assert figure.value is None
        assert figure.undefined_reason is not None

    def test_lone_answers_are_told_as_left_out(self, name: str) -> None:
        rows = texts(12, 5)
        more = [("alone", "r0", [("x", (0, 5))])]

        figure = object_measures[name](of_texts(rows + more), interval=False)

        assert figure.excluded["fewer_than_two_answers"] == 1
        assert figure.units == 12
        assert figure.value == pytest.approx(
            value_of(object_measures[name], rows), abs=BY_LOT.get(name, 1e-9)
        )

    def test_figure_is_json_with_its_interval_around_the_value(self, name: str) -> None:
        figure = object_measures[name](of_texts(texts(60, 6)))
        told = json.loads(json.dumps(asdict(figure)))

        assert told["low"] < told["value"] < told["high"]
        assert told["method"].startswith("bootstrap over units")
        assert told["undefined_replicates"] == 0
        assert (told["units"], told["raters"], told["pairable"]) == (60, 3, 180)

    def test_whole_groups_are_drawn(self, name: str) -> None:
        rows = texts(60, 6)
        groups = {f"t{u}": f"g{u // 4}" for u in range(60)}

        figure = object_measures[name](of_texts(rows, groups=groups))

        assert "groups" in figure.method

    def test_few_units_have_no_interval(self, name: str) -> None:
        figure = object_measures[name](of_texts(texts(5, 6)))

        assert figure.value is not None
        assert figure.interval_reason.code == "too_few_units"

    def test_the_same_seed_gives_the_same_interval(self, name: str) -> None:
        data = of_texts(texts(20, 7))

        assert object_measures[name](data, seed=7) == object_measures[name](data, seed=7)

    def test_leaving_a_unit_out_changes_the_figure_by_its_effect(self, name: str) -> None:
        rows = texts(12, 8)
        found = object_effects(object_measures[name], of_texts(rows))

        for unit in (0, 5):
            kept = [row for row in rows if row[0] != f"t{unit}"]
            left = value_of(object_measures[name], kept)
            assert found.effect[unit] == pytest.approx(
                found.figure.value - left, abs=BY_LOT.get(name, 1e-9)
            )

    @pytest.mark.proof
    def test_the_width_foretold_is_about_that_of_the_interval(self, name: str) -> None:
        data = of_texts(texts(80, 9))
        figure = object_measures[name](data)

        width = object_outlook(object_measures[name], data).width(80)

        assert width == pytest.approx(figure.high - figure.low, rel=0.15)

    def test_each_label_has_a_figure_of_its_own(self, name: str) -> None:
        found = per_object_label(object_measures[name], of_texts(texts(12, 10)), interval=False)

        assert set(found) == {"x", "y", "z"}
        assert all((one.value is None) == bool(one.undefined_reason) for one in found.values())


@pytest.mark.parametrize("name", COEFFICIENTS)
class TestEveryObjectCoefficient:
    def test_raters_who_always_agree_give_one(self, name: str) -> None:
        rows = [row for row in texts(12, 3, raters=1) for _ in range(2)]
        both = [(unit, f"r{i % 2}", marks) for i, (unit, _, marks) in enumerate(rows)]

        assert value_of(object_measures[name], both) == pytest.approx(1)

    def test_less_noise_is_more_agreement_and_never_above_one(self, name: str) -> None:
        loud, quiet = (value_of(object_measures[name], texts(25, 4, noise=x)) for x in (0.6, 0.2))

        assert loud is not None
        assert quiet is not None
        assert loud < quiet <= 1

    def test_near_perfect_agreement_has_an_interval_all_the_same(self, name: str) -> None:
        rows = [row for row in texts(60, 3, raters=1, noise=0) for _ in range(2)]
        both = [(unit, f"r{i % 2}", list(marks)) for i, (unit, _, marks) in enumerate(rows)]
        both[0][2][0] = ("other", both[0][2][0][1])
        both[2][2][0] = ("other", (both[2][2][0][1][0] + 6, both[2][2][0][1][1] + 6))

        figure = object_measures[name](of_texts(both))

        assert "boundary rule" in figure.method
        assert figure.low < figure.value <= figure.high


def test_units_left_out_move_nothing_and_undefined_figures_have_no_outlook() -> None:
    rows = texts(12, 1)
    rows[0][2].append(("x", (0, 100)))
    measure = object_measures["u_alpha"]

    found = object_effects(measure, of_texts(rows))
    nothing = object_outlook(measure, of_texts([(unit, who, []) for unit, who, _ in rows]))

    assert found.effect[0] == 0
    assert (found.effect[1:] != 0).all()
    assert nothing.spread is None
    assert nothing.reason.code == "nothing_marked"


def test_groups_make_more_texts_necessary() -> None:
    loud, quiet = texts(100, 3, noise=0.8), texts(100, 4, noise=0.1)
    rows = [row for row in loud if int(row[0][1:]) % 20 < 10]
    rows += [row for row in quiet if int(row[0][1:]) % 20 >= 10]
    groups = {f"t{u}": f"g{u // 10}" for u in range(100)}

    found = object_outlook(object_measures["u_alpha"], of_texts(rows, groups=groups))

    assert found.by_groups > 2
