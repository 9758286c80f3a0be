"""What every exporter must do. A new file in the package is held to it at once."""

import csv
import hashlib
import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.exchange.exporters import exporters
from apps.exchange.exporters.manifest import Digesting, Origin, build_manifest
from apps.exchange.importers import importers
from apps.exchange.importers.base import Record
from apps.exchange.importers.rows import TaskRow, native
from tests.exchange.exporters.samples import AT, CONTEXT, document, tasks

ALL = pytest.mark.parametrize("name", sorted(exporters))
SHEETS = pytest.mark.parametrize(
    "name", sorted(n for n in exporters if exporters[n].extension == ".csv")
)
MANY = st.lists(tasks(), max_size=3)
# A record is a large thing to make up: few examples each, no clock.
FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def write(name, records):
    file = io.BytesIO()
    counts = exporters[name].write(map(document, records), file, CONTEXT)
    return file.getvalue(), counts


def rows_of(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


@ALL
def test_an_exporter_says_what_it_is_and_what_it_loses(name):
    exporter = exporters[name]
    assert exporter.label
    assert exporter.media_type.count("/") == 1
    assert all(loss.endswith(".") for loss in exporter.loses)
    assert exporter.loses or name == "jsonl"


@ALL
@FEW
@given(records=MANY)
def test_every_task_and_annotation_is_written_or_counted_as_left_out(name, records):
    _, counts = write(name, records)
    assert counts.tasks_in == len(records)
    assert counts.annotations_in == sum(len(task.annotations) for task in records)
    left = {"older revisions", "surplus or excluded annotations", "single annotations"}
    left_out = sum(counts.left_out[reason] for reason in left | {"annotations without an answer"})
    assert counts.annotations_in == counts.annotations_out + left_out


@ALL
@FEW
@given(records=MANY)
def test_the_rows_written_are_the_rows_counted(name, records):
    data, counts = write(name, records)
    if exporters[name].extension == ".csv":
        rows = rows_of(data)
        assert len(rows) - 1 == counts.rows_out
        assert {len(row) for row in rows} == {len(rows[0])}
    else:
        assert data.count(b"\n") == counts.rows_out == len(records)


@ALL
def test_no_task_is_a_file_too(name):
    _, counts = write(name, [])
    assert counts.tasks_in == counts.rows_out == 0


FORMULA = re.compile("[\\s\"'\ufeff\u200b\u201c]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
NUMBER = re.compile(r"-\d+(\.\d+)?(e[+-]?\d+)?")


@SHEETS
@FEW
@given(records=MANY)
def test_no_cell_can_be_run_as_a_formula(name, records):
    data, _ = write(name, records)
    for cell in (cell for row in rows_of(data) for cell in row):
        if not cell.startswith("'"):
            assert not FORMULA.match(cell) or NUMBER.fullmatch(cell)


@SHEETS
def test_the_file_opens_in_a_spreadsheet_as_utf_8(name):
    assert write(name, [])[0].startswith(b"\xef\xbb\xbf")


@ALL
@FEW
@given(records=MANY)
def test_the_records_are_taken_one_at_a_time(name, records):
    """The next task is asked for only when the one before has been written."""
    file = io.BytesIO()
    sizes = []

    def watched():
        for task in records:
            sizes.append(file.tell())
            yield document(task)
        sizes.append(file.tell())

    exporters[name].write(watched(), file, CONTEXT)
    if name != "csv_long":
        assert len(set(sizes)) == len(sizes)
    assert sizes == sorted(sizes)
    assert sizes[-1] == len(file.getvalue())


@FEW
@given(records=MANY)
def test_the_lossless_export_can_be_read_back(records):
    data, _ = write("jsonl", records)
    if not records:
        return
    rows = list(importers["jsonl"].read(io.BytesIO(data)))
    read = [native(row) for row in rows if isinstance(row, Record)]
    assert len(read) == len(records)
    for task, found in zip(records, read, strict=True):
        assert isinstance(found, TaskRow)
        for part in ("data", "external_id", "meta", "group", "priority", "requires", "gold"):
            assert getattr(found, part) == getattr(task, part)
        for kind, parts in _PARTS.items():
            theirs = [[getattr(x, p) for p in parts] for x in getattr(found, kind)]
            assert theirs == [[getattr(x, p) for p in parts] for x in getattr(task, kind)]


_PARTS = {
    "suggestions": ("source", "answers", "score"),
    "annotations": (
        *("annotator", "answers", "round", "submitted_at", "seconds", "note", "key", "revision"),
        *("confidence", "independent", "surplus"),
    ),
}


@ALL
@FEW
@given(records=MANY)
def test_the_manifest_says_what_the_file_is(name, records):
    raw = io.BytesIO()
    file = Digesting(raw)
    counts = exporters[name].write(map(document, records), file, CONTEXT)
    manifest = build_manifest(
        exporter=exporters[name],
        origin=Origin("P", 7, 3, AT, "eva@example.org", "concord 0.1", {"state": "complete"}),
        counts=counts,
        filename="p.x",
        file=file,
    )
    assert manifest["file"] == {
        "name": "p.x",
        "bytes": len(raw.getvalue()),
        "sha256": hashlib.sha256(raw.getvalue()).hexdigest(),
    }
    assert manifest["counts"]["in"]["tasks"] == len(records)
    assert manifest["loses"] == list(exporters[name].loses)
    assert manifest["rebuild"]["body"] == {"format": name, "state": "complete"}
    assert 0 not in manifest["counts"]["left_out"].values()
