"""The parts of a map, and what a line goes around."""

from __future__ import annotations

import numpy as np
import pytest

from apps.routing.learners.parts import MOST_PARTS, nearest, parted, within


def around(place: np.ndarray, corners: np.ndarray) -> bool:
    """By the angles under which the corners are seen: they sum to a whole turn inside, else to none."""
    apart = corners - place
    angle = np.arctan2(apart[:, 1], apart[:, 0])
    turn = (np.diff(np.append(angle, angle[0])) + np.pi) % (2 * np.pi) - np.pi
    return bool(abs(turn.sum()) > np.pi)


def test_within_is_what_the_angles_say_also_for_shapes_with_bays() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        turns = np.sort(rng.uniform(0, 2 * np.pi, 30))
        star = np.column_stack([np.cos(turns), np.sin(turns)]) * rng.uniform(0.3, 1.2, (30, 1))
        places = rng.uniform(-1.3, 1.3, (200, 2)).astype(np.float32)

        assert within(places, star.tolist()).tolist() == [around(one, star) for one in places]


def test_what_lies_outside_of_all_corners_is_not_within() -> None:
    assert not within(np.array([[5.0, 0.5]]), [(0, 0), (1, 0), (1, 1), (0, 1)]).any()
    assert within(np.zeros((0, 2)), [(0, 0), (1, 0), (1, 1)]).tolist() == []


def test_parts_are_the_nearest_of_their_middles_and_the_largest_is_first() -> None:
    places = np.random.default_rng(3).normal(size=(3_000, 2)).astype(np.float32)

    part, middles = parted(places)

    assert len(middles) <= MOST_PARTS
    assert part.tolist() == nearest(places, middles).tolist()
    sizes = np.bincount(part)
    assert sizes.tolist() == sorted(sizes.tolist(), reverse=True)


@pytest.mark.parametrize("number", [1, 2, 50])
def test_where_all_lie_in_one_place_there_is_one_part(number: int) -> None:
    part, middles = parted(np.ones((number, 2), np.float32))

    assert set(part.tolist()) == {0}
    assert len(middles) == 1
