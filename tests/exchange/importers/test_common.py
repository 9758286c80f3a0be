"""What every importer must do. A new file in the package is held to it at once."""

import contextlib
import io
import tracemalloc
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.exchange.importers import detect, importers
from apps.exchange.importers.base import BadRow, ReadOptions, Record
from apps.exchange.importers.opening import UnreadableFile
from tests.exchange.importers.streams import EXAMPLES, Endless, outcome

ALL = pytest.mark.parametrize("name", sorted(importers))

TEXTUAL = st.lists(
    st.sampled_from(
        [
            *(b"{", b"}", b"[", b"]", b'"', b",", b":", b"\n", b"\r\n", b"\\", b"a", b"1"),
            *(b";", b"\t", b"null", b"\xff", b"\\ud800", b"\xef\xbb\xbf", b"\xff\xfe", b" "),
            *(b"\x00", b'{"a":1}', b'{"data":[', b"sep=;"),
        ]
    ),
    max_size=60,
).map(b"".join)


def read(name, data, **options):
    return list(importers[name].read(io.BytesIO(data), ReadOptions(**options)))


def test_an_example_of_every_format_is_at_hand():
    assert sorted(EXAMPLES) == sorted(importers)


@ALL
def test_an_importer_says_what_it_is(name):
    importer = importers[name]
    assert importer.label
    assert all(extension.startswith(".") for extension in importer.extensions)


@ALL
def test_the_example_is_recognised_and_read(name):
    assert detect(EXAMPLES[name]) is importers[name]
    assert [row.values["text"] for row in read(name, EXAMPLES[name])] == ["hello", "grüß"]
    assert [row.row for row in read(name, EXAMPLES[name])] == [1, 2]


@ALL
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_other_encodings_are_known_by_their_mark(name, encoding):
    data = EXAMPLES[name].decode().encode(encoding)
    assert read(name, data) == read(name, EXAMPLES[name])
    assert detect(data) is importers[name]


@ALL
def test_windows_line_ends_change_nothing(name):
    data = EXAMPLES[name].replace(b"\n", b"\r\n")
    assert [r.values for r in read(name, data)] == [r.values for r in read(name, EXAMPLES[name])]


@ALL
@given(data=st.binary(max_size=300) | TEXTUAL)
def test_any_bytes_give_rows_or_an_explanation(name, data):
    rows, message = outcome(importers[name].read(io.BytesIO(data), ReadOptions(max_row_bytes=50)))
    assert message == "" or message.endswith(".")
    assert [row.row for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        assert isinstance(row, (Record, BadRow))
        if isinstance(row, BadRow):
            assert row.message.endswith(".")


@ALL
@given(data=st.binary(max_size=300) | TEXTUAL)
def test_any_head_can_be_sniffed(name, data):
    assert importers[name].sniff(data) in (True, False)
    with contextlib.suppress(UnreadableFile):
        assert detect(data, "file.csv").sniff(data) in (True, False)


@ALL
@pytest.mark.parametrize("data", [b"", b"\n \r\n", b"\xef\xbb\xbf", b"\x00" * 50, b"\xff\xfe"])
def test_an_empty_file_is_refused(name, data):
    with pytest.raises(UnreadableFile, match=r"empty|NUL"):
        read(name, data)


@ALL
@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"PK\x03\x04\x14\x00[Content_Types].xml xl/workbook.xml", "an Excel workbook"),
        (b"PK\x03\x04\x14\x00\x00 things.txt", "a zip archive"),
        (
            b"PK\x03\x04\x14\x00mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            "OpenDocument",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 50, "password-protected"),
        (b"PAR1\x15\x04\x15\x00", "a Parquet file"),
        (b"\x1f\x8b\x08\x00", "a gzip archive"),
        (b"%PDF-1.7", "a PDF"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (b"-----BEGIN PGP MESSAGE-----", "an encrypted file"),
        (b"\x89PNG\r\n\x1a\n", "an image"),
        (bytes(range(256)) * 20, "a binary file"),
        ("a,b\n1,2\n".encode("utf-16-le"), "UTF-16 without its mark"),
    ],
)
def test_what_is_no_text_is_refused_by_its_name(name, head, what):
    with pytest.raises(UnreadableFile, match=what):
        read(name, head)


@ALL
def test_more_rows_than_allowed_are_refused_not_cut_off(name):
    assert len(read(name, EXAMPLES[name], max_rows=2)) == 2
    with pytest.raises(UnreadableFile, match="more than 1 rows"):
        read(name, EXAMPLES[name], max_rows=1)


@ALL
def test_an_endless_row_is_refused_in_bounded_memory(name):
    """The row never ends within 60 MB; one of 10 MB would be allowed."""
    stream = Endless(EXAMPLES[name].split(b"hello")[0], b"x" * 65_536, repeats=960)
    tracemalloc.start()
    rows, message = outcome(importers[name].read(cast(BinaryIO, stream)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    said = message + " ".join(row.message for row in rows if isinstance(row, BadRow))
    assert "longer than" in said or "ends in the middle" in said
    assert peak < 60 * 2**20


@ALL
@pytest.mark.proof
def test_two_hundred_megabytes_are_read_in_constant_memory(name):
    before, row, after = EXAMPLES[name].partition(b"hello")
    between = {"csv": b"\n1,hello", "json": b'"},{"text":"hello', "jsonl": b'"}\n{"text":"hello'}
    repeated = between[name] + b"x" * 1000
    block = repeated * (65_536 // len(repeated))
    stream = Endless(before + row, block, repeats=200 * 2**20 // len(block), end=after)
    tracemalloc.start()
    try:
        count = sum(
            isinstance(found, Record) for found in importers[name].read(cast(BinaryIO, stream))
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 2 + (65_536 // len(repeated)) * (200 * 2**20 // len(block))
    assert peak < 8 * 2**20


def test_an_unknown_format_is_decided_by_the_name_or_refused():
    assert detect(b"one column\nof words\n", "words.csv") is importers["csv"]
    with pytest.raises(UnreadableFile, match="not recognised"):
        detect(b"one column\nof words\n", "words.txt")
