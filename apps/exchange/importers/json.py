"""A JSON array of objects, or an object that holds one under `tasks`, `rows` or `data`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from apps.core.json import BadValue, loads
from apps.exchange.importers.base import BadRow, Importer, ReadOptions, Record
from apps.exchange.importers.opening import UnreadableFile
from apps.exchange.importers.scanner import Scanner

WRAPPERS = ("tasks", "rows", "data")

_WRAPPED = re.compile(rb'"(%s)"\s*:\s*\[' % "|".join(WRAPPERS).encode())


class Json(Importer):
    name = "json"
    label = "JSON"
    extensions = (".json",)

    def sniff(self, head: bytes) -> bool:
        head = head.lstrip()
        if head.startswith(b"["):
            return True
        try:
            # A row of ours has `data` too, so the list behind the name counts.
            first = loads(head.partition(b"\n")[0])
        except BadValue:
            return head.startswith(b"{") and bool(_WRAPPED.search(head))
        return isinstance(first, dict) and any(isinstance(first.get(w), list) for w in WRAPPERS)

    def rows(self, file: BinaryIO, options: ReadOptions) -> Iterator[Record | BadRow]:
        scanner = Scanner(file, options.max_row_bytes)
        first = scanner.peek()
        if first == b"{":
            _enter_object(scanner)
        elif first != b"[":
            raise UnreadableFile(
                "This is not JSON: it begins with neither [ nor {. Choose the format that it has."
            )
        yield from _elements(scanner, options)
        if first == b"[" and scanner.peek():
            raise UnreadableFile(
                f"Text follows the end of the list, at line {scanner.line}. Remove it."
            )


def _enter_object(scanner: Scanner) -> None:
    """Moves to the list inside the outermost object."""
    scanner.take()
    while scanner.peek() == b'"':
        key = scanner.value()
        if scanner.peek() != b":":
            break
        scanner.take()
        if scanner.peek() == b"[" and key in [b'"%s"' % w.encode() for w in WRAPPERS]:
            return
        scanner.value()
        if scanner.peek() != b",":
            break
        scanner.take()
    raise UnreadableFile(
        'This JSON is one object without a list under "tasks", "rows" or "data". '
        "Write a list of rows; if each line is an object of its own, choose JSON Lines."
    )


def _elements(scanner: Scanner, options: ReadOptions) -> Iterator[Record | BadRow]:
    scanner.take()
    row = 0
    if scanner.peek() == b"]":
        scanner.take()
        return
    while True:
        row += 1
        scanner.peek()
        line = scanner.line
        yield _parsed(row, line, scanner.value(), options)
        following = scanner.peek()
        if following not in (b",", b"]"):
            raise UnreadableFile(_broken(following, row, scanner.line))
        scanner.take()
        if following == b"]":
            return


def _broken(following: bytes, row: int, line: int) -> str:
    if not following:
        return f"The file ends in the middle of the list, in or after row {row}. Save it again."
    return f"A comma or ] is missing after row {row}, at line {line}. Put it there."


def _parsed(row: int, line: int, raw: bytes | None, options: ReadOptions) -> Record | BadRow:
    if raw is None:
        size = f"{options.max_row_bytes:,}"
        message = f"The row is longer than {size} bytes. Split it, or leave out what is not shown."
        return BadRow(row, line, None, "too_long", message)
    if not raw:
        return BadRow(row, line, None, "bad_json", "Nothing stands between two commas. Remove one.")
    try:
        values = loads(raw)
    except BadValue as error:
        return BadRow(row, line, error.path or None, "bad_json", error.message)
    if not isinstance(values, dict):
        message = 'The row is not a JSON object. Write it as {"data": {…}}.'
        return BadRow(row, line, None, "not_an_object", message)
    return Record(row, line, values)
