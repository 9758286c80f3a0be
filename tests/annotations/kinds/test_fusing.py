"""What several people marked, as one answer: for every kind that can do it, and by hand."""

from __future__ import annotations

import doctest
import itertools
from typing import Any

import numpy as np
import pytest

from apps.annotations.kinds import fusing, kinds, runs
from tests.annotations.kinds.test_common import answers, configs

PAIRS = [
    (name, way, number)
    for name in sorted(kinds)
    for number, config in enumerate(configs(name))
    for way in sorted(kinds[name].fusing(config))
]


def fused(name: str, way: str, config: dict[str, Any], values: list[Any]) -> Any:
    """By the share of the votes."""
    found: dict[Any, Any] = dict(kinds[name].fusing(config))
    candidates = found[way].candidates(values)
    support = candidates.votes.mean(axis=1)
    return found[way].whole(candidates, support, np.ones(len(values)))


def said(name: str, config: dict[str, Any], value: Any) -> Any:
    return kinds[name].meaning(value, config)


def test_the_kinds_that_mark_can_be_fused() -> None:
    marking = {
        "box",
        "polygon",
        "polyline",
        "ellipse",
        "keypoints",
        "mask",
        "track",
        "segment",
        "span",
    }

    assert {name for name, _, _ in PAIRS} >= marking


@pytest.mark.parametrize(("name", "way", "number"), PAIRS)
def test_what_all_say_comes_out_as_it_is(name: str, way: str, number: int) -> None:
    config = configs(name)[number]
    for value in answers(name, config):
        again = fused(name, way, config, [value] * 3)

        if way == "things":
            assert said(name, config, again) == said(name, config, value)
        else:  # What touches has become one.
            assert fused(name, way, config, [again]) == again


@pytest.mark.parametrize(("name", "way", "number"), PAIRS)
def test_the_order_of_answers_plays_no_part_and_one_alone_is_outvoted(
    name: str, way: str, number: int
) -> None:
    config = configs(name)[number]
    known = answers(name, config)[:4]
    for three in itertools.combinations_with_replacement(known, 3):
        found = [fused(name, way, config, list(order)) for order in itertools.permutations(three)]

        assert all(each == found[0] for each in found)
    for most, other in itertools.permutations(known, 2):
        again = fused(name, way, config, [most, most, other])
        assert kinds[name].distance(fused(name, way, config, [most]), again, config) == 0 or (
            way == "pieces"
        )


BOXES = kinds["box"].clean_config({"field": "image", "labels": ["Car", "Man"], "rotated": True})


def box(x: float, label: str = "Car", **more: float) -> dict[str, Any]:
    return {"label": label, "x": x, "y": 10, "width": 100, "height": 50, **more}


def test_boxes_of_one_thing_become_their_mean_and_lone_ones_go() -> None:
    people = [
        kinds["box"].clean([box(0), box(500)], BOXES),
        kinds["box"].clean([box(6), box(506, "Man")], BOXES),
        kinds["box"].clean([box(3), box(900)], BOXES),
    ]

    found = fused("box", "things", BOXES, people)

    assert said("box", BOXES, found) == [box(3)]


def test_two_boxes_of_one_person_are_two_things() -> None:
    """Both overlap with those of the others; each is matched once."""
    two = kinds["box"].clean([box(0), box(20)], BOXES)

    found = fused("box", "things", BOXES, [two, two, kinds["box"].clean([box(9)], BOXES)])

    assert len(found) == 2


def test_boxes_on_different_pictures_are_different_things() -> None:
    def on(*pictures: int) -> Any:
        return kinds["box"].clean([{**box(0), "picture": place} for place in pictures], BOXES)

    found = fused("box", "things", BOXES, [on(0, 1), on(1), on(1, 2)])

    assert said("box", BOXES, found) == [{**box(0), "picture": 1}]


def test_turns_are_averaged_the_short_way() -> None:
    people = [kinds["box"].clean([box(0, rotation=turn)], BOXES) for turn in (350, 10, 0)]

    (found,) = fused("box", "things", BOXES, people)

    assert found.get("rotation", 0) == 0
    assert fusing.mean_turn([170.0, 30.0], np.array([0.5, 0.5]), full=180) == pytest.approx(10)


def test_an_area_is_what_more_than_half_cover() -> None:
    config = kinds["polygon"].clean_config({"field": "image", "labels": ["Road"]})

    def area(x: int) -> list[dict[str, Any]]:
        points = [[x, 0], [x + 10, 0], [x + 10, 10], [x, 10]]
        return [{"label": "Road", "points": points}]

    people = [kinds["polygon"].clean(area(x), config) for x in (0, 2, 3)]

    (found,) = fused("polygon", "things", config, people)

    xs = sorted({x for x, _ in found["points"]})
    assert (xs[0], xs[-1]) == (2, 12)


def test_points_of_a_skeleton_are_averaged_where_half_have_them() -> None:
    config = kinds["keypoints"].clean_config(
        {"field": "image", "labels": ["Man"], "points": ["head", "hand", "foot"], "edges": []}
    )

    def man(shift: float, **more: Any) -> Any:
        points = {"head": [100 + shift, 10, 2], "foot": [100, 200, 1], **more}
        return kinds["keypoints"].clean([{"label": "Man", "points": points}], config)

    people = [man(0), man(2, hand=[150, 100, 2]), man(4)]

    (found,) = fused("keypoints", "things", {**config, "threshold": 0.3}, people)

    assert found["points"] == {"foot": [100, 200, 1], "head": [102, 10, 2]}


def test_a_track_follows_the_mean_and_ends_when_half_have_ended() -> None:
    config = kinds["track"].clean_config({"field": "video", "labels": ["Car"]})

    def track(x: float, last: int) -> Any:
        size = {"y": 0, "width": 100, "height": 100}
        frames = [{"frame": 0, "x": x, **size}, {"frame": last, "x": x + last, **size}]
        return kinds["track"].clean([{"label": "Car", "keyframes": frames}], config)

    people = [track(0, 100), track(3, 100), track(6, 60)]

    (found,) = fused("track", "things", config, people)

    assert [(one["frame"], one["x"]) for one in found["keyframes"]] == [
        (0, 3),
        (60, 63),
        (100, 101.5),
    ]


def test_a_segment_keeps_the_text_that_most_are_near_to() -> None:
    config = kinds["segment"].clean_config(
        {"field": "audio", "labels": ["Speech"], "text": "optional"}
    )
    people = [
        kinds["segment"].clean([{"label": "Speech", "start": s, "end": 2, "text": t}], config)
        for s, t in ((0, "good morning"), (0.3, "good morning!"), (0.6, "nothing"))
    ]

    (found,) = fused("segment", "things", config, people)

    assert (found["start"], found["end"], found["text"]) == (0.3, 2, "good morning")
    assert set(kinds["segment"].fusing(config)) == {"things"}


SPANS = kinds["span"].clean_config({"field": "text", "labels": ["A", "B"], "overlap": "none"})


def spans(*each: tuple[int, int, str]) -> Any:
    raw = [{"label": label, "start": start, "end": end} for start, end, label in each]
    return kinds["span"].clean(raw, SPANS)


def test_spans_by_things_and_by_characters() -> None:
    people = [
        spans((0, 10, "A"), (20, 30, "B")),
        spans((2, 12, "A")),
        spans((2, 10, "A"), (12, 19, "B")),
    ]

    by_thing = fused("span", "things", SPANS, people)
    by_place = fused("span", "pieces", SPANS, people)

    assert said("span", SPANS, by_thing) == said("span", SPANS, spans((2, 10, "A")))
    assert said("span", SPANS, by_place) == said("span", SPANS, spans((2, 10, "A")))


def test_what_the_question_forbids_goes_with_least_behind_it() -> None:
    """As a model might have it: two overlapping spans, both more likely than not."""
    ways: dict[Any, Any] = dict(kinds["span"].fusing(SPANS))
    found = ways["things"].candidates([spans((0, 10, "A")), spans((5, 15, "B"))])
    labels = [each[0][1]["label"] for each in found.parts]

    kept = ways["things"].whole(found, np.where(np.array(labels) == "A", 0.6, 0.9), np.ones(2))

    assert [one["label"] for one in kept] == ["B"]


MASKS = kinds["mask"].clean_config(
    {"field": "image", "labels": ["Road", "Sky"], "mode": "semantic"}
)


def mask(**stretches: tuple[int, int]) -> Any:
    size = [10, 10]
    raw = [
        {"label": label, "size": size, "counts": runs.encode(np.array([stretch]), 100)}
        for label, stretch in stretches.items()
    ]
    return kinds["mask"].clean(raw, MASKS)


def test_pixels_have_the_label_that_more_than_half_gave() -> None:
    people = [
        mask(Road=(0, 50), Sky=(60, 90)),
        mask(Road=(10, 60)),
        mask(Road=(20, 40), Sky=(40, 70)),
    ]

    found = fused("mask", "pieces", MASKS, people)

    assert said("mask", MASKS, found) == said("mask", MASKS, mask(Road=(10, 50), Sky=(60, 70)))


def test_candidates_of_masks_have_all_pixels_of_the_image() -> None:
    ways: dict[Any, Any] = dict(kinds["mask"].fusing(MASKS))

    found = ways["pieces"].candidates([mask(Road=(0, 50)), mask(Road=(10, 60))])

    sizes = {tuple(who.tolist()): size for who, size in zip(found.votes, found.sizes, strict=True)}
    assert sizes == {(True, False): 10, (True, True): 40, (False, True): 10, (False, False): 40}


def test_a_pixel_that_two_labels_would_have_goes_to_the_better_one() -> None:
    ways: dict[Any, Any] = dict(kinds["mask"].fusing(MASKS))
    found = ways["pieces"].candidates([mask(Road=(0, 50)), mask(Sky=(40, 60))])
    labels = np.array([label for label, _, _ in found.parts])
    support = np.where(found.votes.any(axis=1), np.where(labels == "Sky", 0.9, 0.7), 0.0)

    kept = ways["pieces"].whole(found, support, np.ones(2))

    assert said("mask", MASKS, kept) == said("mask", MASKS, mask(Road=(0, 40), Sky=(40, 60)))


def test_examples_of_the_docstrings_are_right() -> None:
    assert doctest.testmod(fusing).failed == 0
