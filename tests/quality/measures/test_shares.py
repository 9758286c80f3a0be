"""Shares, medians and differences, against second implementations and simulations."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest
from scipy import stats

from apps.quality.measures.shares import (
    NOTHING,
    Told,
    against,
    median_of,
    more_needed,
    needed_for,
    paired_difference,
    share_of,
    trend,
)


@pytest.mark.parametrize("name", ["shares", "reference", "people", "groups"])
def test_what_the_docstrings_show_is_so(name: str) -> None:
    module = importlib.import_module(f"apps.quality.measures.{name}")

    assert doctest.testmod(module, extraglobs={"np": np}).failed == 0


@pytest.mark.parametrize(("hits", "n"), [(0, 5), (3, 7), (23, 74), (40, 40), (1, 1)])
def test_a_share_has_wilsons_limits(hits: int, n: int) -> None:
    told = share_of(hits, n)
    known = stats.binomtest(hits, n).proportion_ci(method="wilson")

    assert told.low == pytest.approx(known.low, abs=1e-12)
    assert told.high == pytest.approx(known.high, abs=1e-12)
    assert share_of(0, 0) == NOTHING


def test_so_many_answers_as_are_needed_are_enough_and_one_less_is_not() -> None:
    for share in (0.5, 0.7, 0.9):
        n = needed_for(share)
        told = share_of(share * n, n)
        before = share_of(share * (n - 1), n - 1)
        assert told.low is not None
        assert told.high is not None
        assert (told.high - told.low) / 2 <= 0.1 < (before.high - before.low) / 2
    assert more_needed(Told(0.5, 0.4, 0.6, 90)) == 3
    assert more_needed(Told(0.5, 0.4, 0.6, 900)) == 0
    assert more_needed(NOTHING) == 93


def test_a_median_lies_between_its_limits_in_19_of_20_draws() -> None:
    rng = np.random.default_rng(3)
    for n in (8, 30, 101):
        draws = [median_of(rng.exponential(size=n)) for _ in range(2_000)]
        held = np.mean([told.low <= np.log(2) <= told.high for told in draws])
        assert held >= 0.94
    assert median_of(np.array([1.0, np.nan, 3.0])) == Told(2.0, None, None, 2)
    assert median_of(np.array([np.nan])) == NOTHING


def test_a_difference_is_within_its_limits_and_rarely_found_by_chance() -> None:
    rng = np.random.default_rng(4)
    held, found = [], []
    for _ in range(3_000):
        more, less, _ = rng.multinomial(120, [0.1, 0.1, 0.8])
        told = paired_difference(int(more), int(less), 120)
        held.append(told.low <= 0 <= told.high)
        found.append(told.p <= 0.05)
    assert 0.93 <= np.mean(held) <= 0.98
    assert np.mean(found) <= 0.055


@pytest.mark.parametrize(("more", "less"), [(20, 8), (3, 0), (5, 5), (0, 0)])
def test_the_chance_of_a_difference_is_mcnemars(more: int, less: int) -> None:
    known = stats.binomtest(more, more + less, 0.5).pvalue if more + less else 1.0

    assert paired_difference(more, less, 100).p == pytest.approx(known)
    assert paired_difference(0, 0, 0).p == 1.0


def test_a_trend_is_the_correlation_of_answers_with_their_window() -> None:
    """z² = N r²: the second way to write Cochran's and Armitage's test."""
    hits, of = np.array([12.0, 20.0, 31.0, 30.0]), np.array([40.0, 50.0, 50.0, 45.0])
    place = np.repeat(np.arange(4), of.astype(int))
    right = np.concatenate([np.arange(n) < k for k, n in zip(hits, of, strict=True)])

    z, p = trend(hits, of)

    r = np.corrcoef(place, right)[0, 1]
    assert z == pytest.approx(np.sqrt(place.size) * r)
    assert p == pytest.approx(stats.chi2.sf(place.size * r * r, 1))
    assert trend(np.array([5.0]), np.array([9.0])) == (0.0, 1.0)
    assert trend(np.array([5.0, 5.0]), np.array([5.0, 5.0])) == (0.0, 1.0)


def test_nobody_is_compared_with_nobody() -> None:
    assert against(3, 3, 0, 0) == (0.0, 1.0)
