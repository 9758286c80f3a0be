"""A scale's numbers and its keys."""

from __future__ import annotations

import pytest

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import BadAnswer, BadConfig

rating = kinds["rating"]


def scale(low, high, **more):
    return rating.clean_config({"min": low, "max": high, **more})


@pytest.mark.parametrize(
    ("low", "high", "keys"),
    [
        (1, 5, "12345"),
        (0, 4, "01234"),
        (1, 10, "1234567890"),
        (0, 9, "0123456789"),
        (-2, 2, "12345"),
        (3, 5, "345"),
    ],
)
def test_the_key_is_the_number_where_it_can_be(low, high, keys):
    config = scale(low, high)
    assert "".join(label.key for label in rating.labels(config)) == keys
    assert rating.is_first_key_final(config)


def test_eleven_points_have_ten_keys_so_no_key_is_final():
    config = scale(0, 10)
    keys = [label.key for label in rating.labels(config)]
    assert keys == [*"0123456789", ""]
    assert not rating.is_first_key_final(config)


def test_a_long_scale_is_typed():
    assert rating.labels(scale(0, 100)) == ()


@pytest.mark.parametrize(("given", "kept"), [("4", 4), (4.0, 4), (" 4 ", 4), (4, 4)])
def test_numbers_are_kept_as_whole_numbers(given, kept):
    value = rating.clean(given, scale(1, 5))
    assert (value, type(value)) == (kept, int)


@pytest.mark.parametrize("given", ["4.5", "²", "1e0", "--1", "", 4.5, 6, "9" * 5000, float("nan")])
def test_what_is_no_point_is_refused(given):
    with pytest.raises(BadAnswer):
        rating.clean(given, scale(1, 5))


@pytest.mark.parametrize(
    "config", [{"min": 5, "max": 5}, {"min": True}, {"level": "nominal"}, {"points": [{}]},
               {"points": [{"value": 9}]}, {"points": [{"value": 1}, {"value": 1}]}]
)  # fmt: skip
def test_a_wrong_scale_is_refused(config):
    with pytest.raises(BadConfig):
        rating.clean_config(config)
