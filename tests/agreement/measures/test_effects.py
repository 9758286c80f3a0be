"""The effect of each unit, held against leaving it out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from apps.agreement.measures import (
    LongForm,
    Moments,
    Patterns,
    Rated,
    effects,
    measures,
    rater_measures,
)
from tests.agreement.measures.test_compared import compared, simulated

ALPHA = measures["krippendorff_alpha"]


def table(units: int = 40, seed: int = 2) -> list[list[int | None]]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, units)
    rows = np.where(rng.random((3, units)) < 0.7, truth, rng.integers(0, 3, (3, units)))
    cells: list[list[int | None]] = rows.tolist()
    cells[0][:3] = [None] * 3
    cells[1][:2] = [None] * 2
    return cells


@pytest.mark.parametrize("name", sorted(measures))
def test_leaving_a_unit_out_changes_the_figure_by_its_effect(name: str) -> None:
    measure, data = measures[name], Patterns.from_matrix(table())
    level = "nominal" if "nominal" in measure.levels else measure.levels[0]
    if name == "scott_pi":
        data = Patterns.from_matrix(table()[1:])

    found = effects(measure, data, level=level)

    for row in range(data.units.size):
        without = replace(data, units=data.units - (np.arange(data.units.size) == row))
        left = measure(without, level=level, interval=False).value
        assert found.effect[row] == pytest.approx(found.figure.value - left, abs=1e-12)


def test_rows_by_rater_are_told_too_and_what_does_not_count_has_none() -> None:
    measure, data = rater_measures["conger_kappa"], Rated.from_matrix(table())

    found = effects(measure, data)

    row = int(np.argmin(found.effect))
    without = replace(data, units=data.units - (np.arange(data.units.size) == row))
    left = measure(without, interval=False).value
    assert found.effect[row] == pytest.approx(found.figure.value - left, abs=1e-12)
    complete = rater_measures["kendall_w"]
    assert (effects(complete, data, level="ordinal").effect[data.sizes < 3] == 0).all()


def test_a_unit_with_disagreement_lowers_alpha_and_comes_first() -> None:
    data = Patterns.from_matrix(table())

    found = effects(ALPHA, data)

    lowest = found.lowest(3)
    assert data.disagreeing[lowest].all()
    assert (np.diff(found.effect[lowest]) >= 0).all()
    assert (found.effect[~data.disagreeing & (data.sizes > 1)] > 0).all()
    assert (found.effect[data.sizes < 2] == 0).all()


@pytest.mark.parametrize("name", ["krippendorff_alpha", "percent_agreement"])
def test_of_answers_that_are_only_compared(name: str) -> None:
    """The distances of a unit left out come from all the others, as by hand."""
    rows, measure = simulated(30), measures[name]

    found = effects(measure, compared(rows))

    for unit in (0, 7, 29):
        kept = [row[:unit] + row[unit + 1 :] for row in rows]
        left = measure(compared(kept), interval=False).value
        assert found.effect[unit] == pytest.approx(found.figure.value - left, abs=1e-12)


def test_moments_tell_nearly_the_same_as_patterns() -> None:
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 50, 400)
    unit, rater = np.repeat(np.arange(400), 2), np.tile([0, 1], 400)
    value = np.repeat(truth, 2) + rng.integers(-4, 5, 800)
    answers = LongForm.of(unit, rater, value)

    exact = effects(ALPHA, Patterns.of(answers), level="interval").effect
    by_delta = effects(ALPHA, Moments.of(answers, "interval"), level="interval").effect

    assert by_delta == pytest.approx(exact[answers.pattern_of_unit[0]], abs=2e-5)


def test_an_undefined_figure_has_no_effects() -> None:
    found = effects(ALPHA, Patterns.from_matrix([[1, 1], [1, 1]]))

    assert found.figure.undefined_reason is not None
    assert found.lowest(5).size == 0
