"""What an importer gives, whatever the file was: records and bad rows, one at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar

from apps.exchange.importers.opening import UnreadableFile, open_text

MEGABYTE = 1 << 20


@dataclass(slots=True)
class Record:
    """One row as the file has it. `row` counts data rows from 1; `line` is where it begins."""

    row: int
    line: int | None
    values: dict[str, Any]


@dataclass(slots=True)
class BadRow:
    """A row that cannot be loaded: a stable code, and a sentence on what is wrong and what to do."""

    row: int
    line: int | None
    column: str | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read. The caps keep memory bounded, whatever is in the file."""

    # One line of JSONL, one element of a JSON array, one row of CSV.
    max_row_bytes: int = 10 * MEGABYTE
    max_rows: int | None = None
    # CSV only; None: find out.
    delimiter: str | None = None


class Importer(ABC):
    """Reads one format. Stateless; streams in constant memory."""

    name: ClassVar[str]
    label: ClassVar[str]
    extensions: ClassVar[tuple[str, ...]]

    @abstractmethod
    def sniff(self, head: bytes) -> bool:
        """Whether a file that begins with `head` (UTF-8, no byte order mark) is in this format."""

    @abstractmethod
    def rows(self, file: BinaryIO, options: ReadOptions) -> Iterator[Record | BadRow]:
        """The rows of a non-empty text file. The file is UTF-8 already, without a mark."""

    def read(self, file: BinaryIO, options: ReadOptions | None = None) -> Iterator[Record | BadRow]:
        """The rows of `file`, in order. Raises UnreadableFile, before the first row or at any."""
        options = options or ReadOptions()
        for row in self.rows(open_text(file), options):
            if options.max_rows is not None and row.row > options.max_rows:
                limit = f"{options.max_rows:,}"
                raise UnreadableFile(f"The file has more than {limit} rows. Split it into several.")
            yield row
