"""Agreement between readers that a finding is there, beside other implementations."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from apps.quality.measures.readers import MOST_READERS, Between, between_readers

CASES, READERS = 120, 4


def readings(seed: int = 7) -> np.ndarray:
    """(cases, readers): of a finding in a fifth of the cases; each reader errs at a rate of their own."""
    rng = np.random.default_rng(seed)
    there = rng.random(CASES) < 0.2
    errs = rng.random((CASES, READERS)) < np.array([0.05, 0.1, 0.15, 0.3])
    return there[:, None] ^ errs


def found(read: np.ndarray, cluster: np.ndarray | None = None) -> Between:
    cases, readers = read.shape
    case = np.repeat(np.arange(cases), readers)
    return between_readers(
        reader=np.tile(np.arange(readers), cases),
        case=case,
        cluster=case if cluster is None else cluster[case],
        is_read=read.ravel(),
    )


def test_alpha_and_kappas_are_those_of_other_libraries() -> None:
    read = readings()

    told = found(read)

    together = {figure.measure: figure.value for _, figure in told.together}
    alpha = krippendorff.alpha(read.T.astype(int), level_of_measurement="nominal")
    assert together["krippendorff_alpha"] == pytest.approx(alpha)
    alike = [read[:, a] == read[:, b] for a in range(READERS) for b in range(a)]
    assert together["percent_agreement"] == pytest.approx(np.mean(alike))
    for pair in told.pairs:
        one, other = read[:, pair.first], read[:, pair.second]
        assert pair.kappa.value == pytest.approx(cohen_kappa_score(one, other))
        assert pair.agreement.value == pytest.approx(np.mean(one == other))
        assert pair.kappa.low < pair.kappa.value < pair.kappa.high
    assert len(told.pairs) == READERS * (READERS - 1) // 2


def test_who_comes_first_is_no_matter() -> None:
    read = readings()
    one, turned = found(read), found(read[::-1, ::-1])

    values = [sorted(pair.kappa.value or 0 for pair in each.pairs) for each in (one, turned)]
    assert values[0] == pytest.approx(values[1])
    assert one.together[0][1].value == pytest.approx(turned.together[0][1].value)


def test_cases_of_one_patient_are_drawn_together() -> None:
    """Each case stands five times, as five pictures of a patient: the interval is that of the patients."""
    read = readings()
    alone, five = found(read), found(np.repeat(read, 5, axis=0))
    grouped = found(np.repeat(read, 5, axis=0), np.repeat(np.arange(CASES), 5))

    def width(told: Between) -> float:
        figure = told.together[0][1]
        return figure.high - figure.low

    assert width(grouped) == pytest.approx(width(alone), rel=0.1)
    assert width(five) < 0.6 * width(grouped)


def test_a_rare_finding_shows_why_three_figures_stand_side_by_side() -> None:
    """The paradox of kappa (Feinstein and Cicchetti 1990): almost all agree, and alpha is about 0."""
    read = np.zeros((200, 2), bool)
    read[0, 0] = read[1, 1] = True

    together = {figure.measure: figure.value for _, figure in found(read).together}

    assert together["percent_agreement"] == pytest.approx(0.99)
    assert together["krippendorff_alpha"] < 0.01
    assert together["gwet_ac1"] > 0.98


def test_those_with_most_readings_stand_two_by_two() -> None:
    read = np.ones((30, MOST_READERS + 2), bool)
    read[:10] = False

    told = found(read)

    assert told.left_out == 2
    assert len(told.pairs) == MOST_READERS * (MOST_READERS - 1) // 2


def test_nothing_shared_is_undefined_with_its_reason() -> None:
    nobody = np.zeros(0, np.int64)
    empty = between_readers(reader=nobody, case=nobody, cluster=nobody, is_read=nobody.astype(bool))
    three = np.arange(3)
    apart = between_readers(
        reader=three, case=three, cluster=three, is_read=np.array([True, False, True])
    )

    for told in (empty, apart):
        assert (told.cases, told.pairs) == (0, [])
        assert all(figure.value is None for _, figure in told.together)
        assert all(figure.undefined_reason is not None for _, figure in told.together)
