"""Our alpha against the `krippendorff` package, on random and on real ratings."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from apps.agreement.measures import LongForm, Moments, Patterns, measures
from apps.agreement.measures.figure import NO_OVERLAP, ONE_VALUE
from apps.agreement.measures.verification import NO_LEVEL, TOO_LARGE, verify
from tests.paths import real_data

LEVELS = ("nominal", "ordinal", "interval", "ratio")
alpha = measures["krippendorff_alpha"]


def random_ratings(seed: int) -> LongForm:
    rng = np.random.default_rng(seed)
    units, raters, values = rng.integers(5, 60), rng.integers(2, 9), rng.integers(2, 9)
    truth = rng.integers(0, values, units)
    given = np.where(
        rng.random((raters, units)) < 0.6, truth, rng.integers(0, values, (raters, units))
    )
    rater, unit = np.nonzero(rng.random((raters, units)) < 0.7)
    return LongForm.of(unit, rater, given[rater, unit] * 1.5)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("seed", range(20))
def test_equals_the_other_implementation_with_missing_answers(seed: int, level: str) -> None:
    answers = random_ratings(seed)
    data = Patterns.of(answers)

    by_patterns = alpha(data, level=level, interval=False).value
    by_moments = alpha(Moments.of(answers, level), level=level, interval=False).value

    other = verify(data, level)
    assert by_patterns == pytest.approx(other, abs=1e-9)
    assert by_moments == pytest.approx(other, abs=1e-9)


def load(path: Path, unit: str, rater: str, value: str) -> Patterns:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    values = [int(row[value]) for row in rows]
    return Patterns.from_long([r[unit] for r in rows], [r[rater] for r in rows], values)


@pytest.mark.parametrize(
    ("folder", "file", "columns", "level", "units", "raters", "value"),
    [
        ("snow2008", "rte_annotations", "item worker label", "nominal", 800, 164, 0.241479),
        ("bluebirds_duck", "annotations", "item worker label", "nominal", 108, 39, 0.125501),
        (
            "convabuse",
            "ConvAbuse_annotations",
            "item annotator label",
            "ordinal",
            4050,
            8,
            0.657875,
        ),
    ],
)
def test_published_data_sets(
    folder: str, file: str, columns: str, level: str, units: int, raters: int, value: float
) -> None:
    unit, rater, column = columns.split()
    data = load(real_data(folder) / f"{file}.csv", unit, rater, column)

    figure = alpha(data, level=level)

    assert (figure.units, figure.raters) == (units, raters)
    assert figure.value == pytest.approx(value, abs=1e-6)
    assert figure.value == pytest.approx(verify(data, level), abs=1e-9)
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < value < figure.high


def test_dawid_and_skenes_first_observer_rates_three_times() -> None:
    path = real_data("dawid_skene_1979") / "annotations.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    unit, rater = [r["patient"] for r in rows], [r["observer"] for r in rows]
    data = Patterns.from_long(unit, rater, [int(r["label"]) for r in rows], repeats="keep")

    figure = alpha(data)

    assert (figure.units, figure.raters, figure.pairable) == (45, 5, 315)
    assert figure.value == pytest.approx(verify(data, "nominal"), abs=1e-9)


def test_alpha_of_sets_by_jaccard_counts_each_pair() -> None:
    a, b, ab = frozenset("a"), frozenset("b"), frozenset("ab")
    data = Patterns.from_rows([a, b, ab], [([2, 0, 0], 2), ([0, 2, 0], 1), ([1, 0, 1], 1)])

    figure = alpha(data, level="jaccard", interval=False)

    # By hand: 8 answers, 5 a, 2 b, 1 ab. Inside units: one pair of .5, both ways. Over all pairs:
    # a-b 10 x 1, a-ab 5 x .5, b-ab 2 x .5, both ways.
    assert figure.value == pytest.approx(1 - 7 * (2 * 0.5) / (2 * 13.5))


def test_the_second_implementation_says_why_it_has_no_answer() -> None:
    lone = Patterns.from_rows([1, 2], [([1, 0], 3), ([0, 1], 2)])
    constant = Patterns.from_rows([1, 2], [([2, 0], 3)])
    large = Patterns.from_rows([1, 2], [([2, 0], 5_000_000), ([1, 1], 1)])

    assert verify(lone, "nominal") == NO_OVERLAP
    assert verify(constant, "nominal") == ONE_VALUE
    assert verify(large, "nominal") == TOO_LARGE
    assert verify(constant, "jaccard") == NO_LEVEL
