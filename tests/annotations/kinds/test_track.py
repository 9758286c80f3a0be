"""Tracks: keyframes in one canonical form, held against the film, compared as tubes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.annotations.kinds.base import BadAnswer, Seen
from apps.annotations.kinds.track import Track
from apps.annotations.kinds.tubes import Tube, box_at

CONFIGS = [
    {"field": "film", "labels": ["car", "person"], "min": 1, "max": 3, "threshold": 0.7},
]
TRACK = Track()
PLAIN = TRACK.clean_config({"field": "film", "labels": ["car", "person"]})


def at(frame, x=0, y=0, width=10, height=10, **more):
    return {"frame": frame, "x": x, "y": y, "width": width, "height": height, **more}


def gone(frame):
    return {"frame": frame, "outside": True}


def track(*keyframes, label="car", **more):
    return {"label": label, "keyframes": list(keyframes), **more}


def clean(*tracks):
    return TRACK.clean(list(tracks), PLAIN)


def distance(a, b):
    return TRACK.distance(clean(*a), clean(*b), PLAIN)


def test_keyframes_are_sorted_rounded_and_say_only_what_is_so():
    [one] = clean(track(at(9, x=1.005001, occluded=True), at(3, occluded=False, outside=False)))

    assert one["keyframes"] == [at(3), at(9, x=1.01, occluded=True)]


def test_what_is_outside_has_no_box_and_says_so_once():
    away = {**at(7), "outside": True}
    [one] = clean(track(gone(1), at(3), away, gone(8), at(9), gone(12)))

    assert one["keyframes"] == [at(3), gone(7), at(9), gone(12)]


def test_tracks_are_in_the_order_in_which_they_come():
    late, early = track(at(9, y=0), id="a"), track(at(2, y=50), id="b")

    assert [one["id"] for one in clean(late, early)] == ["b", "a"]


@pytest.mark.parametrize(
    ("bad", "path"),
    [
        (track(), "0.keyframes"),
        (track(gone(3)), "0.keyframes"),
        (track(at(3), at(3)), "0.keyframes"),
        (track(at(-1)), "0.keyframes.0.frame"),
        (track(at(1.5)), "0.keyframes.0.frame"),
        (track({**at(1), "frame": True}), "0.keyframes.0.frame"),
        (track(at(10**9)), "0.keyframes.0.frame"),
        (track(at(1), at(2, width=0)), "0.keyframes.1.width"),
        (track(at(1, x="0")), "0.keyframes.0.x"),
        (track(at(1, occluded=1)), "0.keyframes.0.occluded"),
        (track(at(1, rotation=5)), "0.keyframes.0"),
        (track({"frame": 1}), "0.keyframes.0.x"),
        (track("x"), "0.keyframes.0"),
        (track(at(1), label="tree"), "0.label"),
    ],
)
def test_what_is_no_track_is_refused_with_its_place(bad, path):
    with pytest.raises(BadAnswer) as error:
        clean(bad)
    assert error.value.path == path


def test_more_frames_than_anybody_looks_at_are_refused():
    with pytest.raises(BadAnswer, match="more than 1300000 frames"):
        clean(*(track(at(i), at(1_000_000)) for i in range(2)))


def test_more_tracks_than_can_be_compared_are_refused():
    with pytest.raises(BadAnswer, match="at most 1000 tracks"):
        clean(*(track(at(i)) for i in range(1_001)))


def test_it_is_held_against_the_film():
    film = Seen({"film": {"frames": 100, "width": 64, "height": 48}})
    value = clean(track(at(0), at(99, x=54, y=38)))

    assert TRACK.settle(value, PLAIN, film) == value
    assert TRACK.settle(clean(track(at(100, x=500))), PLAIN, Seen()) != []
    with pytest.raises(BadAnswer, match=r"has frame 100; the last of the film is 99\."):
        TRACK.settle(clean(track(at(100))), PLAIN, film)
    with pytest.raises(BadAnswer, match=r"on frame 5 reaches beyond the picture, which is 64 . 48"):
        TRACK.settle(clean(track(at(0), at(5, x=60))), PLAIN, film)


def test_a_box_goes_straight_from_keyframe_to_keyframe_and_stands_still_before_it_is_gone():
    keyframes = [at(10), at(20, x=30, width=20), gone(25), at(30, x=50), at(40, x=50)]

    assert box_at(keyframes, 9) is None
    assert box_at(keyframes, 15) == (15, 0, 15, 10)
    assert box_at(keyframes, 24) == (30, 0, 20, 10)
    assert box_at(keyframes, 25) is None
    assert box_at(keyframes, 29) is None
    assert box_at(keyframes, 30) == (50, 0, 10, 10)
    assert box_at(keyframes, 41) is None


@pytest.mark.parametrize(
    ("other", "expected"),
    # 10 frames of 100 pixels each. Half of the frames is an IoU of 1/2; half of the width, too.
    [
        (track(at(0), at(9)), 0),
        (track(at(0), at(4)), 0),
        (track(at(0), at(3)), 1),
        (track(at(0, width=5), at(9, width=5)), 0),
        (track(at(0, width=4.99), at(9, width=4.99)), 1),
        (track(at(0), at(9), label="person"), 1),
        (track(at(0), gone(5), at(8), at(9)), 0),  # 7 of 10
        (track(at(0), gone(3), at(9), at(9 + 5)), 1),  # 4 of 16
        (track(at(20), at(29)), 1),
    ],
)
def test_tracks_are_alike_from_the_threshold_on(other, expected):
    assert distance([track(at(0), at(9))], [other]) == expected
    assert distance([other], [track(at(0), at(9))]) == expected


def test_one_that_a_straight_line_goes_through_means_the_same():
    short = clean(track(at(0), at(9, x=3)))
    long = clean(track(at(0), at(3, x=1), at(6, x=2), at(9, x=3)))
    other = clean(track(at(0), at(3, x=1, occluded=True), at(9, x=3)))

    assert TRACK.meaning(short, PLAIN) == TRACK.meaning(long, PLAIN)
    assert TRACK.meaning(short, PLAIN) != TRACK.meaning(other, PLAIN)
    assert len(long[0]["keyframes"]) == 4


side = st.floats(0.02, 90)
place = st.floats(0, 100)
seen = st.builds(at, st.integers(0, 60), place, place, side, side, occluded=st.booleans())
keyframes = st.lists(
    seen | st.builds(gone, st.integers(0, 60)),
    min_size=1,
    max_size=6,
    unique_by=lambda x: x["frame"],
).filter(lambda found: not all(one.get("outside") for one in found))
tracks = st.lists(
    st.builds(
        lambda found, label: track(*found, label=label),
        keyframes,
        st.sampled_from(["car", "person"]),
    ),
    max_size=4,
)


@settings(max_examples=80, deadline=None)
@given(tracks, tracks)
def test_own_output_is_stable_and_the_distance_behaves(a, b):
    x, y = clean(*a), clean(*b)

    assert TRACK.clean(x, PLAIN) == x
    assert clean(*reversed(x)) == x
    assert TRACK.distance(x, x, PLAIN) == 0
    assert TRACK.distance(x, y, PLAIN) == TRACK.distance(y, x, PLAIN)
    assert 0 <= TRACK.distance(x, y, PLAIN) <= 1


@settings(max_examples=60, deadline=None)
@given(tracks.filter(bool))
def test_the_tube_is_where_each_frame_says_and_leaving_idle_keyframes_out_changes_nothing(value):
    for one, meant in zip(clean(*value), TRACK.meaning(clean(*value), PLAIN), strict=True):
        tube = Tube(one["keyframes"])
        for frame in range(tube.first, tube.after):
            left, top, right, bottom = tube.boxes[:, frame - tube.first]
            there = box_at(one["keyframes"], frame)
            found = (left, top, right - left, bottom - top)
            assert found == pytest.approx(there or (0, 0, 0, 0), abs=1e-3)
            again = box_at(meant["keyframes"], frame)
            assert (again is None) == (there is None)
            assert again is None or again == pytest.approx(there, abs=0.05)
