"""Records: a few questions about each of several things."""

from __future__ import annotations

import numpy as np
import pytest

from apps.annotations.kinds import kinds, likeness, runs
from apps.annotations.kinds.base import BadAnswer, BadConfig, Seen

RECORD = kinds["record"]
LIGHT = {"name": "light", "title": "Light", "kind": "choice", "config": {"labels": ["good", "bad"]}}
SURE = {"name": "sure", "title": "How sure?", "kind": "rating", "config": {}, "required": False}
ALIASES = {
    "name": "aliases",
    "title": "Other names",
    "kind": "text",
    "config": {"list": True},
    "required": False,
    "when": ["Person"],
}
CONFIGS = [
    {"objects": {"question": "spans"}, "questions": [LIGHT, SURE, ALIASES]},
    {"objects": {"field": "chat"}, "questions": [LIGHT, SURE]},
    {
        "objects": {"field": "rows"},
        "questions": [
            {"title": "What is wrong?", "kind": "multi_choice", "config": {"labels": ["a", "b"]}},
            {"title": "By how much", "kind": "number", "config": {"min": 0}, "required": False},
            {"title": "How bad", "kind": "slider", "config": {"min": 0, "max": 10}},
        ],
    },
]
OF_SPANS, OF_TURNS = (RECORD.clean_config(config) for config in CONFIGS[:2])
ADA = {"id": "a", "label": "Person", "parts": [[0, 12]]}
HALL = {"id": "b", "label": "Place", "parts": [[20, 24]]}


def settled(value, *spans, config=OF_SPANS, **fields):
    seen = Seen(fields=fields, answers={"spans": list(spans)} if spans else {})
    return RECORD.settle(RECORD.clean(value, config), config, seen)


def said(of, light="good", **more):
    return {"of": of, "answers": {"light": light, **more}}


def test_each_thing_is_kept_with_what_it_means():
    (ada, hall) = settled([said("b"), said("a", sure=3)], ADA, HALL)

    assert ada == {
        "of": "a",
        "answers": {"light": "good", "sure": 3},
        "end": {"question": "spans", "label": "Person", "parts": [[0, 12]]},
    }
    assert hall["end"]["label"] == "Place"
    assert RECORD.clean([ada, hall], OF_SPANS) == [ada, hall]
    assert RECORD.summary([ada], OF_SPANS) == "Person 0: good, 3"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([said("a")], "Place b: answer 'Light'."),
        ([said("a"), said("b"), said("c")], "There is nothing called 'c' to be asked about."),
        ([said("a"), said("b", aliases=["x"])], "Place b: 'Other names' is not asked of 'Place'."),
        ([said("a"), said("a")], "Two entries are about the same thing; put them together."),
        ([said("a", "fine")], "a, Light: 'fine' is not one of the labels: bad, good."),
        ([said("a", other=1)], "a: there is no question 'other'."),
        ([said(0)], "Entry 1: say what it is about by its id."),
        (["a"], "Entry 1: give an object with of and answers."),
        ({"a": {}}, "Give a list of at most 5000 objects with of and answers."),
    ],
)
def test_what_cannot_be(value, words):
    with pytest.raises(BadAnswer) as bad:
        settled(value, ADA, HALL)

    assert bad.value.message == words


def test_every_turn_is_asked():
    fields = {"chat": {"parts": 2}}
    whole = [said(0), said(1, "bad")]

    assert settled(whole, config=OF_TURNS, **fields) == whole
    assert settled([said(0)], config=OF_TURNS) == [said(0)]
    for value, words in [
        ([said(0)], "Part 2: answer 'Light'."),
        ([*whole, said(2)], "There is nothing called 2 to be asked about."),
        ([said("0")], "Entry 1: say what it is about by its place, from 0."),
    ]:
        with pytest.raises(BadAnswer) as bad:
            settled(value, config=OF_TURNS, **fields)
        assert bad.value.message == words


def test_the_same_thing_is_found_whatever_it_is_called():
    """Equal spans, spans of which most characters are shared, and nothing else."""
    here = settled([said("a"), said("b")], ADA, HALL)
    nearly = {"id": "x", "label": "Person", "parts": [[0, 10]]}
    other = {"id": "y", "label": "Place", "parts": [[24, 30]]}

    def distance(*spans, lights=("good", "good")):
        value = [said(one["id"], light) for one, light in zip(spans, lights, strict=False)]
        there = settled(value, *spans)
        assert RECORD.distance(here, there, OF_SPANS) == RECORD.distance(there, here, OF_SPANS)
        return RECORD.distance(here, there, OF_SPANS)

    assert distance({**ADA, "id": "x"}, {**HALL, "id": "y"}) == 0
    assert distance(nearly, HALL) == 0
    assert distance(ADA, HALL, lights=("good", "bad")) == 0.5
    # One matched, two alone.
    assert distance(ADA, other) == pytest.approx(2 / 3)
    assert distance(ADA) == 0.5


def test_what_one_alone_has_answered_counts_whole():
    a, b = settled([said("a", sure=3)], ADA), settled([said("a")], ADA)

    assert RECORD.distance(a, b, OF_SPANS) == 0.5


def test_boxes_are_one_thing_from_half_their_area_on():
    def at(x, light="good"):
        box = {"id": f"b{x}", "label": "car", "x": x, "y": 0, "width": 10, "height": 10}
        return settled([said(f"b{x}", light)], box)

    assert RECORD.distance(at(0), at(3), OF_SPANS) == 0
    assert RECORD.distance(at(0), at(3, "bad"), OF_SPANS) == 1
    assert RECORD.distance(at(0), at(4), OF_SPANS) == 1


def test_later_questions_keep_old_answers():
    newer = RECORD.clean_config({"objects": {"question": "spans"}, "questions": [SURE]})

    kept = RECORD.succeed(OF_SPANS, newer)

    assert {one["name"]: one["retired"] for one in kept["questions"]} == {
        "sure": False,
        "light": True,
        "aliases": True,
    }
    assert settled([said("a")], ADA, config=kept)
    # Nobody is asked the retired one.
    assert settled([], ADA, config=kept) == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"objects": {"field": "chat"}}, "objects.question"),
        ({"questions": [{**LIGHT, "kind": "text", "config": {}}]}, "questions.0.kind"),
        ({"questions": [{**LIGHT, "when": ["Person"]}]}, "questions.0.when"),
        ({"questions": [LIGHT, {**SURE, "config": {"max": 3}}]}, "questions.1.config.max"),
    ],
)
def test_what_would_leave_old_answers_wrong_is_refused(change, path):
    newer = RECORD.clean_config({**CONFIGS[0], **change})

    with pytest.raises(BadConfig) as bad:
        RECORD.succeed(OF_SPANS, newer)

    assert bad.value.path == path


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"objects": {}, "questions": [LIGHT]}, "objects.question"),
        ({"objects": {"question": "a", "field": "b"}, "questions": [LIGHT]}, "objects.question"),
        ({"objects": {"place": "a"}, "questions": [LIGHT]}, "objects"),
        ({"objects": {"field": "a"}, "questions": []}, "questions"),
        ({"objects": {"field": "a"}, "questions": [LIGHT, LIGHT]}, "questions.1.name"),
        ({"objects": {"field": "a"}, "questions": [{**LIGHT, "kind": "span"}]}, "questions.0.kind"),
        ({"objects": {"field": "a"}, "questions": [{**LIGHT, "x": 1}]}, "questions.0.x"),
        ({"objects": {"field": "a"}, "questions": [{"kind": "choice"}]}, "questions.0.title"),
        (
            {"objects": {"field": "a"}, "questions": [{**LIGHT, "config": {"labels": []}}]},
            "questions.0.config.labels",
        ),
        ({"objects": {"field": "a"}, "questions": [{**LIGHT, "retired": True}]}, "questions"),
    ],
)
def test_configs_that_cannot_be(config, path):
    with pytest.raises(BadConfig) as bad:
        RECORD.clean_config(config)

    assert bad.value.path == path


@pytest.mark.parametrize(
    ("one", "near", "far"),
    [
        (
            {"points": [[0, 0], [10, 0], [10, 10]]},
            {"points": [[1, 0], [10, 1], [10, 10]]},
            {"points": [[8, 0], [18, 0], [18, 10]]},
        ),
        ({"points": [[0, 5], [50, 5]]}, {"points": [[5, 5], [50, 5]]}, {"points": [[40, 5], [90, 5]]}),
        (
            {"points": {"nose": [0, 0, 2], "tail": [20, 9, 1]}},
            {"points": {"nose": [1, 0, 2], "tail": [20, 9, 2]}},
            {"points": {"nose": [30, 0, 2], "tail": [40, 9, 1]}},
        ),
        (
            {"cx": 10, "cy": 10, "rx": 5, "ry": 4, "rotation": 0},
            {"cx": 11, "cy": 10, "rx": 5, "ry": 4, "rotation": 20},
            {"cx": 19, "cy": 10, "rx": 5, "ry": 4, "rotation": 0},
        ),
        ({"start": 1.5, "end": 3.5}, {"start": 1.6, "end": 3.5}, {"start": 3, "end": 9}),
        (
            {"size": [10, 10], "counts": runs.encode(np.array([[0, 30]]), 100)},
            {"size": [10, 10], "counts": runs.encode(np.array([[0, 40]]), 100)},
            {"size": [10, 10], "counts": runs.encode(np.array([[60, 90]]), 100)},
        ),
        (
            {"keyframes": [{"frame": f, "x": 0, "y": 0, "width": 9, "height": 9} for f in (0, 9)]},
            {"keyframes": [{"frame": f, "x": 1, "y": 0, "width": 9, "height": 9} for f in (0, 8)]},
            {"keyframes": [{"frame": f, "x": 1, "y": 0, "width": 9, "height": 9} for f in (7, 99)]},
        ),
    ],
    ids=["outline", "line", "skeleton", "ellipse", "segment", "mask", "track"],
)  # fmt: skip
def test_marks_of_every_sort_are_one_thing_when_they_are_much_alike(one, near, far):
    ends = [{"question": "q", "label": "x", **geometry} for geometry in (one, near, far)]
    assert likeness.matched(ends[:1], ends[1:]) == [(0, 0)]
    assert likeness.matched(ends[1:2], ends[:1]) == [(0, 0)]
    assert likeness.matched(ends[:1], ends[2:]) == []
    assert likeness.likeness(ends[0], {**ends[1], "question": "other"}) == 0
