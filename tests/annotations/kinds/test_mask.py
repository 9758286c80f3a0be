"""Masks: COCO's runs in one canonical form, held against the image, compared without a picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from apps.annotations.kinds import runs
from apps.annotations.kinds.base import BadAnswer, BadConfig, Seen
from apps.annotations.kinds.mask import Mask

CONFIGS = [
    {"field": "image", "labels": ["road", "sky"], "mode": "semantic"},
    {"field": "image", "labels": ["cell", "debris"], "max": 3, "threshold": 0.7},
]
MASK = Mask()
EACH = MASK.clean_config({"field": "image", "labels": ["cell", "debris"]})
PIXELS = MASK.clean_config(CONFIGS[0])


def mask(picture, label="cell", **more):
    """Of a picture of 0 and 1, by counting as COCO's paper says: the slow way."""
    picture = np.asarray(picture)
    counts, before = [0], 0
    for pixel in picture.ravel(order="F").tolist():
        if pixel != before:
            counts.append(0)
            before = pixel
        counts[-1] += 1
    return {"label": label, "size": list(picture.shape), "counts": counts, **more}


def box(top, left, bottom, right, label="cell", size=(20, 30)):
    picture = np.zeros(size, dtype=int)
    picture[top:bottom, left:right] = 1
    return mask(picture, label)


def clean(*masks, config=EACH):
    return MASK.clean(list(masks), config)


def distance(a, b, config=EACH):
    return MASK.distance(clean(*a, config=config), clean(*b, config=config), config)


@pytest.mark.parametrize(
    ("counts", "text"),
    # As pycocotools writes them.
    [([0, 100], "0T3"), ([6, 1, 40, 4, 5, 4, 5, 4, 21], "61X13mN000`0")],
)
def test_the_text_is_that_of_coco_and_both_forms_are_taken(counts, text):
    total = sum(counts)
    of_numbers = clean({"label": "cell", "size": [total, 1], "counts": counts})
    of_text = clean({"label": "cell", "size": [total, 1], "counts": text})

    assert of_numbers[0]["counts"] == text
    assert of_text[0]["counts"] == text


def test_runs_without_pixels_and_runs_that_touch_are_written_as_one():
    plain = clean({"label": "cell", "size": [10, 1], "counts": [2, 6, 2]})

    assert clean({"label": "cell", "size": [10, 1], "counts": [2, 3, 0, 3, 2, 0, 0]}) == plain


@pytest.mark.parametrize(
    ("bad", "path"),
    [
        ({"counts": [3, 3]}, "0.counts"),  # of ten pixels
        ({"counts": [3, 8]}, "0.counts"),
        ({"counts": [-3, 13]}, "0.counts"),
        ({"counts": [2**62, 2**62, 2**63 + 10]}, "0.counts"),
        ({"counts": [True, 9]}, "0.counts"),
        ({"counts": [1.5, 8.5]}, "0.counts"),
        ({"counts": [10]}, "0.counts"),  # no pixel
        ({"counts": ""}, "0.counts"),
        ({"counts": "37P"}, "0.counts"),  # breaks off
        ({"counts": "26NN"}, "0.counts"),  # 2, 6, -2 and 4, which add up
        ({"counts": "3WPPPPPPP0"}, "0.counts"),  # 3 and 7, longer than need be
        ({"counts": "\U0001f642"}, "0.counts"),
        ({"counts": "~~~"}, "0.counts"),
        ({"counts": "ooooooooo0"}, "0.counts"),
        ({"counts": {"0": 10}}, "0.counts"),
        ({"size": [10]}, "0.size"),
        ({"size": [10, True]}, "0.size"),
        ({"size": [0, 10]}, "0.size"),
        ({"size": [100_000, 100_000]}, "0.size"),
        ({"label": "tree"}, "0.label"),
    ],
)
def test_what_is_no_mask_is_refused_with_its_place(bad, path):
    with pytest.raises(BadAnswer) as error:
        clean({"label": "cell", "size": [10, 1], "counts": [3, 7], **bad})
    assert error.value.path == path
    assert error.value.message.endswith(".")


def test_counts_that_break_off_are_named():
    with pytest.raises(BadAnswer, match=r"Mask 1: its counts break off within a number\."):
        clean({"label": "cell", "size": [10, 1], "counts": "37P"})


def test_masks_of_two_sizes_are_refused():
    with pytest.raises(BadAnswer, match="the size of the one image"):
        clean(box(0, 0, 5, 5), box(0, 0, 5, 5, size=(20, 31)))


def test_a_mask_of_another_size_than_the_image_is_refused():
    value = clean(box(0, 0, 5, 5))

    with pytest.raises(BadAnswer, match=r"an image of 30 . 20, but this image is 20 . 30\.$"):
        MASK.settle(value, EACH, Seen({"image": {"width": 20, "height": 30}}))
    assert MASK.settle(value, EACH, Seen({"image": {"width": 30, "height": 20}})) == value
    assert MASK.settle(value, EACH, Seen()) == value


def test_of_labels_each_has_one_mask_and_each_pixel_one_label():
    parted = clean(box(0, 0, 5, 5, "road"), box(5, 0, 9, 5, "sky"), config=PIXELS)

    assert [one["label"] for one in parted] == ["road", "sky"]
    with pytest.raises(BadAnswer, match="one mask"):
        clean(box(0, 0, 5, 5, "road"), box(9, 9, 12, 12, "road"), config=PIXELS)
    with pytest.raises(BadAnswer, match="two labels"):
        clean(box(0, 0, 5, 5, "road"), box(4, 4, 9, 9, "sky"), config=PIXELS)


@pytest.mark.parametrize(
    ("shift", "expected"),
    # 9 columns moved by d: the IoU is (9 - d) / (9 + d), which is 1/2 at 3.
    [(0, 0), (3, 0), (4, 1), (12, 1)],
)
def test_instances_are_alike_from_the_threshold_on(shift, expected):
    assert distance([box(0, 0, 9, 9)], [box(0, shift, 9, 9 + shift)]) == expected


def test_labels_are_compared_by_their_pixels():
    a = [box(0, 0, 10, 10, "road"), box(10, 0, 20, 10, "sky")]
    b = [box(0, 0, 10, 5, "road"), box(10, 0, 20, 10, "sky")]

    # 50 and 100 pixels in common, of 200 and 150.
    assert distance(a, b, PIXELS) == pytest.approx(1 - 2 * 150 / 350)
    assert distance(a, [], PIXELS) == 1
    assert distance([], [], PIXELS) == 0


def test_labels_are_said_with_their_part_of_the_image():
    value = clean(box(0, 0, 20, 15, "road"), box(0, 20, 2, 30, "sky"), config=PIXELS)

    assert MASK.summary(value, PIXELS) == "road 50.0%, sky 3.3%"


def test_a_later_config_keeps_the_sort_of_masks():
    with pytest.raises(BadConfig, match="ask a new question"):
        MASK.succeed(EACH, MASK.clean_config({**EACH, "mode": "semantic"}))


pictures = st.tuples(st.integers(1, 9), st.integers(1, 9)).flatmap(
    lambda shape: st.tuples(
        *(arrays(np.int64, shape, elements=st.integers(0, 1)) for _ in range(2))
    )
)


@settings(max_examples=150, deadline=None)
@given(pictures)
def test_runs_say_what_the_picture_says(both):
    a, b = both
    total, height = a.size, a.shape[0]
    x, y = (runs.decode(mask(one)["counts"], total) for one in both)

    assert runs.area(x) == a.sum()
    assert runs.common(x, y) == (a & b).sum()
    assert runs.are_apart([x, y]) == (not (a & b).any())
    assert np.array_equal(runs.decode(runs.encode(x, total), total), x)
    if a.any():
        rows, columns = np.nonzero(a)
        assert runs.bounds(x, height) == (
            columns.min(),
            rows.min(),
            columns.max() + 1,
            rows.max() + 1,
        )


@settings(max_examples=60, deadline=None)
@given(pictures)
def test_own_output_is_stable_and_the_distance_behaves(both):
    for config, label in ((EACH, "cell"), (PIXELS, "road")):
        x, y = ([mask(one, label)] if one.any() else [] for one in both)
        a, b = clean(*x, config=config), clean(*y, config=config)
        assert clean(*a, config=config) == a
        assert MASK.distance(a, a, config) == 0
        assert MASK.distance(a, b, config) == MASK.distance(b, a, config)
        assert 0 <= MASK.distance(a, b, config) <= 1


def test_a_mask_of_a_million_runs_is_read_and_compared():
    """On 64 million pixels, of which no picture is made."""
    noise = {"label": "cell", "size": [8_000, 8_000], "counts": [64, 64] * 500_000}

    value = clean(noise)

    assert MASK.distance(value, value, EACH) == 0
