"""CSV: a header, then one row per record; separated by comma, semicolon, tab or bar."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, NoReturn

from apps.exchange.importers.base import BadRow, Importer, ReadOptions, Record
from apps.exchange.importers.opening import HEAD_BYTES, TooLong, UnreadableFile, lines

DELIMITERS = ",;\t|"

_DECLARED = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)
_NOT_UTF8 = re.compile("[\udc80-\udcff]")


class Csv(Importer):
    name = "csv"
    label = "CSV"
    extensions = (".csv", ".tsv", ".tab")

    def sniff(self, head: bytes) -> bool:
        text = head.decode(errors="replace").lstrip()
        first = text.partition("\n")[0]
        return not text.startswith(("{", "[")) and any(d in first for d in DELIMITERS)

    def rows(self, file: BinaryIO, options: ReadOptions) -> Iterator[Record | BadRow]:
        text = _Text(file, options.max_row_bytes)
        delimiter = options.delimiter or text.declared_delimiter() or sniff_delimiter(text.head())
        # A limit of the whole process; only ever raised, as others may rely on theirs.
        csv.field_size_limit(max(csv.field_size_limit(), options.max_row_bytes))
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        header = _header(text, reader)
        row = 0
        while True:
            text.start_row()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                row += 1
                yield _misquoted(row, text, error)
                continue
            if any(cells):
                row += 1
                yield _record(row, text, header, cells)


class _Text:
    """The lines of a file as text, for the csv module, with the place in the file."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._limit = limit
        self._lines = lines(file, limit)
        self._ahead: list[str] = []
        self._row_bytes = 0
        self.line = 0
        self.begins_at = 1
        self.is_over = False
        self.has_bad_bytes = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._ahead:
            line = self._ahead.pop(0)
            self.line += 1
        else:
            line = self._read()
        self._row_bytes += len(line)
        if self._row_bytes > self._limit:
            self._refuse_long()
        if not self.has_bad_bytes and not line.isascii():
            self.has_bad_bytes = bool(_NOT_UTF8.search(line))
        return line

    def start_row(self) -> None:
        self.begins_at = self.line + 1
        self._row_bytes = 0
        self.has_bad_bytes = False

    def head(self) -> str:
        """The first lines, which stay to be read."""
        line, size = self.line, 0
        while size < HEAD_BYTES and len(self._ahead) < 50:
            try:
                self._ahead.append(self._read())
            except StopIteration:
                break
            size += len(self._ahead[-1])
        self.line, self.is_over = line, False
        return "".join(self._ahead)

    def declared_delimiter(self) -> str | None:
        """What a first line such as `sep=;` says, which Excel writes and reads. It is no row."""
        self.head()
        found = _DECLARED.match(self._ahead[0]) if self._ahead else None
        if found:
            next(self)
        return found.group(1) if found else None

    def _read(self) -> str:
        following = next(self._lines, None)
        if following is None:
            self.is_over = True
            raise StopIteration
        self.line, line = following
        if isinstance(line, TooLong):
            self._refuse_long()
        return line.decode("utf-8", "surrogateescape")

    def _refuse_long(self) -> NoReturn:
        raise UnreadableFile(
            f"The row that begins at line {self.begins_at} is longer than {self._limit:,} bytes. "
            "Most likely a quote is opened there and never closed."
        )


def sniff_delimiter(head: str) -> str:
    """The one that cuts the first lines into the same number of cells, and into the most."""

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
            rows = [row for row in islice(reader, 20) if row]
        except csv.Error:
            return (0.0, 0)
        width = len(rows[0]) if rows else 1
        if width < 2:
            return (0.0, 0)
        return (sum(len(row) == width for row in rows) / len(rows), width)

    # max keeps the first of equals, and the comma stands first.
    return max(DELIMITERS, key=evenness)


def _header(text: _Text, reader: Iterator[list[str]]) -> list[str]:
    text.start_row()
    try:
        names = [name.strip() for name in next((cells for cells in reader if any(cells)), [])]
    except csv.Error as error:
        raise UnreadableFile(f"The header cannot be read: {error}. Correct its quotes.") from None
    if text.has_bad_bytes:
        raise UnreadableFile("The header is not valid UTF-8. Save the file as UTF-8.")
    while names and not names[-1]:
        names.pop()
    if not names:
        raise UnreadableFile("The file has no header. Write the column names in the first row.")
    # An index without a name, as pandas writes it, gets one.
    names = [name or f"column_{i}" for i, name in enumerate(names, 1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UnreadableFile(f"Two columns are named {twice[0]!r}. Give each column its own name.")
    if any("\x00" in name for name in names):
        raise UnreadableFile("The header contains a NUL character. Remove it.")
    return names


def _record(row: int, text: _Text, header: list[str], cells: list[str]) -> Record | BadRow:
    line = text.begins_at
    if len(cells) != len(header):
        while len(cells) > len(header) and not cells[-1]:
            cells.pop()
        if len(cells) != len(header):
            message = (
                f"The row has {len(cells)} cells, the header has {len(header)}. "
                "Put cells that contain the separator in quotes."
            )
            return BadRow(row, line, None, "ragged", message)
    values = dict(zip(header, cells, strict=True))
    if text.has_bad_bytes:
        column = next((c for c, cell in values.items() if _NOT_UTF8.search(cell)), None)
        message = "The text is not valid UTF-8. Save the file as UTF-8."
        return BadRow(row, line, column, "bad_encoding", message)
    if "\x00" in "".join(cells):
        column = next(c for c, cell in values.items() if "\x00" in cell)
        message = "The text contains a NUL character. Remove it."
        return BadRow(row, line, column, "nul", message)
    return Record(row, line, values)


def _misquoted(row: int, text: _Text, error: csv.Error) -> BadRow:
    if text.is_over:
        raise UnreadableFile(
            f"A quote that is opened in the row at line {text.begins_at} is never closed, so "
            "all that follows belongs to one cell. Close it."
        ) from None
    message = f"The quotes of this row are wrong ({error}). Double a quote inside a quoted cell."
    return BadRow(row, text.begins_at, None, "bad_quotes", message)
