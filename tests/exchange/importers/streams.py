"""Files that tests read: an example of each format, and files too large to keep."""

import io
from collections.abc import Iterable

from apps.exchange.importers.base import BadRow, Record
from apps.exchange.importers.opening import UnreadableFile

EXAMPLES = {
    "csv": "id,text\n1,hello\n2,grüß\n".encode(),
    "json": '[\n{"id": 1, "text": "hello"},\n{"id": 2, "text": "grüß"}\n]\n'.encode(),
    "jsonl": '{"id": 1, "text": "hello"}\n{"id": 2, "text": "grüß"}\n'.encode(),
}


class Endless(io.RawIOBase):
    """A beginning, then the same block again and again, made as it is read."""

    def __init__(self, begin: bytes, block: bytes, *, repeats: int, end: bytes = b"") -> None:
        self._ready = begin
        self._block = block
        self._left = repeats
        self._end = end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        if not self._ready and self._left:
            self._left -= 1
            self._ready = self._block
        elif not self._ready:
            self._ready, self._end = self._end, b""
        part = self._ready[: len(buffer)]
        self._ready = self._ready[len(part) :]
        buffer[: len(part)] = part
        return len(part)


def outcome(rows: Iterable[Record | BadRow]) -> tuple[list[Record | BadRow], str]:
    """All rows up to the end or to an UnreadableFile, and what that one says."""
    found = []
    try:
        for row in rows:
            found.append(row)  # noqa: PERF402  (what came before an error is kept)
    except UnreadableFile as error:
        return found, error.message
    return found, ""
