"""Spans: places in code points, parts, overlap, counts, distance."""

from __future__ import annotations

import re

import pytest

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import BadAnswer, BadConfig, Seen

span = kinds["span"]
CONFIGS = [
    {"field": "text", "labels": ["a", "b", "c"], "discontinuous": True, "overlap": "nested"},
    {"field": "text", "labels": ["a", {"value": "b", "min": 1, "max": 2}], "min": 2, "max": 4},
    {"field": "text", "labels": ["only"], "match": "overlap", "overlap": "none"},
]


def config(**given):
    return span.clean_config({"field": "text", "labels": ["a", "b"], **given})


PLAIN = config()
PARTS = config(discontinuous=True)


def one(start, end, label="a", **more):
    return {"label": label, "parts": [[start, end]], **more}


def test_parts_are_sorted_and_what_touches_is_one():
    given = {"id": "x", "label": "a", "parts": [[7, 9], [0, 3], [3, 5], [8, 12]]}
    assert span.clean([given], PARTS) == [{"id": "x", "label": "a", "parts": [[0, 5], [7, 12]]}]


def test_spans_stand_in_the_order_of_the_text():
    given = [one(5, 9, id="z"), one(0, 3, "b", id="y"), one(0, 3, id="x"), one(0, 2, id="w")]
    assert [x["id"] for x in span.clean(given, PLAIN)] == ["w", "x", "y", "z"]


def test_start_and_end_are_short_for_one_part():
    assert span.clean([{"label": "a", "start": 2, "end": 4, "id": "q"}], PLAIN) == [
        {"id": "q", "label": "a", "parts": [[2, 4]]}
    ]


def test_an_id_that_is_left_out_is_made_of_what_the_span_says():
    first = span.clean([one(5, 9), one(0, 3)], PLAIN)
    assert span.clean([one(0, 3), one(5, 9)], PLAIN) == first
    ids = [x["id"] for x in first]
    assert len(set(ids)) == 2
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,36}", x) for x in ids)
    # Another span may bear the id that would be made.
    taken = span.clean([one(0, 3), one(5, 9, id=ids[0])], PLAIN)
    assert len({x["id"] for x in taken}) == 2


def test_nothing_to_mark_is_an_answer():
    assert span.clean([], PLAIN) == []
    assert span.summary([], PLAIN) == "nothing to mark"


@pytest.mark.parametrize(
    ("value", "sentence", "path"),
    [
        ("text", "Give a list of spans", ""),
        ([one(0, 1), "x"], "Span 2: give an object", "1"),
        ([one(0, 1, colour=3)], "Span 1: it has no 'colour'.", "0"),
        ([one(0, 1, "z")], "Span 1: 'z' is not one of the labels", "0.label"),
        ([one(0, 1), {"label": "a"}], "Span 2: a part is [start, end]", "1.parts.0"),
        ([{"label": "a", "parts": []}], "Span 1: give its parts", "0.parts"),
        ([{"label": "a", "parts": [[0, 2], [4]]}], "Span 1: a part is [start, end]", "0.parts.1"),
        ([one(0, 1.5)], "Span 1: a part is [start, end]", "0.parts.0"),
        ([{"label": "a", "parts": [[False, True]]}], "Span 1: a part is [start, end]", "0.parts.0"),
        ([one(-1, 2)], "Span 1: a part is [start, end]", "0.parts.0"),
        ([one(3, 3)], "Span 1: it begins at 3 and ends at 3.", "0.parts.0"),
        ([{"label": "a", "parts": [[0, 2], [4, 5]]}], "Span 1: it has several parts", "0.parts"),
        ([one(0, 1, id="a b")], "Span 1: an id has 1 to 36 letters", "0.id"),
        ([one(0, 1, id="x" * 37)], "Span 1: an id has 1 to 36 letters", "0.id"),
        ([one(0, 1, id="x"), one(2, 3, id="x")], "Span 2: another has the id 'x'.", "1.id"),
        ([one(0, 1), one(2, 3), one(0, 1)], "Span 3: the same as span 1.", "2"),
        ([one(0, 1)] * 5001, "at most 5000 spans", ""),
    ],
)
def test_what_is_no_span_is_refused_with_its_place(value, sentence, path):
    with pytest.raises(BadAnswer, match=re.escape(sentence)) as error:
        span.clean(value, PLAIN)
    assert error.value.path == path


APART = [one(0, 5), one(5, 9)]
INSIDE = [one(0, 9), one(2, 5, "b")]
SAME = [one(0, 5), one(0, 5, "b")]
CROSSING = [one(0, 5), one(3, 9, "b")]
ROUND = [{"label": "a", "parts": [[0, 2], [6, 8]]}, one(3, 5, "b")]
ACROSS = [{"label": "a", "parts": [[0, 2], [6, 8]]}, one(1, 7, "b")]


@pytest.mark.parametrize(
    ("rule", "allowed", "refused"),
    [
        ("any", [APART, INSIDE, SAME, CROSSING, ROUND, ACROSS], []),
        ("nested", [APART, INSIDE, SAME, ROUND], [CROSSING, ACROSS]),
        ("none", [APART, ROUND], [INSIDE, SAME, CROSSING, ACROSS]),
    ],
)
def test_overlap(rule, allowed, refused):
    rules = config(overlap=rule, discontinuous=True)
    for value in allowed:
        assert len(span.clean(value, rules)) == 2
    for value in refused:
        with pytest.raises(BadAnswer, match="Spans 1 and 2 overlap"):
            span.clean(value, rules)


def test_counts_overall_and_by_label():
    rules = config(labels=["a", {"value": "b", "min": 1, "max": 1}], min=2, max=3)
    assert span.clean([one(0, 1), one(2, 3, "b")], rules)
    for value, sentence in [
        ([one(0, 1, "b")], "at least 2 spans; there are 1"),
        ([one(0, 1), one(2, 3)], "at least 1 spans called 'b'; there are 0"),
        ([one(0, 1, "b"), one(2, 3, "b")], "at most 1 spans called 'b'; there are 2"),
        ([one(i, i + 1) for i in range(4)], "at most 3 spans; there are 4"),
    ]:
        with pytest.raises(BadAnswer, match=sentence):
            span.clean(value, rules)


@pytest.mark.parametrize("text", ["Ada 👩‍💻 wrote", "كتبت آدا", "艾达写了程序", "e\u0301te\u0301"])
def test_a_span_ends_within_the_text_by_code_points(text):
    whole = span.clean([one(0, len(text))], PLAIN)
    seen = Seen({"text": {"text": text}})
    assert span.settle(whole, PLAIN, seen) == whole
    with pytest.raises(BadAnswer, match=f"the text has {len(text)} characters") as error:
        span.settle(span.clean([one(0, len(text) + 1)], PLAIN), PLAIN, seen)
    assert error.value.path == "0.parts"
    assert span.settle(whole, PLAIN, Seen()) == whole


def test_distance_is_what_f1_lacks():
    a = span.clean([one(0, 3), one(5, 8), one(10, 12)], PLAIN)
    b = span.clean([one(0, 3), one(5, 8, "b")], PLAIN)
    # One of three and two: F1 is 2/5.
    assert span.distance(a, b, PLAIN) == pytest.approx(3 / 5)
    assert span.distance([], b, PLAIN) == 1
    assert span.distance([], [], PLAIN) == 0
    # Who named a span plays no part.
    assert span.distance(a, span.clean([one(0, 3), one(5, 8), one(10, 12)], PLAIN), PLAIN) == 0


def test_distance_by_characters_in_common():
    rules = config(match="overlap", discontinuous=True)
    a, b = ([one(0, 10)], [one(0, 5), one(20, 25, "b")])
    # 5 in common of 10 and 10.
    assert span.distance(a, b, rules) == pytest.approx(1 / 2)
    assert span.distance(a, [{"label": "a", "parts": [[0, 4], [4, 10]]}], rules) == 0
    assert span.distance([one(0, 10), one(3, 7)], a, rules) == 0
    assert span.distance([one(0, 3)], [one(3, 6)], rules) == 1
    assert span.distance([], [], rules) == 0


def test_words():
    value = span.clean([one(0, 3), one(12, 19, "b")], PLAIN)
    assert span.summary(value, PLAIN) == "a 0\N{EN DASH}3, b 12\N{EN DASH}19"
    many = span.clean([one(i, i + 1, "ab"[i % 2]) for i in range(9)], PLAIN)
    assert span.summary(many, PLAIN) == "5 a, 4 b"
    assert span.limits(config(min=1, max=3, overlap="none")) == (
        "at least 1, at most 3, without overlap"
    )


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ({}, {"field": "other"}, "field"),
        ({"discontinuous": True}, {}, "discontinuous"),
        ({}, {"overlap": "none"}, "overlap"),
        ({"overlap": "nested"}, {"overlap": "none"}, "overlap"),
        ({}, {"min": 1}, "min"),
        ({}, {"max": 3}, "max"),
        ({"max": 5}, {"max": 3}, "max"),
        ({}, {"labels": ["a", {"value": "b", "max": 1}]}, "labels.1.max"),
        ({}, {"labels": ["a", "b", {"value": "c", "min": 1}]}, "labels.2.min"),
    ],
)
def test_a_question_with_answers_stays_as_wide_as_it_was(before, after, path):
    with pytest.raises(BadConfig) as error:
        span.succeed(config(**before), config(**after))
    assert error.value.path == path


def test_a_question_with_answers_can_become_wider():
    narrow = config(overlap="none", min=1, max=3)
    wide = config(overlap="any", discontinuous=True, labels=["a", "c"])
    kept = span.succeed(narrow, wide)
    assert [(x["value"], x["retired"]) for x in kept["labels"]] == [
        ("a", False), ("c", False), ("b", True)
    ]  # fmt: skip
    assert span.clean([one(0, 2, "b")], kept)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"min": 3, "max": 2}, "max"),
        ({"labels": [{"value": "a", "min": 2, "max": 1}]}, "labels.0.max"),
        ({"labels": [{"value": "a", "min": -1}]}, "labels.0.min"),
        ({"labels": []}, "labels"),
        ({"overlap": "some"}, "overlap"),
        ({"snap": True}, "snap"),
        ({"discontinuous": "yes"}, "discontinuous"),
        ({"field": 5}, "field"),
    ],
)
def test_a_wrong_config_says_where(given, path):
    with pytest.raises(BadConfig) as error:
        config(**given)
    assert error.value.path == path
