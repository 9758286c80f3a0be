"""Areas and lines: one form whatever corner one begins at, no outline that crosses itself."""

from __future__ import annotations

import pytest

from apps.annotations.kinds.base import BadAnswer
from apps.annotations.kinds.polygon import Polygon
from apps.annotations.kinds.polyline import Polyline

CONFIGS = [{"field": "image", "labels": ["road"], "max": 2}]
AREA, LINE = Polygon(), Polyline()
CONFIG = AREA.clean_config({"field": "image", "labels": ["road"]})
LINES = LINE.clean_config({"field": "image", "labels": ["road"], "tolerance": 2})
SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10]]


def area(points):
    return AREA.clean([{"label": "road", "points": points}], CONFIG)


def line(*points):
    return LINE.clean([{"label": "road", "points": list(points)}], LINES)


@pytest.mark.parametrize("start", range(4))
@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("is_closed", [False, True])
def test_the_same_area_is_written_in_one_way(start, is_turned, is_closed):
    points = SQUARE[start:] + SQUARE[:start]
    if is_turned:
        points = points[::-1]
    if is_closed:
        points = [*points, points[0]]

    assert area(points) == area(SQUARE)
    assert area(points)[0]["points"] == SQUARE


@pytest.mark.parametrize(
    "points",
    [
        [[0, 0], [10, 10], [10, 0], [0, 10]],
        [[0, 0], [5, 5], [10, 10]],
        [[0, 0], [1, 1]],
        [[0, 0], [0, 0], [1, 1], [1, 1]],
        [[0, 0, 0], [1, 0], [1, 1]],
        "abc",
    ],
    ids=["bow tie", "flat", "two points", "two places", "three numbers", "text"],
)
def test_what_is_no_area_is_refused(points):
    with pytest.raises(BadAnswer) as error:
        area(points)
    assert error.value.path.startswith("0.points")


def test_areas_are_compared_by_what_they_share():
    half = [[0, 0], [10, 0], [10, 5], [0, 5]]

    assert AREA.likeness(area(SQUARE), area(half), CONFIG)[0, 0] == pytest.approx(0.5)
    assert AREA.distance(area(SQUARE), area(half), CONFIG) == 0


def test_a_line_keeps_its_direction():
    assert line([9, 9], [0, 0]) != line([0, 0], [9, 9])
    with pytest.raises(BadAnswer):
        line([1, 1], [1, 1])


@pytest.mark.parametrize(("shift", "expected"), [(0, 0), (1, 0), (3, 1)])
def test_lines_are_alike_within_their_tolerance(shift, expected):
    """Two strips of width 4, moved by d: the IoU is about (4 - d) / (4 + d)."""
    a, b = line([0, 0], [400, 0]), line([0, shift], [400, shift])

    assert LINE.distance(a, b, LINES) == expected
