"""Skeletons and ellipses: what is written in one way, and how alike two are."""

from __future__ import annotations

import math

import pytest

from apps.annotations.kinds.base import BadAnswer, BadConfig
from apps.annotations.kinds.ellipse import Ellipse
from apps.annotations.kinds.keypoints import Keypoints

CONFIGS = [
    {
        "field": "image",
        "labels": ["person"],
        "points": [{"name": "nose", "sigma": 0.026}, "left eye"],
        "edges": [{"from": "nose", "to": "left eye"}],
    }
]
BODY, ROUND = Keypoints(), Ellipse()
CONFIG = BODY.clean_config(CONFIGS[0])
CELLS = ROUND.clean_config({"field": "image", "labels": ["cell"]})


def body(**points):
    return BODY.clean([{"label": "person", "points": points}], CONFIG)


def cell(cx, cy, rx, ry, rotation=0):
    raw = {"cx": cx, "cy": cy, "rx": rx, "ry": ry, "rotation": rotation}
    return ROUND.clean([{"label": "cell", **raw}], CELLS)


@pytest.mark.parametrize(
    "points",
    [{}, {"ear": [0, 0, 2]}, {"nose": [0, 0, 0]}, {"nose": [0, 0]}, {"nose": [0, 0, True]}],
    ids=repr,
)
def test_what_is_no_skeleton_is_refused(points):
    with pytest.raises(BadAnswer):
        body(**points)


def test_likeness_is_that_of_coco():
    """Points 40 x 30 apart: an area of 1200. OKS of one point moved by 5 is exp(-25 / (2 A k²))."""
    a = body(nose=[0, 0, 2], **{"left eye": [40, 30, 2]})
    b = body(nose=[5, 0, 2], **{"left eye": [40, 30, 1]})

    area = (1200 + 35 * 30) / 2
    expected = (math.exp(-25 / (2 * area * (2 * 0.026) ** 2)) + 1) / 2
    assert BODY.likeness(a, b, CONFIG)[0, 0] == pytest.approx(expected)


def test_a_point_that_only_one_has_counts_as_wrong():
    both = body(nose=[0, 0, 2], **{"left eye": [40, 30, 2]})

    assert BODY.likeness(both, body(nose=[0, 0, 2]), CONFIG)[0, 0] == pytest.approx(0.5)


def test_points_that_answers_may_have_are_kept():
    with pytest.raises(BadConfig, match="left eye"):
        BODY.succeed(CONFIG, BODY.clean_config({**CONFIGS[0], "points": ["nose"], "edges": []}))
    with pytest.raises(BadConfig):
        BODY.clean_config({**CONFIGS[0], "edges": [{"from": "nose", "to": "ear"}]})


def test_half_a_turn_changes_no_ellipse_and_no_turn_a_circle():
    assert cell(5, 5, 3, 2, 190) == cell(5, 5, 3, 2, 10)
    assert cell(5, 5, 3, 3, 77) == cell(5, 5, 3, 3)


def test_an_ellipse_within_another_shares_its_area():
    likeness = ROUND.likeness(cell(50, 50, 20, 10), cell(50, 50, 10, 10), CELLS)

    assert likeness[0, 0] == pytest.approx(0.5, abs=0.01)
