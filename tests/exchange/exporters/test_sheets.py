import csv
import io

import pytest

from apps.core.cells import cell
from apps.exchange.exporters import exporters
from apps.exchange.exporters.base import (
    AdjudicationExport,
    AnnotationExport,
    ConsensusExport,
    ExportContext,
    TaskExport,
)
from tests.exchange.exporters.samples import AT, document

CONTEXT = ExportContext(("text",), ("tone",), (("anna", 0), ("ben", 0)))


def task(**parts):
    return TaskExport(id=1, external_id="e1", data={"text": "hello"}, **parts)


def annotation(number, annotator, tone, **parts):
    return AnnotationExport(number, str(number), annotator, {"tone": tone}, AT, **parts)


def table(name, *records, context=CONTEXT):
    file = io.BytesIO()
    exporters[name].write(map(document, records), file, context)
    return list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (-5, -5),
        (-0.5, -0.5),
        ("-5", "'-5"),
        ("=1+1", "'=1+1"),
        ("  =1", "'  =1"),
        ('"@x', "'\"@x"),
        ("\ufeff+1", "'\ufeff+1"),
        ("\uff1d1", "'\uff1d1"),
        ("\thello", "'\thello"),
        ("a=b", "a=b"),
        ("", ""),
        (None, ""),
        (True, "true"),
        (["a", "=b"], '["a","=b"]'),
        ({"a": 1}, '{"a":1}'),
    ],
)
def test_a_cell_keeps_numbers_and_disarms_formulas(value, written):
    assert cell(value) == written


def test_long_has_a_row_per_answer_of_the_newest_revision():
    record = task(
        annotations=[
            annotation(1, "anna", "kind"),
            annotation(2, "anna", "rude", revision=1, predecessor=1),
            annotation(3, "ben", "kind", surplus=True),
        ]
    )
    rows = table("csv_long", record, task())
    assert [(r["annotator"], r["value"], r["surplus"]) for r in rows] == [
        ("anna", "rude", "false"),
        ("ben", "kind", "true"),
    ]
    assert rows[0]["data.text"] == "hello"
    assert rows[0]["submitted_at"] == "2026-01-31T09:30:00Z"


def test_wide_has_a_column_per_annotator_and_leaves_out_what_does_not_count():
    record = task(
        annotations=[annotation(1, "anna", "kind"), annotation(2, "ben", "rude", excluded=True)]
    )
    (row,) = table("csv_wide", record)
    assert (row["tone [anna]"], row["tone [ben]"]) == ("kind", "")


def test_wide_refuses_an_annotator_without_a_column():
    with pytest.raises(ValueError, match="eva"):
        table("csv_wide", task(annotations=[annotation(1, "eva", "kind")]))


def test_a_decision_stands_before_the_computed_consensus():
    computed = [ConsensusExport("tone", "kind", 0.5, is_tie=True, aggregator="majority")]
    (row,) = table("consensus", task(consensus=computed))
    assert (row["tone"], row["tone source"], row["tone tie"]) == ("kind", "majority", "true")
    decided = AdjudicationExport({"tone": "rude"}, "decided", "clear", "eva", AT)
    (row,) = table("consensus", task(consensus=computed, adjudications=[decided]))
    assert (row["tone"], row["tone source"], row["decided_by"]) == ("rude", "adjudication", "eva")


def test_a_computed_number_comes_with_its_limits_and_how_many_gave_it():
    computed = ConsensusExport("tone", 3, 0.5, answers=7, probability=0.8, low=2.5, high=4.0)
    (row,) = table("consensus", task(consensus=[computed]))

    found = [row[f"tone{part}"] for part in ("", " answers", " probability", " low", " high")]
    assert found == ["3", "7", "0.8", "2.5", "4.0"]


def test_when_none_can_be_right_no_computed_answer_is_given():
    computed = [ConsensusExport("tone", "kind", 1.0, aggregator="majority")]
    none = AdjudicationExport({}, "impossible", "not readable", "eva", AT)
    (row,) = table("consensus", task(consensus=computed, adjudications=[none]))
    assert (row["tone"], row["tone source"], row["outcome"]) == ("", "adjudication", "impossible")
