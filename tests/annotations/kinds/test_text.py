"""Texts: how they are kept, and how far apart they lie."""

from __future__ import annotations

import random
import time

import pytest

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import BadAnswer, BadConfig
from apps.annotations.kinds.editing import edit_distance, list_distance

text = kinds["text"]
CONFIGS = [
    {"long": True, "min_length": 3},
    {"list": True},
    {"list": True, "min_items": 2, "max_items": 3, "max_length": 8},
    {"edit_of": "answer"},
    {"max_length": 1},
]


def config(**given):
    return text.clean_config(given)


def by_the_book(a, b):
    """Levenshtein's table, cell by cell."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y)))
    return row[-1]


def test_the_edit_distance_is_the_one_by_the_book():
    draw = random.Random(5)  # noqa: S311
    for _ in range(400):
        a, b = ("".join(draw.choices("ab🙂", k=draw.randrange(80))) for _ in range(2))
        assert edit_distance(a, b) == by_the_book(a, b)


def test_whole_pages_are_compared_in_no_time():
    draw = random.Random(6)  # noqa: S311
    a, b = ("".join(draw.choices("abcdefgh ", k=10_000)) for _ in range(2))
    began = time.process_time()
    edit_distance(a, b)
    assert time.process_time() - began < 2


def test_a_text_differs_by_its_code_points():
    assert text.distance("🙂 ja", "🙂 nein", config()) == pytest.approx(4 / 6)


def test_a_list_is_aligned_and_like_items_are_near():
    lists = config(list=True)
    assert text.distance(["coat", "hat"], ["coat"], lists) == 0.5
    assert text.distance(["coat", "hat"], ["coat", "cat"], lists) == pytest.approx(1 / 6)
    assert list_distance([], []) == 0
    assert list_distance([], ["x"]) == 1


def test_line_ends_are_one_sign_and_what_nobody_sees_is_gone():
    assert text.clean(" a\r\nb\rc\x07 ", config(long=True)) == "a\nb\nc"


def test_an_edited_text_keeps_its_ends():
    assert text.clean("\n  a ", config(edit_of="x")) == "\n  a "
    with pytest.raises(BadAnswer):
        text.clean("\n ", config(edit_of="x"))


@pytest.mark.parametrize(
    "given",
    [{"list": 1}, {"list": True, "edit_of": "x"}, {"min_length": 5, "max_length": 4},
     {"min_items": 0}, {"max_items": 999}, {"edit_of": 7}, {"long": "yes"}],
)  # fmt: skip
def test_a_wrong_config_is_refused(given):
    with pytest.raises(BadConfig):
        text.clean_config(given)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {"list": True}),
        ({}, {"max_length": 5}),
        ({}, {"min_length": 5}),
        ({}, {"edit_of": "x"}),
    ],
)
def test_what_was_answered_stays_allowed(old, new):
    with pytest.raises(BadConfig):
        text.succeed(config(**old), config(**new))
    assert text.succeed(config(max_length=5), config()) == config()


@pytest.mark.parametrize("value", [["a", "b\nc"], ["a", ""], ["a"], ["a", "b", "c", "d"], "a"])
def test_a_list_of_two_to_three_lines(value):
    with pytest.raises(BadAnswer):
        text.clean(value, config(list=True, min_items=2, max_items=3))
