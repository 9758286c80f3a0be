"""Numbers: what is kept, what is refused, how far apart."""

from __future__ import annotations

import pytest

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import BadAnswer, BadConfig

number = kinds["number"]
CONFIGS = [
    {},
    {"min": 0, "max": 1, "step": 0.1},
    {"min": 0, "level": "ratio", "unit": "€", "step": 0.01},
    {"max": -1.5},
]


def config(**given):
    return number.clean_config(given)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("4", 4), (4.0, 4), (" 0.3 ", 0.3), ("-1e2", -100), (0.3, 0.3), ("9007199254740992", 2**53)],
)
def test_a_number_is_kept_as_it_is_and_whole_ones_are_whole(given, kept):
    value = number.clean(given, config())
    assert (value, type(value)) == (kept, type(kept))


@pytest.mark.parametrize("given", ["", "²", "\u0661", "0x1", "inf", "nan", "1_0", "--1", "9" * 40,
                                   float("nan"), float("inf"), 2**53 + 2, True, [1]])  # fmt: skip
def test_what_is_no_number_is_refused(given):
    with pytest.raises(BadAnswer):
        number.clean(given, config())


def test_steps_are_counted_in_decimal_digits():
    tenths = config(min=0, max=1, step=0.1)
    assert number.clean(0.3, tenths) == 0.3
    assert number.clean(0.7, tenths) == 0.7
    with pytest.raises(BadAnswer, match=r"from 0 to 1, in steps of 0\.1"):
        number.clean(0.35, tenths)


def test_a_range_gives_the_distance_its_scale_and_without_one_the_numbers_do():
    assert number.distance(2, 4, config(min=0, max=10)) == pytest.approx(0.2)
    assert number.distance(90, 110, config()) == pytest.approx(0.1)
    assert number.distance(0, 5, config()) == 1
    assert number.distance(0, 0, config()) == 0


@pytest.mark.parametrize(
    "given",
    [{"min": 5, "max": 5}, {"min": True}, {"min": "1"}, {"step": 0}, {"step": -1},
     {"min": 0, "max": 1, "step": 2}, {"level": "nominal"}, {"level": "ratio"},
     {"level": "ratio", "min": -1}, {"unit": 3}, {"max": float("inf")}],
)  # fmt: skip
def test_a_wrong_config_is_refused(given):
    with pytest.raises(BadConfig):
        number.clean_config(given)


@pytest.mark.parametrize(
    ("old", "new", "is_fine"),
    [
        ({"min": 0, "max": 5}, {"min": 0, "max": 9}, True),
        ({"min": 0, "max": 5}, {}, True),
        ({"min": 0, "max": 5}, {"min": 1, "max": 5}, False),
        ({"min": 0}, {"min": 0, "max": 5}, False),
        ({"step": 1}, {"step": 0.5}, True),
        ({"step": 1}, {"step": 2}, False),
        ({}, {"step": 1}, False),
        ({"min": 0, "step": 2}, {"min": -1, "step": 2}, False),
    ],
)
def test_what_was_answered_stays_allowed(old, new, is_fine):
    old, new = config(**old), config(**new)
    if is_fine:
        assert number.succeed(old, new) == new
    else:
        with pytest.raises(BadConfig):
            number.succeed(old, new)
