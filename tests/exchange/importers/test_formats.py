"""What each format has of its own."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.exchange.importers import detect, importers, scanner
from apps.exchange.importers.base import BadRow, ReadOptions, Record
from apps.exchange.importers.csv import sniff_delimiter
from apps.exchange.importers.opening import UnreadableFile


def read(name, data, **options):
    data = data if isinstance(data, bytes) else data.encode()
    return list(importers[name].read(io.BytesIO(data), ReadOptions(**options)))


def values(rows):
    return [row.values if isinstance(row, Record) else row.code for row in rows]


def test_jsonl_goes_on_after_a_bad_line():
    rows = read("jsonl", '{"a": 1}\n\n{"a": NaN}\n[1]\n{"a": "\\u0000"}\n{"a": 2}')
    assert values(rows) == [{"a": 1}, "bad_json", "not_an_object", "bad_json", {"a": 2}]
    assert [(row.row, row.line) for row in rows] == [(1, 1), (2, 3), (3, 4), (4, 5), (5, 6)]
    assert rows[3].column == "a"


def test_jsonl_goes_on_after_a_line_that_is_too_long():
    rows = read("jsonl", '{"a": "%s"}\n{"a": 2}\n' % ("x" * 5000), max_row_bytes=1000)
    assert values(rows) == ["too_long", {"a": 2}]


@pytest.mark.parametrize("data", ['[{"a": 1}]', '{\n"a": 1}', "text\nhello\n"])
def test_jsonl_says_when_the_file_is_in_another_format(data):
    with pytest.raises(UnreadableFile, match="Choose the format"):
        read("jsonl", data)


def test_json_goes_on_after_a_bad_element():
    rows = read("json", '[{"a": 1},\n{"a": Infinity}, 7,\n{"a": "]}\\"\\\\"}, {"a": "\\ud800"},]')
    assert values(rows)[:4] == [{"a": 1}, "bad_json", "not_an_object", {"a": ']}"\\'}]
    assert values(rows)[4:] == ["bad_json", "bad_json"]
    assert [row.line for row in rows] == [1, 2, 2, 3, 3, 3]


def test_json_goes_on_after_an_element_that_is_too_long():
    rows = read("json", '[{"a": "%s"}, {"a": 2}]' % ("x" * 5000), max_row_bytes=1000)
    assert values(rows) == ["too_long", {"a": 2}]


@pytest.mark.parametrize("key", ["tasks", "rows", "data"])
def test_json_finds_the_list_inside_an_object(key):
    data = '{"name": "x]", "more": {"rows": [1]}, "key": [{"a": 1}], "after": 2}'.replace(
        "key", key
    )
    assert values(read("json", data)) == [{"a": 1}]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ('[{"a": 1}', "ends in the middle"),
        ('[{"a": 1}, {"a"', "ends in the middle"),
        ('[{"a": 1}] more', "follows the end"),
        ('[{"a": 1}}', "missing after row 1"),
        ('{"a": 1}', "without a list"),
        ('{"tasks": {"a": 1}}', "without a list"),
        ("hello", "begins with neither"),
        ("[" * 200_000, "ends in the middle"),
    ],
)
def test_json_that_is_broken_is_explained(data, words):
    with pytest.raises(UnreadableFile, match=words):
        read("json", data)


def test_json_of_great_depth_is_one_bad_row():
    data = "[" + "[" * 5000 + "]" * 5000 + ', {"a": 1}]'
    assert values(read("json", data)) == ["bad_json", {"a": 1}]


ELEMENTS = st.lists(
    st.dictionaries(
        st.text('a"\\[]{},:', max_size=4),
        st.text('a"\\[]{},:\n', max_size=8) | st.integers(-5, 5) | st.lists(st.booleans()),
        max_size=4,
    ),
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(elements=ELEMENTS, chunk=st.integers(1, 40), indent=st.sampled_from([None, 1]))
def test_json_cut_anywhere_gives_what_a_parser_of_the_whole_gives(elements, chunk, indent):
    data = json.dumps(elements, indent=indent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner, "CHUNK", chunk)
        assert values(read("json", data)) == elements


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_finds_the_delimiter(delimiter):
    rows = [["id", "text"], ["1", "a, b"], ["2", "x; y; z"]]
    data = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    assert values(read("csv", data))[0] == {"id": "1", "text": "a, b"}


def test_csv_takes_the_even_delimiter_not_the_frequent_one():
    assert sniff_delimiter("id;text\n1;a, b, c\n2;d, e\n") == ";"
    assert sniff_delimiter("text\nhello\n") == ","


def test_csv_heeds_the_line_that_excel_writes():
    rows = read("csv", "sep=;\r\na;b\r\n1,5;x\r\n")
    assert values(rows) == [{"a": "1,5", "b": "x"}]
    assert rows[0].line == 3


def test_csv_from_excel_in_utf_16_is_read():
    data = "name\ttext\r\nJürgen\t日本\r\n".encode("utf-16")
    assert values(read("csv", data)) == [{"name": "Jürgen", "text": "日本"}]


def test_csv_cut_in_the_middle_of_a_character_is_a_bad_row():
    data = "a\tb\r\n1\t日本".encode("utf-16")[:-1]
    assert values(read("csv", data)) == ["bad_encoding"]


def test_csv_refuses_wrong_bytes_where_they_are_and_goes_on():
    rows = read("csv", b"a,b\n1,\xff\n2,x\n")
    assert values(rows) == ["bad_encoding", {"a": "2", "b": "x"}]
    assert (rows[0].row, rows[0].line, rows[0].column) == (1, 2, "b")


def test_csv_reports_ragged_rows_and_nul():
    rows = read("csv", "a,b\n1\n1,2,3\n\n , \n1,\x00\n1,2,,\n,,\n5,6\n")
    ragged = ["ragged", "ragged", {"a": " ", "b": " "}, "nul"]
    assert values(rows) == [*ragged, {"a": "1", "b": "2"}, {"a": "5", "b": "6"}]
    assert "has 3 cells, the header has 2" in rows[1].message
    assert rows[-1].line == 9


def test_csv_keeps_line_breaks_and_quotes_inside_cells():
    rows = read("csv", 'a,b\r\n"x\r\ny","say ""hi"""\r\n1,2\r\n')
    assert values(rows) == [{"a": "x\r\ny", "b": 'say "hi"'}, {"a": "1", "b": "2"}]
    assert rows[1].line == 4


def test_csv_with_a_wrong_quote_is_one_bad_row():
    assert values(read("csv", 'a,b\n"x"y,1\n3,4\n')) == ["bad_quotes", {"a": "3", "b": "4"}]


@pytest.mark.parametrize(
    ("limit", "words"),
    [(100, "line 3 is longer than 100 bytes"), (10_000, "line 3 is never closed")],
)
def test_csv_with_a_quote_never_closed_names_the_row_and_swallows_nothing(limit, words):
    data = 'a,b\n1,2\n"x,3\n' + "4,5\n" * 100
    with pytest.raises(UnreadableFile, match=words):
        read("csv", data, max_row_bytes=limit)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("a,a\n1,2\n", "Two columns are named 'a'"),
        (" , \n1,2\n", "has no header"),
        (b"a,\xff\n1,2\n", "not valid UTF-8"),
        ('"a"x,b\n1,2\n', "header cannot be read"),
        ("a,b\x00\n" + "1,2\n" * 99, "NUL"),
    ],
)
def test_csv_with_a_bad_header_is_refused(data, words):
    with pytest.raises(UnreadableFile, match=words):
        read("csv", data)


def test_csv_names_the_column_that_has_no_name():
    assert values(read("csv", ",a,\n0,x,\n")) == [{"column_1": "0", "a": "x"}]


def test_csv_with_a_large_cell_is_read():
    row = read("csv", "a,b\n1,%s\n" % ("x" * 300_000))[0]
    assert not isinstance(row, BadRow)
    assert len(row.values["b"]) == 300_000


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'{"data": {"text": "x"}}', "jsonl"),
        (b'{"data": {"rows": [1]}}\n{"data": {}}', "jsonl"),
        (b'{"rows": [{"text": "x"}]}', "json"),
        (b'{"made": 1,\n "tasks": [\n{"text": "x"}]}', "json"),
        (b'[{"text": "x"}]', "json"),
    ],
)
def test_rows_of_ours_are_told_from_a_list_that_is_wrapped(head, name):
    assert detect(head).name == name
