"""Cuts JSON of any length into its elements without reading it whole.

Only brackets, commas and quotes are looked at; what an element means is orjson's business, so one
bad element is one bad row. (The streaming parser yajl would end at the first bad one, keep a string
without end whole in memory, and turn half a surrogate pair into a question mark.)
"""

from __future__ import annotations

import re
from typing import BinaryIO

CHUNK = 1 << 18

_BLANK = re.compile(rb"[ \t\r\n]*")
_MARK = re.compile(rb'["{}\[\],:]')
# A whole string, a bracket, or the beginning of a string whose end is not in sight.
_NESTED = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\]"]', re.DOTALL)
_IN_STRING = re.compile(rb'["\\]')


class Scanner:
    """A place in a stream of JSON. `line` is the number of the line it stands on."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._file = file
        self._limit = limit
        self._buffer = b""
        self._at = 0
        self._counted = 0
        self._lines = 1
        # Where the value being read begins; None while its bytes are not kept.
        self._kept: bytearray | None = None
        self._is_too_long = False

    @property
    def line(self) -> int:
        self._count(self._at)
        return self._lines

    def peek(self) -> bytes:
        """The next byte that is not blank; b"" at the end."""
        while True:
            blank = _BLANK.match(self._buffer, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at : self._at + 1]
            if not self._fill():
                return b""

    def take(self) -> None:
        """Steps over the byte that `peek` showed."""
        self._at += 1

    def value(self) -> bytes | None:
        """The bytes of the next value, trimmed; None when there are more than the limit."""
        self.peek()
        self._kept, self._is_too_long = bytearray(), False
        self._walk()
        kept, self._kept = self._kept, None
        return None if self._is_too_long else bytes(kept).strip()

    def _walk(self) -> None:
        """Moves to the comma, colon or bracket that ends the value, or to the end of the file."""
        depth = 0
        while mark := self._find(_MARK):
            if mark == b'"':
                self._step()
                self._skip_string()
            elif mark in b"{[":
                self._step()
                depth = self._skip_nested(depth + 1)
            elif mark in b"}]" and depth:
                self._step()
                depth -= 1
            elif depth:
                self._step()
            else:
                return

    def _skip_nested(self, depth: int) -> int:
        """Moves on inside brackets as far as the buffer shows them whole; the depth there.

        Only for speed: what it leaves (a string that crosses the buffer's end) `_walk` does too.
        """
        end = self._at
        for found in _NESTED.finditer(self._buffer, end):
            token = found.group()
            if token == b'"':
                break
            end = found.end()
            if token in b"{[":
                depth += 1
            elif token in b"}]":
                depth -= 1
                if not depth:
                    break
        self._keep(end)
        return depth

    def _skip_string(self) -> None:
        while mark := self._find(_IN_STRING):
            self._step()
            if mark == b'"':
                return
            if self._at < len(self._buffer) or self._fill():
                self._step()

    def _find(self, pattern: re.Pattern[bytes]) -> bytes:
        """Moves to the next byte of `pattern` and returns it; b"" at the end of the file."""
        while True:
            found = pattern.search(self._buffer, self._at)
            if found:
                self._keep(found.start())
                return found.group()
            self._keep(len(self._buffer))
            if not self._fill():
                return b""

    def _step(self) -> None:
        self._keep(self._at + 1)

    def _keep(self, end: int) -> None:
        if self._kept is not None and not self._is_too_long:
            self._kept += self._buffer[self._at : end]
            if len(self._kept) > self._limit:
                self._kept, self._is_too_long = bytearray(), True
        self._at = end

    def _fill(self) -> bool:
        """Drops the buffer, which is used up, for the next part of the file."""
        self._count(len(self._buffer))
        self._buffer = self._file.read(CHUNK)
        self._at = self._counted = 0
        return bool(self._buffer)

    def _count(self, end: int) -> None:
        self._lines += self._buffer.count(b"\n", self._counted, end)
        self._counted = end
