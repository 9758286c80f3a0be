from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.exchange.importers.base import BadRow, Record
from apps.exchange.importers.rows import (
    AnnotationRow,
    SuggestionRow,
    TaskRow,
    is_native,
    native,
    packed,
)


def row(**values):
    return native(Record(1, 1, {"data": {"text": "hello"}, **values}))


def test_a_row_with_everything_is_read():
    task = row(
        external_id=7,
        meta={"lang": "de"},
        priority=2,
        gold={"tone": "kind"},
        suggestions=[{"source": "m1", "answers": {"tone": "kind"}, "score": 0.5}],
        annotations=[
            {
                "annotator": "anna",
                "answers": {"tone": "rude"},
                "round": 1,
                "submitted_at": "2026-01-31T10:30:00+01:00",
                "seconds": 3,
            }
        ],
        group="chat 1",
        requires=["language:de"],
    )
    assert task == TaskRow(
        row=1,
        line=1,
        data={"text": "hello"},
        external_id="7",
        meta={"lang": "de"},
        priority=2.0,
        gold={"tone": "kind"},
        suggestions=[SuggestionRow("m1", {"tone": "kind"}, 0.5)],
        annotations=[
            AnnotationRow(
                "anna", {"tone": "rude"}, 1, datetime(2026, 1, 31, 9, 30, tzinfo=UTC), 3.0
            )
        ],
        group="chat 1",
        requires=["language:de"],
    )


def test_only_data_is_required_and_null_is_absent():
    empty = TaskRow(1, 1, {"text": "hello"})
    assert row() == empty
    assert row(external_id=None, gold=None, annotations=None, group="", priority=None) == empty


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"data": None}, "data"),
        ({"data": "text"}, "data"),
        ({"nonsense": 1}, "nonsense"),
        ({"external_id": 1.5}, "external_id"),
        ({"external_id": True}, "external_id"),
        ({"external_id": "x" * 256}, "external_id"),
        ({"meta": []}, "meta"),
        ({"priority": "high"}, "priority"),
        ({"priority": "1_000"}, "priority"),
        ({"priority": True}, "priority"),
        ({"gold": "kind"}, "gold"),
        ({"requires": [1]}, "requires"),
        ({"requires": ["x" * 81]}, "requires"),
        ({"suggestions": {}}, "suggestions"),
        ({"suggestions": [{"answers": {}}]}, "suggestions[0].source"),
        ({"annotations": [1]}, "annotations[0]"),
        ({"annotations": [{"annotator": "", "answers": {}}]}, "annotations[0].annotator"),
        ({"annotations": [{"annotator": "a"}]}, "annotations[0].answers"),
        ({"annotations": [{"annotator": "a", "answers": {}, "x": 1}]}, "annotations[0].x"),
        ({"annotations": [{"annotator": "a", "answers": {}, "round": -1}]}, "annotations[0].round"),
        (
            {"annotations": [{"annotator": "a", "answers": {}, "round": 1e9}]},
            "annotations[0].round",
        ),
        (
            {"annotations": [{"annotator": "a", "answers": {}, "note_kind": "shout"}]},
            "annotations[0].note_kind",
        ),
        (
            {"annotations": [{"annotator": "a", "answers": {}, "seconds": -1}]},
            "annotations[0].seconds",
        ),
        (
            {"annotations": [{"annotator": "a", "answers": {}, "submitted_at": "soon"}]},
            "annotations[0].submitted_at",
        ),
    ],
)
def test_a_bad_part_is_named(values, column):
    bad = row(**values)
    assert isinstance(bad, BadRow)
    assert (bad.column, bad.row, bad.code) == (column, 1, "bad_value")
    assert bad.message.endswith(".")


def test_all_unknown_keys_are_named():
    bad = row(labl=1, priorty=2)
    assert isinstance(bad, BadRow)
    assert "'labl', 'priorty'" in bad.message
    assert "external_id" in bad.message


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
PARTS = st.sampled_from(
    ["external_id", "meta", "priority", "gold", "suggestions", "annotations", "group", "requires"]
)
NEARLY = st.lists(
    st.fixed_dictionaries(
        {"annotator": st.text(max_size=3) | ANYTHING, "answers": st.just({}) | ANYTHING},
        optional={"round": ANYTHING, "submitted_at": ANYTHING, "seconds": ANYTHING},
    ),
    max_size=2,
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(PARTS, ANYTHING) | st.fixed_dictionaries({"annotations": NEARLY}))
def test_any_json_is_a_task_or_a_bad_row(values):
    assert isinstance(row(**values), (TaskRow, BadRow))


def test_native_rows_are_told_from_foreign_ones():
    assert is_native({"data": {"text": "x"}})
    assert not is_native({"data": "x"})
    assert not is_native({"text": "x"})


def test_the_hash_depends_on_the_content_alone():
    assert packed({"a": 1, "b": {"c": 2, "d": 3}}) == packed({"b": {"d": 3, "c": 2}, "a": 1})
    assert packed({"a": 1})[1] != packed({"a": "1"})[1]
    assert len(packed({})[1]) == 32
