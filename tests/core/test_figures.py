"""Numbers in words, and dots and whiskers in pixels."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.figures import (
    EDGE,
    Scale,
    coefficient,
    duration,
    glyph,
    interval,
    share,
    tick_label,
    verdict,
)

numbers = st.floats(-1, 1, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.784, ".784"),
        (1.0, "1.000"),
        (0.0, ".000"),
        (-0.1234, "\N{MINUS SIGN}.123"),
        (-0.0001, ".000"),
        (None, "none"),
        (math.nan, "none"),
        (math.inf, "none"),
    ],
)
def test_coefficient(value, text):
    assert coefficient(value) == text


def test_an_interval_below_zero_is_not_read_as_a_range_of_signs():
    assert interval(0.774, 0.796) == ".774\N{EN DASH}.796"
    assert interval(-0.12, 0.3) == "\N{MINUS SIGN}.120 to .300"
    assert interval(None, 0.3) == ""
    assert interval(math.nan, 0.3) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.41, "41 %"),
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.001, "<1 %"),
        (0.9999, ">99 %"),
        (0.995, ">99 %"),
        (0.994, "99 %"),
        (None, "none"),
    ],
)
def test_a_share_is_never_rounded_to_none_or_all(value, text):
    assert share(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1.5, "1.5 s"),
        (40, "40 s"),
        (59.7, "1 min"),
        (240, "4 min"),
        (4800, "1 h 20 min"),
        (7200, "2 h"),
        (86_400, "1 day"),
        (300_000, "3 days"),
        (None, "unknown"),
    ],
)
def test_duration(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("low", "high", "goal", "found"),
    [
        (0.8, 0.9, 0.8, "above"),
        (0.79, 0.8, 0.8, "undecided"),
        (0.7, 0.79, 0.8, "below"),
        (0.7, 0.79, None, "plain"),
        (None, None, 0.8, "plain"),
    ],
)
def test_the_interval_decides_the_verdict(low, high, goal, found):
    assert verdict(0.75, low, high, goal) == found


def test_what_is_not_defined_has_no_verdict():
    assert verdict(None, None, None, 0.8) == "none"
    assert verdict(math.nan, 0.1, 0.2, 0.8) == "none"


def test_ticks_are_round_and_end_where_the_scale_ends():
    assert [tick_label(t) for t in Scale(0.5, 1).ticks()] == [".5", ".6", ".7", ".8", ".9", "1"]
    assert [tick_label(t) for t in Scale(-0.2, 0.4).ticks(4)] == [
        "\N{MINUS SIGN}.2",
        "0",
        ".2",
        ".4",
    ]


@given(st.lists(numbers, min_size=1))
def test_a_scale_around_values_holds_them(values):
    scale = Scale.around(values)
    assert scale.start <= min(values)
    assert max(values) <= scale.end <= 1
    assert 2 <= len(scale.ticks()) <= 8


def test_a_scale_around_nothing_is_the_whole_one():
    assert Scale.around([None, math.nan]) == Scale(0, 1)


def test_a_scale_that_goes_nowhere_is_refused():
    with pytest.raises(ValueError, match="upwards"):
        Scale(0.5, 0.5)


@given(value=numbers, width=st.integers(60, 500))
def test_marks_stay_whole_inside_the_glyph(value, width):
    assert EDGE <= Scale(0, 1).place(value, width) <= width - EDGE


def test_an_interval_that_leaves_the_scale_has_no_cap_there():
    found = glyph(0.55, 0.41, 0.69, scale=Scale(0.5, 1), width=320)
    assert found.low == EDGE
    assert found.caps == (found.high,)


def test_a_slim_interval_gets_taller_caps():
    assert glyph(0.8, 0.79, 0.81, width=110).cap > glyph(0.8, 0.6, 0.9, width=110).cap
