"""JSON Lines: one JSON object per line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from apps.core.json import BadValue, loads
from apps.exchange.importers.base import BadRow, Importer, ReadOptions, Record
from apps.exchange.importers.opening import TooLong, UnreadableFile, lines


class Jsonl(Importer):
    name = "jsonl"
    label = "JSON Lines"
    extensions = (".jsonl", ".ndjson")

    def sniff(self, head: bytes) -> bool:
        first, _, rest = head.lstrip().partition(b"\n")
        if not first.startswith(b"{"):
            return False
        try:
            loads(first)
        except BadValue:
            # The first line alone fills the head, or the second begins like a first one does.
            return not rest or rest.lstrip(b" \t\r\n").startswith(b"{")
        return True

    def rows(self, file: BinaryIO, options: ReadOptions) -> Iterator[Record | BadRow]:
        row = 0
        for number, line in lines(file, options.max_row_bytes):
            if isinstance(line, bytes):
                line = line.strip()  # noqa: PLW2901  (orjson takes spaces, but a blank line is no row)
                if not line:
                    continue
                if not row:
                    _refuse_other_format(line)
            row += 1
            yield _parsed(row, number, line, options)


def _parsed(row: int, number: int, line: bytes | TooLong, options: ReadOptions) -> Record | BadRow:
    if isinstance(line, TooLong):
        size = f"{options.max_row_bytes:,}"
        message = f"The line is longer than {size} bytes. Put each row on a line of its own."
        return BadRow(row, number, None, "too_long", message)
    try:
        values = loads(line)
    except BadValue as error:
        return BadRow(row, number, error.path or None, "bad_json", error.message)
    if not isinstance(values, dict):
        message = 'The line is not a JSON object. Write it as {"data": {…}}.'
        return BadRow(row, number, None, "not_an_object", message)
    return Record(row, number, values)


def _refuse_other_format(line: bytes) -> None:
    if line.startswith(b"[") or line == b"{":
        raise UnreadableFile(
            "This is one JSON value over the whole file, not one object per line. "
            "Choose the format JSON."
        )
    if not line.startswith(b"{"):
        raise UnreadableFile(
            "This is not JSON Lines: the first line does not begin with {. "
            "Choose the format that the file has."
        )
