"""Segments of time: canonical in milliseconds, within what is shown, compared by their best matching."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.annotations.kinds.base import BadAnswer, BadConfig, Seen
from apps.annotations.kinds.segment import Segment

TIERS = [{"value": "Ana", "tier": "who"}, {"value": "Ben", "tier": "who"}, {"value": "Noise"}]
CONFIGS = [
    {"field": "audio", "labels": TIERS, "text": "optional"},
    {"field": "audio", "labels": ["Speech"], "text": "required", "overlap": "none", "min": 1},
    {"field": "audio", "labels": ["Speech"], "overlap": "any", "max": 3, "threshold": 0.75},
]
SEGMENT = Segment()
PLAIN = SEGMENT.clean_config({"field": "audio", "labels": ["a", "b"], "overlap": "any"})
SPOKEN = SEGMENT.clean_config({"field": "audio", "labels": ["a", "b"], "text": "optional"})
TIERED = SEGMENT.clean_config({"field": "audio", "labels": TIERS})


def one(start, end, label="a", **more):
    return {"label": label, "start": start, "end": end, **more}


def clean(*segments, config=PLAIN):
    return SEGMENT.clean(list(segments), config)


def distance(a, b, config=PLAIN):
    return SEGMENT.distance(clean(*a, config=config), clean(*b, config=config), config)


def test_times_are_milliseconds_and_segments_are_in_the_order_of_time():
    found = clean(one(5.00049, 6), one(1.2345678, 2.0), one(1.2345678, 1.5, "b"))

    assert [(x["start"], x["end"], x["label"]) for x in found] == [
        (1.235, 1.5, "b"),
        (1.235, 2, "a"),
        (5, 6, "a"),
    ]
    assert [type(x["end"]) for x in found] == [float, int, int]


@pytest.mark.parametrize(
    ("bad", "place"),
    [
        (one(2, 2), "0.end"),
        (one(2, 1), "0.end"),
        (one(1, 1.0004), "0.end"),
        (one("1", 2), "0.start"),
        (one(1, None), "0.end"),
        (one(float("nan"), 2), "0.start"),
        (one(1, 1e300), "0.end"),
        (one(1, 2, text="no"), "0.text"),
        (one(1, 2, "c"), "0.label"),
    ],
)
def test_what_is_no_segment_is_refused_with_its_place(bad, place):
    with pytest.raises(BadAnswer) as refused:
        clean(bad)
    assert refused.value.path == place


def test_on_one_tier_they_follow_each_other():
    clean(one(0, 1, "Ana"), one(1, 2, "Ben"), one(0.5, 1.5, "Noise"), config=TIERED)

    with pytest.raises(BadAnswer, match="overlap on the tier 'who'"):
        clean(one(0, 1, "Ana"), one(0.5, 1.5, "Ben"), config=TIERED)
    nowhere = SEGMENT.clean_config({**TIERED, "overlap": "none"})
    with pytest.raises(BadAnswer):
        clean(one(0, 1, "Ana"), one(0.5, 1.5, "Noise"), config=nowhere)


def test_a_text_is_kept_without_what_cannot_be_seen():
    [found] = clean(one(0, 1, text=" grüß\r\ndich\x07 "), config=SPOKEN)

    assert found["text"] == "grüß\ndich"
    assert "text" not in clean(one(0, 1, text="  "), config=SPOKEN)[0]
    with pytest.raises(BadAnswer, match="write what is said"):
        clean(one(0, 1), config=SEGMENT.clean_config({**SPOKEN, "text": "required"}))


@pytest.mark.parametrize(
    ("extent", "is_taken"),
    [
        ({"duration": 9.96}, True),
        ({"duration": 9.9}, False),
        ({"start": 0, "end": 10}, True),
        ({"start": 2, "end": 10}, False),
        ({}, True),
    ],
)
def test_it_lies_within_what_is_shown(extent, is_taken):
    value = clean(one(1, 10))
    seen = Seen(fields={"audio": extent})

    if is_taken:
        assert SEGMENT.settle(value, PLAIN, seen) == value
    else:
        with pytest.raises(BadAnswer):
            SEGMENT.settle(value, PLAIN, seen)


def test_they_are_matched_by_their_overlap_in_time():
    assert distance([one(0, 2)], [one(0, 2)]) == 0
    assert distance([one(0, 2)], [one(1, 3)]) == 1  # a third in common
    assert distance([one(0, 2)], [one(0.5, 2)]) == 0
    assert distance([one(0, 2)], [one(0, 2, "b")]) == 1
    assert distance([one(0, 2), one(4, 5)], [one(0, 2)]) == pytest.approx(1 / 3)
    assert distance([], []) == 0
    assert distance([one(0, 1)], []) == 1
    # One long segment is no answer to two short ones: it is matched with one of them.
    assert distance([one(0, 2)], [one(0, 1), one(1, 2)]) == pytest.approx(1 / 3)


def test_texts_count_as_much_as_they_are_alike():
    said = distance([one(0, 2, text="abcd")], [one(0, 2, text="abcx")], SPOKEN)

    assert said == pytest.approx(0.25)
    assert distance([one(0, 2)], [one(0, 2)], SPOKEN) == 0
    assert distance([one(0, 2, text="a")], [one(0, 2)], SPOKEN) == 1


TIMES = st.integers(0, 3_000).map(lambda ms: ms / 1000)
ONE = st.tuples(TIMES, st.integers(1, 900), st.sampled_from("ab"), st.sampled_from(["", "x", "xy"]))
MANY = st.lists(ONE, max_size=6)
LOOSE = SEGMENT.clean_config({**SPOKEN, "overlap": "any"})


@given(MANY, MANY)
def test_the_distance_is_the_same_from_both_sides(first, second):
    a, b = (
        clean(
            *(one(s, s + length / 1000, label, text=t) for s, length, label, t in many),
            config=LOOSE,
        )
        for many in (first, second)
    )
    there = SEGMENT.distance(a, b, LOOSE)
    assert 0 <= there <= 1
    assert there == SEGMENT.distance(b, a, LOOSE)
    assert SEGMENT.distance(a, a, LOOSE) == 0


def test_what_was_allowed_stays_allowed():
    with pytest.raises(BadConfig):
        SEGMENT.succeed(PLAIN, SEGMENT.clean_config({**PLAIN, "overlap": "none"}))
    with pytest.raises(BadConfig):
        SEGMENT.succeed(SPOKEN, SEGMENT.clean_config({**SPOKEN, "text": "required"}))
    with pytest.raises(BadConfig):
        SEGMENT.succeed(PLAIN, SEGMENT.clean_config({**PLAIN, "text": "required"}))
    with pytest.raises(BadConfig, match="tiers"):
        SEGMENT.succeed(TIERED, SEGMENT.clean_config({**TIERED, "labels": ["Ana", "Ben", "Noise"]}))
    kept = SEGMENT.succeed(TIERED, SEGMENT.clean_config({**TIERED, "labels": TIERS[1:]}))
    assert [label["value"] for label in kept["labels"] if label["retired"]] == ["Ana"]


def test_it_is_said_in_words():
    value = clean(one(3661.5, 3662, text="hello  there"), config=SPOKEN)

    assert SEGMENT.summary(value, SPOKEN) == "a 1:01:01.500\N{EN DASH}1:01:02 hello there"
    dated = clean(one(1_750_000_000, 1_750_000_000.5))
    assert "2025-06-15 15:06:40.000" in SEGMENT.summary(dated, PLAIN)
    assert SEGMENT.summary(clean(*(one(i, i + 0.5) for i in range(9))), PLAIN) == "9 a"
