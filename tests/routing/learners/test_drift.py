"""Drift is found where there is some, and not where there is none, as often as is said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from apps.routing.learners.drift import binned, psi, told_apart
from apps.routing.learners.features import Weighed, counts_of


def index_of(p: np.ndarray, q: np.ndarray) -> float:
    return float(((p - q) * np.log(p / q)).sum())


@pytest.mark.proof
@pytest.mark.parametrize(("n", "m"), [(200, 200), (2_000, 500)])
@pytest.mark.parametrize("move", [0.0, 0.3, 0.8])
def test_the_limits_hold_the_truth_as_often_as_they_say(move: float, n: int, m: int) -> None:
    rng = np.random.default_rng(7)
    p = rng.dirichlet(np.full(8, 5.0))
    q = p * np.exp(move * rng.normal(size=8))
    q /= q.sum()
    truth, held, found = index_of(p, q), 0, 0
    for _ in range(200):
        said = psi(rng.multinomial(n, p), rng.multinomial(m, q))
        held += said.low <= truth <= said.high
        found += said.p_value < 0.05

    assert held >= 179
    if not move:
        assert found <= 20
    if move == 0.8:
        assert found >= 190


@pytest.mark.parametrize(
    ("now", "band"),
    [
        ([2500, 2500, 2500, 2500], "little"),
        ([1400, 2500, 2500, 3600], "unknown"),
        ([1150, 2500, 2500, 3850], "some"),
        ([500, 2500, 2500, 4500], "much"),
    ],
)
def test_bands_are_those_that_are_usual(now: list[int], band: str) -> None:
    found = psi(np.full(4, 2500), np.array(now))

    assert found.band == band
    assert f"{found.low:.3f} to {found.high:.3f}" in found.words
    assert (found.before, found.now) == (10_000, 10_000)


def test_few_answers_say_nothing() -> None:
    found = psi(np.array([400, 400]), np.array([49, 0]))

    assert found.band == "unknown"
    assert "800 before and 49 now" in found.words
    assert found.p_value == 1


def test_a_label_that_is_new_is_drift_and_no_error() -> None:
    found = psi(np.array([500, 500, 0]), np.array([250, 250, 500]))

    assert found.band == "much"
    assert np.isfinite(found.high)


def test_rare_bins_are_one() -> None:
    before = np.array([500, 300, *[1] * 100])

    assert psi(before, before[::-1]).bins < 102
    assert psi(np.array([100, 0, 0]), np.array([100, 0, 0])).bins == 1
    assert psi(np.array([100, 0, 0]), np.array([100, 0, 0])).band == "little"


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=80),
    st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=80),
)
def test_each_number_is_in_one_bin(before: list[float], now: list[float]) -> None:
    counts = binned(np.array(before, float), np.array(now, float))

    assert [int(some.sum()) for some in counts] == [len(before), len(now)]
    assert counts[0].size == counts[1].size


WORDS = ["late", "lost", "blocked", "found", "paid", "sent", "open", "closed"]


def texts(rng: np.random.Generator, number: int, odds: np.ndarray) -> sparse.csr_array:
    counts = counts_of([" ".join(rng.choice(WORDS, 6, p=odds)) for _ in range(number)])
    return Weighed.by(counts).rows(counts)


@pytest.mark.proof
def test_the_same_cannot_be_told_apart_more_often_than_chance_allows() -> None:
    rng, even = np.random.default_rng(0), np.full(8, 1 / 8)
    found = [
        told_apart(texts(rng, 150, even), texts(rng, 120, even), seed=seed) for seed in range(40)
    ]

    assert sum(one.p_value < 0.05 for one in found) <= 6
    assert all(one.accuracy.n == 120 for one in found)


def test_other_words_are_told_apart() -> None:
    rng, even = np.random.default_rng(1), np.full(8, 1 / 8)
    odds = np.array([4, 4, 1, 1, 1, 1, 1, 1]) / 14

    found = told_apart(texts(rng, 600, even), texts(rng, 500, odds))

    assert found.p_value < 1e-4
    assert found.accuracy.low > 0.5
    assert "can be told from" in found.words


def test_dense_rows_do_as_well_and_few_say_nothing() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(400, 3)).astype(np.float32)

    assert told_apart(x, x + 2).accuracy.value > 0.9
    few = told_apart(x[:49], x)
    assert (few.p_value, few.accuracy.value) == (None, None)
    assert "49 before and 400 now" in few.words
