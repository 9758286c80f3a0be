"""What is allowed and hardly meant, as each kind says it."""

from __future__ import annotations

from typing import Any

import pytest

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import Seen
from apps.annotations.kinds.cuts import cuts_character, cuts_word

TEXT = "Ada Lovelace  wrote to 東京都庁 in 1843"


def odd(kind: str, *marks: dict[str, Any], shown: dict[str, Any], **more: Any) -> set[str]:
    behaviour = kinds[kind]
    config = behaviour.clean_config({"field": "it", "labels": ["a", "b"], **more})
    value = behaviour.clean([{"label": "a", **mark} for mark in marks], config)
    return set(behaviour.oddities(value, config, Seen({"it": shown})))


def spans(*parts: list[int], text: str = TEXT) -> set[str]:
    return odd(
        "span", *({"parts": [part]} for part in parts), shown={"text": text}, discontinuous=True
    )


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ([0, 3], set()),
        ([0, 12], set()),
        # Within words that no blank ends.
        ([23, 25], set()),
        ([0, 6], {"a span that begins or ends inside a word"}),
        ([1, 3], {"a span that begins or ends inside a word"}),
        ([31, 33], {"a span that begins or ends inside a word"}),
        ([12, 14], {"a span of white space only"}),
        ([0, 4], {"a span that begins or ends with white space"}),
    ],
)
def test_spans_of_words_are_told_from_those_that_cut_them(part: list[int], words: set[str]) -> None:
    assert spans(part) == words


@pytest.mark.parametrize(
    "text",
    [
        "東京都庁",
        "ひらがな",
        "カタカナ",
        "ภาษาไทย",
        "ພາສາລາວ",
        "ខ្មែរ",
        "서울에서",
        "وباريس",
        "לירושלים",
    ],
)
def test_scripts_without_blanks_or_with_particles_have_no_words_to_cut(text: str) -> None:
    assert not any(cuts_word(text, place) for place in range(len(text) + 1))


@pytest.mark.parametrize("text", ["naïveté", "Ärger", "Привет", "Αθήνα", "Երևան"])
def test_words_between_blanks_are_cut_at_each_place_within(text: str) -> None:
    assert [cuts_word(text, place) for place in range(len(text) + 1)] == [
        False,
        *[True] * (len(text) - 1),
        False,
    ]


@pytest.mark.parametrize(
    "text", ["e\u0301", "ที่", "\N{THUMBS UP SIGN}\U0001f3fd", "\U0001f469\u200d\U0001f52c", "कि"]
)
def test_no_script_has_marks_that_end_inside_a_character(text: str) -> None:
    assert any(cuts_character(text, place) for place in range(1, len(text)))
    assert not cuts_character(text, 0)
    assert not cuts_character(text, len(text))
    assert spans([0, 1], text=text) >= {"a span that begins or ends inside a character"}


def test_apostrophes_hyphens_and_units_end_a_word() -> None:
    assert not any(cuts_word("Ada's", place) for place in (3, 4))
    assert not cuts_word("5kg", 1)
    assert not cuts_word("north-east", 5)


def box(x: float, y: float, width: float = 40, height: float = 30, **more: Any) -> dict[str, Any]:
    return {"x": x, "y": y, "width": width, "height": height, **more}


PICTURE = {"width": 100, "height": 80}


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (box(0, 0), set()),
        # Two thirds of it lie without: round or turned things are cut off by edges.
        (box(90, 0, 30, 30), set()),
        (box(0, 0, 1.9, 30), {"a box of hardly any size"}),
        (box(0, 0, 2, 30), set()),
        (box(95, 75), {"a box that lies outside the image, for the most part"}),
        (box(-500, 0), {"a box that lies outside the image, for the most part"}),
    ],
)
def test_boxes_of_no_size_or_outside_are_told(mark: dict[str, Any], words: set[str]) -> None:
    assert odd("box", mark, shown=PICTURE) == words


def test_what_is_drawn_twice_is_told_whatever_its_id() -> None:
    twice = [box(0, 0, id="a"), box(0, 0, id="b")]

    assert odd("box", *twice, shown=PICTURE) == {"the same box twice"}
    assert odd("box", twice[0], {**twice[1], "label": "b"}, shown=PICTURE) == set()
    points = {"points": [[0, 0], [9, 0], [9, 9]]}
    assert odd("polygon", points, points, shown=PICTURE) == {"the same area twice"}


def test_areas_lines_and_ellipses_are_measured_as_they_are() -> None:
    tiny = {"points": [[5, 5], [6, 5], [6, 6]]}
    line = {"points": [[5, 5], [6.5, 5]]}

    assert odd("polygon", tiny, shown=PICTURE) == {"an area of hardly any size"}
    assert odd("polyline", line, shown=PICTURE) == {"a line of hardly any size"}
    assert odd("polyline", {"points": [[5, 5], [9, 5]]}, shown=PICTURE) == set()
    round_ = {"cx": 0, "cy": 0, "rx": 20, "ry": 20}
    # A quarter of a circle about a corner lies within.
    assert odd("ellipse", round_, shown=PICTURE) == set()


def test_where_the_size_is_unknown_nothing_lies_outside() -> None:
    assert odd("box", box(-500, 0), shown={}) == set()
    assert spans([0, 6], text=TEXT) != set()
    assert (
        set(
            kinds["span"].oddities(
                [], kinds["span"].clean_config({"field": "it", "labels": ["a"]}), Seen()
            )
        )
        == set()
    )


def test_several_pictures_each_have_their_own_size() -> None:
    shown = {"pictures": [(100, 80), None]}

    assert odd("box", box(500, 0, picture=0), shown=shown) == {
        "a box that lies outside the image, for the most part"
    }
    assert odd("box", box(500, 0, picture=1), shown=shown) == set()
    assert odd("box", box(0, 0, picture=7), shown=shown) == {
        "a box on a picture that the task does not show"
    }


def test_segments_are_held_against_what_is_played() -> None:
    def found(begin: float, until: float, **shown: float) -> set[str]:
        return odd("segment", {"start": begin, "end": until}, shown=shown)

    assert found(1, 2, duration=10) == set()
    assert found(1, 1.005, duration=10) == {"a segment of hardly any length"}
    # A series may be of milliseconds.
    assert found(1, 1.005, start=0, end=10) == set()
    assert found(9, 12, duration=10) == {"a segment that reaches beyond what is shown"}


@pytest.mark.parametrize("name", kinds)
def test_each_kind_says_oddities_in_words_and_needs_nothing_shown(name: str) -> None:
    kind = kinds[name]
    config = kind.clean_config(kind.starter)
    for value in kind.examples(config):
        for words in kind.oddities(value, config, Seen()):
            assert words
            assert not words.endswith(".")
