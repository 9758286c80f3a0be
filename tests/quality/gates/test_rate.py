"""How often known answers are mixed in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.quality.gates import Bars
from apps.quality.gates.rate import check_rate

BARS = Bars()
unit = st.floats(0, 1)


def rate(low: float | None, high: float | None, evidence: float = 0.0) -> float:
    return check_rate(low=low, high=high, evidence=evidence, bars=BARS, floor=0.02, ceiling=0.2)


@given(a=unit, b=unit, evidence=st.floats(-50, 50))
def test_the_rate_stays_between_floor_and_ceiling(a: float, b: float, evidence: float) -> None:
    assert 0.02 <= rate(min(a, b), max(a, b), evidence) <= 0.2 + 1e-12


@given(a=unit, b=unit, first=st.floats(-50, 50), second=st.floats(-50, 50))
def test_more_evidence_never_means_fewer(a: float, b: float, first: float, second: float) -> None:
    low, high = min(a, b), max(a, b)

    assert rate(low, high, min(first, second)) <= rate(low, high, max(first, second))


@pytest.mark.parametrize(
    ("low", "high", "evidence", "expected"),
    [
        (None, None, 0.0, 0.2),
        (0.3, 0.95, 0.0, 0.2),
        (0.7, 0.78, 0.0, 0.02),
        (0.86, 0.99, 0.0, 0.02),
        (0.86, 0.99, BARS.needed, 0.2),
        (0.86, 0.99, BARS.needed / 2, 0.11),
    ],
)
def test_doubt_asks_for_more(
    low: float | None, high: float | None, evidence: float, expected: float
) -> None:
    assert rate(low, high, evidence) == pytest.approx(expected)
