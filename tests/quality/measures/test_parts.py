"""What several people marked, part by part."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from apps.annotations.kinds import kinds
from apps.quality.measures.parts import MOST_DISPUTED, Merge, Part, Parts, parts_of

LABELS = [{"value": each, "title": each} for each in ("drug", "dose", "disease")]
SPANS = kinds["span"].clean_config({"field": "text", "labels": LABELS})
BOXES = kinds["box"].clean_config({"field": "image", "labels": LABELS})


def spans(*marked: tuple[str, int, int]) -> Any:
    value = [{"label": label, "parts": [[start, end]]} for label, start, end in marked]
    return kinds["span"].clean(value, SPANS)


def boxes(*marked: tuple[str, float, float]) -> Any:
    value = [{"label": label, "x": x, "y": y, "width": 10, "height": 10} for label, x, y in marked]
    return kinds["box"].clean(value, BOXES)


def of_spans(*values: Any, merge: Merge = Merge.ALL, weights: Any = None) -> Parts:
    found = parts_of(kinds["span"], SPANS, values, weights or [1.0] * len(values), merge)
    assert found is not None
    return found


def said(part: Part) -> list[tuple[str, list[int]]]:
    return [
        (f"{one.thing['label']} {one.thing['parts'][0]}" if one.thing else "nothing", one.who)
        for one in part.versions
    ]


def test_what_all_marked_alike_is_agreed() -> None:
    one = spans(("drug", 0, 4), ("dose", 6, 9))
    other = spans(("drug", 0, 4))

    found = of_spans(one, other)

    assert found.agreed == [{"label": "drug", "parts": [[0, 4]]}]
    assert [said(part) for part in found.disputed] == [[("dose [6, 9]", [0]), ("nothing", [1])]]


def test_labels_and_ends_that_differ_are_versions_of_one_part() -> None:
    found = of_spans(
        spans(("drug", 0, 8)), spans(("disease", 0, 8)), spans(("drug", 0, 10)), spans()
    )

    assert len(found.parts) == 1
    assert sorted(said(found.disputed[0])) == [
        ("disease [0, 8]", [1]),
        ("drug [0, 10]", [2]),
        ("drug [0, 8]", [0]),
        ("nothing", [3]),
    ]


def test_two_labels_that_one_person_gave_to_one_place_are_two_parts() -> None:
    both = spans(("drug", 0, 8), ("disease", 0, 8))

    found = of_spans(both, both, spans(("drug", 0, 8)))

    assert [one["label"] for one in found.agreed] == ["drug"]
    assert [said(part) for part in found.disputed] == [
        [("disease [0, 8]", [0, 1]), ("nothing", [2])]
    ]


def test_each_annotator_says_one_version_of_each_part() -> None:
    values = [
        spans(("drug", 0, 8), ("dose", 9, 12)),
        spans(("disease", 0, 7), ("dose", 9, 13)),
        spans(("dose", 9, 12), ("drug", 20, 25)),
    ]

    found = of_spans(*values)

    for part in found.parts:
        assert sorted(i for one in part.versions for i in one.who) == [0, 1, 2]
        assert sum(one.share for one in part.versions) == pytest.approx(1)


def test_the_order_of_the_answers_changes_nothing_but_who_is_named() -> None:
    values = [
        spans(("drug", 0, 8), ("dose", 9, 12)),
        spans(("disease", 0, 7), ("dose", 9, 13)),
        spans(("drug", 0, 8), ("drug", 20, 25)),
    ]
    kept = []
    for order in permutations(range(3)):
        found = of_spans(*(values[i] for i in order))
        kept.append(
            sorted(
                sorted((words, sorted(order[i] for i in who)) for words, who in said(part))
                for part in found.parts
            )
        )

    assert all(one == kept[0] for one in kept)


def test_the_majority_settles_what_more_than_half_say() -> None:
    two = spans(("drug", 0, 4), ("dose", 6, 9))
    values = [two, two, spans(("drug", 0, 4), ("disease", 20, 25))]

    found = of_spans(*values, merge=Merge.MAJORITY)

    settled = {str(part.versions[0].thing): part.settled for part in found.disputed}
    assert len(settled) == 2
    dose, disease = sorted(found.disputed, key=lambda part: part.versions[0].thing is None)
    assert dose.settled is not None
    assert dose.settled.thing == {"label": "dose", "parts": [[6, 9]]}
    assert disease.settled is not None
    assert disease.settled.thing is None
    assert all(part.settled is None for part in of_spans(*values).disputed)


def test_a_tie_is_settled_by_nobody() -> None:
    found = of_spans(spans(("drug", 0, 4)), spans(("dose", 0, 4)), merge=Merge.MAJORITY)

    assert found.disputed[0].settled is None


def test_by_skill_those_count_more_who_are_right_more_often() -> None:
    values = [spans(("drug", 0, 4)), spans(("dose", 0, 4)), spans(("dose", 0, 4))]

    sure = of_spans(*values, merge=Merge.SKILL, weights=[9.0, 1.0, 1.0])
    unsure = of_spans(*values, merge=Merge.SKILL, weights=[2.0, 1.0, 1.0])

    assert sure.disputed[0].settled is not None
    assert sure.disputed[0].settled.thing == {"label": "drug", "parts": [[0, 4]]}
    assert unsure.disputed[0].settled is None


def test_outlines_that_were_taken_for_the_same_thing_are_one_version() -> None:
    found = parts_of(
        kinds["box"], BOXES, [boxes(("drug", 0, 0)), boxes(("drug", 1, 0))], [1.0, 1.0]
    )

    assert found is not None
    assert not found.disputed
    assert found.agreed == [{"label": "drug", "x": 0.5, "y": 0.0, "width": 10.0, "height": 10.0}]


def test_a_box_with_another_label_is_the_same_part() -> None:
    found = parts_of(
        kinds["box"],
        BOXES,
        [boxes(("drug", 0, 0), ("drug", 50, 50)), boxes(("dose", 1, 0))],
        [1.0, 1.0],
    )

    assert found is not None
    assert not found.agreed
    labels = [
        {one.thing["label"] if one.thing else "" for one in each.versions} for each in found.parts
    ]
    assert labels == [{"drug", "dose"}, {"drug", ""}]


def test_parts_stand_in_the_order_of_their_places() -> None:
    found = of_spans(spans(("drug", 100, 104), ("dose", 20, 24)), spans(("drug", 3, 9)))

    assert [one.versions[0].shown or one.versions[1].shown for one in found.parts] == [
        [{"id": "shown", "label": label, "parts": [[start, end]]}]
        for label, start, end in (("drug", 3, 9), ("dose", 20, 24), ("drug", 100, 104))
    ]


def test_a_part_is_shown_by_a_thing_that_is_there() -> None:
    values = [spans(("drug", 0, 4)), spans(("dose", 6, 9))]

    for part in of_spans(*values).parts:
        place, name = part.shown_by
        assert name in {one["id"] for one in values[place]}


def test_segments_with_other_words_are_versions() -> None:
    config = kinds["segment"].clean_config({"field": "sound", "labels": LABELS, "text": "optional"})
    values = [
        kinds["segment"].clean([{"label": "drug", "start": 0, "end": 2, "text": words}], config)
        for words in ("aspirin", "aspirine")
    ]

    found = parts_of(kinds["segment"], config, values, [1.0, 1.0])

    assert found is not None
    assert [len(part.versions) for part in found.disputed] == [2]


def test_what_cannot_be_taken_apart_has_no_parts() -> None:
    choice = kinds["choice"].clean_config({"labels": LABELS})

    assert parts_of(kinds["choice"], choice, [[], []], [1.0, 1.0]) is None
    assert parts_of(kinds["span"], SPANS, [spans()], [1.0]) is None


def test_more_than_anybody_goes_through_are_for_drawing() -> None:
    many = spans(*(("drug", 10 * i, 10 * i + 5) for i in range(MOST_DISPUTED + 1)))

    assert parts_of(kinds["span"], SPANS, [many, spans()], [1.0, 1.0]) is None
    assert parts_of(kinds["span"], SPANS, [many, many], [1.0, 1.0]) is not None


def test_simulated_the_skilled_settle_more_than_unanimity_and_err_less_than_the_majority() -> None:
    """Five people of known skill mark drugs among 200 words; each misses and makes up as they may."""
    rng = np.random.default_rng(5)
    skill = np.array([0.95, 0.95, 0.9, 0.6, 0.5])
    settled, wrong = Counter[Merge](), Counter[Merge]()
    for _ in range(80):
        is_true = np.arange(12) < 6
        marks = rng.random((skill.size, 12)) < np.where(is_true, skill[:, None], 1 - skill[:, None])
        values = [
            spans(*(("drug", 9 * w, 9 * w + 4) for w in np.flatnonzero(m).tolist())) for m in marks
        ]
        for merge in (Merge.MAJORITY, Merge.SKILL):
            found = of_spans(*values, merge=merge, weights=list(skill))
            for part in found.disputed:
                if part.settled is not None:
                    word = part.versions[0].thing or part.versions[1].thing
                    settled[merge] += 1
                    there = word["parts"][0][0] // 9 < 6
                    wrong[merge] += (part.settled.thing is not None) != there

    by_majority, by_skill = (wrong[m] / settled[m] for m in (Merge.MAJORITY, Merge.SKILL))
    assert settled[Merge.SKILL] > 200
    assert by_skill < by_majority / 3
