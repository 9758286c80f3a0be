"""CSV that a spreadsheet opens without running anything that stands in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from apps.core.cells import cell
from apps.exchange.exporters.base import Sink

LOSSES = (
    (
        "A text that begins with = + - @, a tab or a line break, also after spaces or quotes, has an "
        "apostrophe before it, so that no spreadsheet runs it as a formula."
    ),
    "Answers of several labels, and data that is not plain text or a number, are JSON in one cell.",
    "An empty cell can stand for an empty text or for nothing at all.",
)


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
