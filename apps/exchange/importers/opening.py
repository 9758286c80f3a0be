"""From bytes of unknown origin to UTF-8 lines: what is no text is refused with its right name."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

HEAD_BYTES = 1 << 16

# utf-32-le first: its mark begins with that of utf-16-le.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_EXCEL = "an Excel workbook"
_MAGIC = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or password-protected Office file"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"Obj\x01", "an Avro file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a", "a rar archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "a Rich Text document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"-----BEGIN PGP MESSAGE", "an encrypted file"),
    (b"\x85\x01", "an encrypted file"),
    (b"Salted__", "an encrypted file"),
)
_PRINTABLE = (b"%PDF-", b"{\\rtf", b"-----BEGIN PGP MESSAGE")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class UnreadableFile(ValueError):
    """Nothing more can be read, because of what the message says. It may come at any row."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class TooLong:
    """Stands for a line that was longer than allowed; its bytes are gone."""


def open_text(file: BinaryIO) -> BinaryIO:
    """The file as UTF-8 without a byte order mark. Raises UnreadableFile for what is no text."""
    head = file.read(HEAD_BYTES)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        _refuse_blank(head)
    encoding, mark = next(((e, m) for m, e in _MARKS if head.startswith(m)), ("utf-8", b""))
    if encoding == "utf-8":
        _refuse_binary(head[len(mark) :])
        return io.BufferedReader(Chained(head[len(mark) :], file), HEAD_BYTES)
    return io.BufferedReader(Recoded(head[len(mark) :], file, encoding), HEAD_BYTES)


def decoded_head(head: bytes) -> bytes:
    """The beginning of a file as `open_text` would give it."""
    stream = open_text(io.BytesIO(head))
    return stream.read(HEAD_BYTES)


def _refuse_blank(head: bytes) -> None:
    if b"\x00" in head.lstrip(b"\xff\xfe"):
        raise UnreadableFile("The file holds only NUL bytes: it was damaged. Save it again.")
    if len(head) < HEAD_BYTES:
        raise UnreadableFile("The file is empty. Choose a file that has rows.")
    raise UnreadableFile("The file begins with a long run of blanks. Save it again without them.")


def _refuse_binary(head: bytes) -> None:
    what = _archive(head) if head.startswith(b"PK\x03\x04") else None
    what = what or next((name for magic, name in _MAGIC if head.startswith(magic)), None)
    if what and not _CONTROL.search(head) and not head.startswith(_PRINTABLE):
        what = None  # a column may well be called PAR1
    if what:
        raise UnreadableFile(f"This is {what}, not a text file. Save it as CSV or JSONL.")
    # UTF-16 without its mark: every other byte of plain text is NUL.
    if max(head[0:200:2].count(0), head[1:200:2].count(0)) > len(head[:200]) // 3:
        raise UnreadableFile("This looks like UTF-16 without its mark. Save the file as UTF-8.")
    if len(_CONTROL.findall(head)) * 50 > len(head) + 400:
        raise UnreadableFile("This is a binary file, not text. Save it as CSV or JSONL.")


def _archive(head: bytes) -> str:
    if b"xl/" in head or (b"[Content_Types].xml" in head and b"word/" not in head):
        return _EXCEL
    if b"opendocument.spreadsheet" in head[:200]:
        return "an OpenDocument spreadsheet"
    return "a zip archive"


class Chained(io.RawIOBase):
    """What was read already, then the rest: the file need not be seekable."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # every caller passes a buffer
        part = self._head[: len(view)] or self._rest.read(len(view))
        self._head = self._head[len(part) :]
        view[: len(part)] = part
        return len(part)


class Recoded(io.RawIOBase):
    """UTF-16 or UTF-32 as UTF-8. What is damaged stays invalid, so that its row is refused."""

    def __init__(self, head: bytes, rest: BinaryIO, encoding: str) -> None:
        self._source = Chained(head, rest)
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
        self._ready = b""
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # every caller passes a buffer
        while not self._ready and not self._is_over:
            self._ready = self._decode()
        part = self._ready[: len(view)]
        self._ready = self._ready[len(part) :]
        view[: len(part)] = part
        return len(part)

    def _decode(self) -> bytes:
        source = self._source.read(HEAD_BYTES) or b""
        self._is_over = not source
        try:
            text = self._decoder.decode(source, final=self._is_over)
        except UnicodeDecodeError:
            # Half a character at the end, or (UTF-32) a number that is no character.
            self._is_over = True
            return b"\xff"
        return text.encode("utf-8", "surrogatepass")


def lines(file: BinaryIO, limit: int) -> Iterator[tuple[int, bytes | TooLong]]:
    """Every line with its number from 1. A longer one than `limit` bytes is skipped, not kept."""
    number = 0
    while line := file.readline(limit + 1):
        number += 1
        if len(line) <= limit or line.endswith(b"\n"):
            yield number, line
            continue
        while (more := file.readline(limit + 1)) and not more.endswith(b"\n"):
            pass
        yield number, TooLong()
