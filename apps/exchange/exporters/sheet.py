"""CSV that a spreadsheet opens without running anything that stands in it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

from apps.core.json import dumps
from apps.exchange.exporters.base import Sink

LOSSES = (
    (
        "A text that begins with = + - @, a tab or a line break, also after spaces or quotes, has an "
        "apostrophe before it, so that no spreadsheet runs it as a formula."
    ),
    "Answers of several labels, and data that is not plain text or a number, are JSON in one cell.",
    "An empty cell can stand for an empty text or for nothing at all.",
)

# What may stand before the sign and is skipped by one spreadsheet or another: blanks, quotes,
# byte order marks and other characters without a width.
_SKIPPED = (
    "[\\s\"'`\u2018-\u201f\uff02\uff07\ufeff\u200b-\u200f\u2060-\u2064\u202a-\u202e\x00-\x1f]*"
)
_FORMULA = re.compile(
    f"[\t\r\n]|{_SKIPPED}[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212]"
)


def cell(value: Any) -> str | int | float:
    """A value as it may stand in a cell: numbers stay numbers, text can be no formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    text = value if isinstance(value, str) else dumps(value).decode()
    return f"'{text}" if _FORMULA.match(text) else text


class Sheet:
    """Rows of cells as CSV: comma, CRLF, text always quoted, UTF-8 with the mark Excel needs."""

    def __init__(self, file: Sink, header: Iterable[str]) -> None:
        self._file = file
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        file.write(b"\xef\xbb\xbf")
        self.add(header)

    def add(self, values: Iterable[Any]) -> None:
        self._writer.writerow([cell(value) for value in values])
        self._file.write(self._text.getvalue().encode())
        self._text.seek(0)
        self._text.truncate()
