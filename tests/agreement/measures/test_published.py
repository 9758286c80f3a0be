"""Figures that were printed come out: each with the paper or the program that prints it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from apps.agreement.measures import (
    Patterns,
    Rated,
    measures,
    paradox,
    per_label,
    rater_measures,
)
from apps.agreement.measures.bland_altman import LimitsOfAgreement
from apps.agreement.measures.distances import jaccard, masi
from tests.paths import real_data

# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", example D: 4 observers x 12
# units. The same ratings are cac.raw4raters of Gwet's R package irrCAC.
KRIPPENDORFF_2011 = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
# Wikipedia, "Krippendorff's alpha": 3 coders x 15 units.
WIKIPEDIA = [
    [None, None, None, None, None, 3, 4, 1, 2, 1, 1, 3, 3, None, 3],
    [1, None, 2, 1, 3, 3, 4, 3, None, None, None, None, None, None, None],
    [None, None, 2, 1, 3, 4, 4, None, 2, 1, 1, 3, 3, None, 4],
]
# Wikipedia, "Fleiss' kappa": 10 subjects x 14 raters, counts of 5 categories.
WIKIPEDIA_FLEISS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]
ARTSTEIN_POESIO_2008 = [[46, 0, 0], [6, 32, 6], [0, 0, 10]]  # their table 2, two coders
KRIPPENDORFF_2004 = [[12, 9, 9], [9, 14, 9], [9, 9, 20]]  # Human Communication Research 30, p. 246
GWET_ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]  # irrCAC 1.4, cont3x3abstractors
GWET_PARADOX = [[80, 7], [8, 5]]  # printed by irrCAC 1.4, gwet.ac1.raw


def of_table(table: list[list[int]]) -> Patterns:
    """Two raters' contingency table: both answers of a unit make its pattern."""
    identity = np.eye(len(table), dtype=int)
    rows = [
        ((identity[i] + identity[j]).tolist(), units)
        for i, row in enumerate(table)
        for j, units in enumerate(row)
        if units
    ]
    return Patterns.from_rows(range(1, len(table) + 1), rows, raters=2)


def of_counts(counts: list[list[int]]) -> Patterns:
    return Patterns.from_rows(range(1, len(counts[0]) + 1), [(row, 1) for row in counts])


@pytest.mark.parametrize(
    ("measure", "level", "data", "printed", "digits"),
    [
        ("krippendorff_alpha", "nominal", Patterns.from_matrix(KRIPPENDORFF_2011), 0.743421, 6),
        ("krippendorff_alpha", "ordinal", Patterns.from_matrix(KRIPPENDORFF_2011), 0.815, 3),
        ("krippendorff_alpha", "interval", Patterns.from_matrix(KRIPPENDORFF_2011), 0.849, 3),
        ("krippendorff_alpha", "ratio", Patterns.from_matrix(KRIPPENDORFF_2011), 0.797, 3),
        ("krippendorff_alpha", "nominal", Patterns.from_matrix(WIKIPEDIA), 0.691358, 6),
        ("krippendorff_alpha", "interval", Patterns.from_matrix(WIKIPEDIA), 0.810845, 6),
        ("krippendorff_alpha", "nominal", of_table(GWET_ABSTRACTORS), 0.7972585, 7),
        ("percent_agreement", "nominal", Patterns.from_matrix(KRIPPENDORFF_2011), 0.81818, 5),
        ("percent_agreement", "nominal", of_table(GWET_ABSTRACTORS), 0.89, 7),
        ("percent_agreement", "nominal", of_table(KRIPPENDORFF_2004), 0.46, 3),
        ("fleiss_kappa", "nominal", Patterns.from_matrix(KRIPPENDORFF_2011), 0.76117, 5),
        ("fleiss_kappa", "nominal", of_counts(WIKIPEDIA_FLEISS), 0.210, 3),
        ("scott_pi", "nominal", of_table(GWET_ABSTRACTORS), 0.7962397, 7),
        ("scott_pi", "nominal", of_table(KRIPPENDORFF_2004), 0.186, 3),
        ("gwet_ac1", "nominal", Patterns.from_matrix(KRIPPENDORFF_2011), 0.77544, 5),
        ("gwet_ac1", "nominal", of_table(GWET_ABSTRACTORS), 0.8493305, 7),
        ("gwet_ac1", "nominal", of_table(GWET_PARADOX), 0.808, 3),
        ("brennan_prediger", "nominal", Patterns.from_matrix(KRIPPENDORFF_2011), 0.77273, 5),
        ("brennan_prediger", "nominal", of_table(ARTSTEIN_POESIO_2008), 0.82, 3),
    ],
)
def test_printed_figure(
    measure: str, level: str, data: Patterns, printed: float, digits: int
) -> None:
    value = measures[measure](data, level=level, interval=False).value

    assert value == pytest.approx(printed, abs=0.6 * 10**-digits)


def test_alpha_with_a_distance_of_ones_own_as_artstein_and_poesio_print_it() -> None:
    distance = np.array([[0, 1, 0.5], [1, 0, 0.5], [0.5, 0.5, 0]])

    figure = measures["krippendorff_alpha"](of_table(ARTSTEIN_POESIO_2008), distance=distance)

    assert figure.value == pytest.approx(0.8156, abs=0.0005)
    assert figure.level == "custom"


def test_masi_of_passonneau_and_jaccard() -> None:
    sets = [frozenset("12"), frozenset("1234"), frozenset("23"), frozenset("9"), frozenset()]

    assert masi(sets, np.ones(5))[0].tolist() == pytest.approx([0, 2 / 3, 8 / 9, 1, 1])
    assert jaccard(sets, np.ones(5))[0].tolist() == pytest.approx([0, 0.5, 2 / 3, 1, 1])


NAMES = {
    "percent": "percent_agreement",
    "bennett_s": "brennan_prediger",
    "randolph_kappa": "brennan_prediger",
}


def reference() -> list[dict[str, Any]]:
    folder = real_data("reference")
    listed: list[dict[str, Any]] = json.loads((folder / "reference_figures.json").read_text())
    return listed


def of_reference(given: dict[str, Any]) -> Patterns:
    if "table" in given:
        return of_table(given["table"])
    if "counts" in given:
        return of_counts(given["counts"])
    return Patterns.from_matrix(list(zip(*given["units"], strict=True)))


def test_every_reference_figure_of_a_measure_we_have() -> None:
    """The collection of `../shared/data/reference`, each entry with its own source."""
    checked = []
    for entry in reference():
        name = NAMES.get(entry["measure"], entry["measure"])
        if name not in measures:
            continue
        level = entry["input"].get("level", "nominal")
        figure = measures[name](of_reference(entry["input"]), level=level, interval=False)
        assert figure.value == pytest.approx(entry["expected"], abs=entry["tol"]), entry["id"]
        checked.append(entry["id"])

    assert len(checked) >= 25


def test_kappa_of_each_category_as_fleiss_1971_prints_it() -> None:
    entry = next(entry for entry in reference() if entry["id"] == "fleiss1971_per_category")

    figures = per_label(measures["fleiss_kappa"], of_reference(entry["input"]), interval=False)

    assert [f.value for f in figures.values()] == pytest.approx(entry["expected"], abs=entry["tol"])


# Shrout and Fleiss (1979), table 2: 4 judges x 6 targets; what they print, and what pingouin 0.7
# prints of the same. Limits: pingouin's, which the paper's round to.
SHROUT_FLEISS = [[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]]
ICC = {
    "icc_1_1": (0.165742, -0.13, 0.72),
    "icc_2_1": (0.289764, 0.02, 0.76),
    "icc_3_1": (0.714841, 0.34, 0.95),
    "icc_1_k": (0.442797, -0.88, 0.91),
    "icc_2_k": (0.620051, 0.07, 0.93),
    "icc_3_k": (0.909316, 0.68, 0.99),
}
# Gwet's own table of raw4raters: the last unit is the third rater's, not the second's as above.
GWET_RAW = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, None],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 3],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
COHEN_1960 = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
PEAK_FLOW = [  # Bland and Altman (1986), table 1: first readings by two meters
    [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427],
    [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451],
]


@pytest.mark.parametrize("name", ICC)
def test_intraclass_correlation_with_its_limits_as_printed(name: str) -> None:
    value, low, high = ICC[name]

    figure = rater_measures[name](Rated.from_matrix(SHROUT_FLEISS), level="interval")

    assert figure.value == pytest.approx(value, abs=6e-7)
    assert (figure.low, figure.high) == pytest.approx((low, high), abs=0.006)
    assert figure.method == "F distribution"


@pytest.mark.parametrize(
    ("table", "printed", "digits"),
    [
        (COHEN_1960, 0.492, 3),
        (ARTSTEIN_POESIO_2008, 0.801, 3),
        (KRIPPENDORFF_2004, 0.186, 3),
        (GWET_ABSTRACTORS, 0.7964094, 7),
    ],
)
def test_cohens_kappa_as_printed(table: list[list[int]], printed: float, digits: int) -> None:
    data = Rated.from_table(range(1, 4), table)

    value = rater_measures["cohen_kappa"](data, interval=False).value

    assert value == pytest.approx(printed, abs=0.6 * 10**-digits)


def test_cohens_weighted_kappa_as_artstein_and_poesio_print_it() -> None:
    distance = np.array([[0, 1, 0.5], [1, 0, 0.5], [0.5, 0.5, 0]])

    figure = rater_measures["cohen_kappa"](
        Rated.from_table(range(1, 4), ARTSTEIN_POESIO_2008), distance=distance
    )

    assert figure.value == pytest.approx(0.8163, abs=0.0005)
    assert figure.level == "custom"


def test_interval_of_cohens_kappa_is_near_the_one_that_gwet_prints() -> None:
    """irrCAC 1.4: 0.7964094, SE 0.05891, of 100 charts."""
    figure = rater_measures["cohen_kappa"](Rated.from_table(range(1, 4), GWET_ABSTRACTORS))

    reach = 1.96 * 0.05891
    assert (figure.low, figure.high) == pytest.approx((0.7964 - reach, 0.7964 + reach), abs=0.015)


def test_congers_kappa_of_gwets_raters_with_missing_answers() -> None:
    figure = rater_measures["conger_kappa"](Rated.from_matrix(GWET_RAW), interval=False)

    assert figure.value == pytest.approx(0.76282, abs=6e-6)
    assert (figure.units, figure.raters) == (11, 4)


def test_congers_kappa_as_warrens_prints_it() -> None:
    entry = next(e for e in reference() if e["id"] == "warrens2010_hubert_conger_kappa")
    data = Rated.from_matrix(list(zip(*entry["input"]["units"], strict=True)))

    figure = rater_measures["conger_kappa"](data, interval=False)

    assert figure.value == pytest.approx(entry["expected"], abs=entry["tol"])


def test_ac2_as_irrcac_prints_it() -> None:
    checked = [e for e in reference() if e["measure"] == "gwet_ac2_quadratic"]
    for entry in checked:
        data = of_table(entry["input"]["table"])
        figure = measures["gwet_ac2"](data, level="ordinal", interval=False)
        assert figure.value == pytest.approx(entry["expected"], abs=entry["tol"]), entry["id"]

    assert len(checked) >= 4


def test_limits_of_agreement_as_bland_and_altman_print_them() -> None:
    """They took two standard deviations: -2.1, limits -79.7 and 75.5, bias -22.0 to 17.8."""
    figure = rater_measures["bland_altman"](Rated.from_matrix(PEAK_FLOW), level="interval")

    assert isinstance(figure, LimitsOfAgreement)
    assert figure.value == pytest.approx(-2.1, abs=0.06)
    assert (figure.low, figure.high) == pytest.approx((-22.0, 17.8), abs=0.1)
    spread = (figure.upper.value - figure.value) / 1.96
    assert spread == pytest.approx(38.8, abs=0.06)
    assert figure.value - 2 * spread == pytest.approx(-79.7, abs=0.1)
    assert figure.value + 2 * spread == pytest.approx(75.5, abs=0.1)
    # Of the lower limit -114.3 to -45.1, with the square root of 3 / n for what it is nearly.
    reach = (figure.lower.high - figure.lower.low) / 2
    assert reach == pytest.approx((114.3 - 45.1) / 2, rel=0.02)


def test_kappa_paradox_as_feinstein_and_cicchetti_print_it() -> None:
    """Two pairs of raters with 85 of 100 alike: kappa .70 and .32 (1990, J Clin Epidemiol 43)."""
    even, rare = (
        paradox(Rated.from_table(["yes", "no"], table), interval=False)["yes"]
        for table in ([[40, 9], [6, 45]], [[80, 10], [5, 5]])
    )

    assert even.kappa.value == pytest.approx(0.70, abs=0.006)
    assert rare.kappa.value == pytest.approx(0.32, abs=0.006)
    assert even.observed.value == rare.observed.value == pytest.approx(0.85)
    # Byrt, Bishop and Carlin (1993): kappa = (PABAK - PI² + BI²) / (1 - PI² + BI²).
    for one in (even, rare):
        prevalence, bias = one.prevalence.value, one.bias.value
        shift = bias**2 - prevalence**2
        assert one.kappa.value == pytest.approx((one.pabak.value + shift) / (1 + shift))
