"""Boxes: canonical in pixels, within the image, compared by their best matching."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.annotations.kinds.base import BadAnswer, BadConfig, Seen
from apps.annotations.kinds.box import Box

CONFIGS = [
    {"field": "image", "labels": ["car"], "rotated": True},
    {"field": "image", "labels": ["car", "person"], "min": 1, "max": 3, "threshold": 0.75},
]
BOX = Box()
UPRIGHT = BOX.clean_config({"field": "image", "labels": ["car", "person"]})
TURNED = BOX.clean_config(CONFIGS[0])


def box(x, y, width, height, label="car", **more):
    return {"label": label, "x": x, "y": y, "width": width, "height": height, **more}


def clean(*boxes, config=UPRIGHT):
    return BOX.clean(list(boxes), config)


def distance(a, b, config=UPRIGHT):
    return BOX.distance(clean(*a, config=config), clean(*b, config=config), config)


def test_a_box_is_rounded_to_a_hundredth_and_gets_the_same_id_each_time():
    [one] = clean(box(1.005001, 2.0, 3.14159, 4))

    assert {**one, "id": ""} == {**box(1.01, 2, 3.14, 4), "id": ""}
    assert clean(box(1.005001, 2.0, 3.14159, 4)) == [one]


def test_the_order_is_that_of_reading():
    [first, second] = clean(box(50, 5, 5, 5, id="b"), box(0, 0, 5, 5, id="z"))

    assert (first["id"], second["id"]) == ("z", "b")


@pytest.mark.parametrize(
    ("bad", "path"),
    [
        (box(0, 0, 0, 5), "0.width"),
        (box(0, 0, 5, -1), "0.height"),
        (box("0", 0, 5, 5), "0.x"),
        (box(math.nan, 0, 5, 5), "0.x"),
        (box(1e9, 0, 5, 5), "0.x"),
        (box(0, 0, 5, 5, label="tree"), "0.label"),
        (box(0, 0, 5, 5, rotation=10), "0.rotation"),
        (box(0, 0, 5, 5, id="a b"), "0.id"),
        (box(0, 0, 5, 5, colour="red"), "0"),
    ],
)
def test_what_is_no_box_is_refused_with_its_place(bad, path):
    with pytest.raises(BadAnswer) as error:
        clean(bad)
    assert error.value.path == path


def test_two_of_one_id_are_refused():
    with pytest.raises(BadAnswer, match="another has the id"):
        clean(box(0, 0, 1, 1, id="a"), box(9, 9, 1, 1, id="a"))


def test_a_turn_is_less_than_a_full_one_and_none_is_not_named():
    [one] = clean(box(0, 0, 5, 5, rotation=-90), config=TURNED)
    assert one["rotation"] == 270
    assert "rotation" not in clean(box(0, 0, 5, 5, rotation=360), config=TURNED)[0]


def test_a_box_beyond_the_image_is_refused_when_its_size_is_known():
    value = clean(box(90, 0, 20, 20))

    with pytest.raises(BadAnswer, match="reaches 110, 20, but the image is 100"):
        BOX.settle(value, UPRIGHT, Seen({"image": {"width": 100, "height": 80}}))
    assert BOX.settle(value, UPRIGHT, Seen({"image": {"width": 110, "height": 80}})) == value
    assert BOX.settle(value, UPRIGHT, Seen()) == value


def test_nothing_to_mark_is_an_answer():
    assert clean() == []
    assert BOX.distance([], [], UPRIGHT) == 0
    assert distance([], [box(0, 0, 5, 5)]) == 1


@pytest.mark.parametrize(
    ("shift", "expected"),
    # Two boxes of 10 x 10, moved by d: the IoU is (10 - d) / (10 + d), which is 1/2 at 10/3.
    [(0, 0), (3, 0), (3.33, 0), (3.34, 1), (10, 1)],
)
def test_alike_from_the_threshold_on(shift, expected):
    assert distance([box(0, 0, 10, 10)], [box(shift, 0, 10, 10)]) == expected


def test_the_same_place_with_another_label_is_no_match():
    assert distance([box(0, 0, 9, 9)], [box(0, 0, 9, 9, label="person")]) == 1


def test_a_square_turned_by_45_degrees_covers_as_the_octagon_says():
    # Of a square with itself turned by 45 degrees: IoU = 1 / sqrt(2).
    a = clean(box(0, 0, 10, 10), config=TURNED)
    b = clean(box(0, 0, 10, 10, rotation=45), config=TURNED)

    assert BOX.likeness(a, b, TURNED)[0, 0] == pytest.approx(1 / math.sqrt(2), abs=1e-6)


def test_the_matching_is_the_best_one_and_not_a_greedy_one():
    """The first could take the second's only partner."""
    a = [box(0, 0, 10, 10), box(4, 0, 10, 10)]
    b = [box(2, 0, 10, 10), box(-3, 0, 10, 10)]

    assert distance(a, b) == 0


def test_one_of_three_is_missing():
    three = [box(0, 0, 9, 9), box(20, 0, 9, 9), box(40, 0, 9, 9)]

    assert distance(three, three[:2]) == pytest.approx(1 - 4 / 5)


def test_later_rules_keep_old_answers():
    with pytest.raises(BadConfig, match="turned"):
        BOX.succeed(TURNED, BOX.clean_config({"field": "image", "labels": ["car"]}))
    with pytest.raises(BadConfig, match="ask a new question"):
        BOX.succeed(UPRIGHT, BOX.clean_config({"field": "other", "labels": ["car", "person"]}))


side = st.floats(0.02, 400)
place = st.floats(0, 1000)
boxes = st.lists(
    st.builds(
        box, place, place, side, side, st.sampled_from(["car", "person"]), rotation=st.just(0)
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(boxes, boxes)
def test_own_output_is_stable_and_the_distance_behaves(a, b):
    x, y = clean(*a), clean(*b)

    assert BOX.clean(x, UPRIGHT) == x
    assert clean(*reversed(x)) == x
    assert BOX.distance(x, x, UPRIGHT) == 0
    assert BOX.distance(x, y, UPRIGHT) == BOX.distance(y, x, UPRIGHT)
    assert 0 <= BOX.distance(x, y, UPRIGHT) <= 1


def test_of_several_pictures_each_box_says_on_which_it_lies():
    seen = Seen({"image": {"pictures": [(100, 100), (50, 50), None]}})
    boxes = clean(box(60, 0, 20, 20, picture=0), box(0, 0, 20, 20, picture=2))
    assert [one["picture"] for one in boxes] == [0, 2]
    assert BOX.settle(boxes, UPRIGHT, seen) == boxes
    for wrong, words in [
        (box(60, 0, 20, 20), "Box 'car': say on which of the 3 pictures it lies, from 0."),
        (
            box(60, 0, 20, 20, picture=3),
            "Box 'car': say on which of the 3 pictures it lies, from 0.",
        ),
        (
            box(60, 0, 20, 20, picture=1),
            "Box 'car' reaches 60, 0, but the image is 50 \N{MULTIPLICATION SIGN} 50.",
        ),
    ]:
        with pytest.raises(BadAnswer) as bad:
            BOX.settle(clean(wrong), UPRIGHT, seen)
        assert bad.value.message == words
    with pytest.raises(BadAnswer, match="there is one picture; leave out on which it lies"):
        BOX.settle(boxes, UPRIGHT, Seen({"image": {"width": 100, "height": 100}}))
    for value in (-1, 1.5, True, "0", 200):
        with pytest.raises(BadAnswer, match="say on which of the pictures"):
            clean(box(0, 0, 5, 5, picture=value))


def test_boxes_on_other_pictures_are_not_the_same():
    here, there = box(0, 0, 20, 20, picture=0), box(0, 0, 20, 20, picture=1)
    assert distance([here], [here]) == 0
    assert distance([here], [there]) == 1
    assert distance([here, there], [there]) == pytest.approx(1 / 3)


@pytest.mark.parametrize("rotated", [False, True])
def test_as_marks_boxes_on_other_pictures_never_meet(rotated):
    rules = BOX.clean_config({"field": "views", "labels": ["car"], "rotated": rotated})
    boxes = clean(box(0, 0, 20, 20, picture=0), box(0, 0, 20, 20, picture=1), config=rules)
    first, second = (
        place if rotated else shapely.box(*place) for _, _, place in BOX.marks(boxes, rules)
    )
    assert not first.intersects(second)
    assert first.area == pytest.approx(second.area) == 400
