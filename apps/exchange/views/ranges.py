"""A file that never changes, whole or in part: browsers ask for parts of what is long."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import BinaryIO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse

from apps.core.stores import store

CHUNK = 64 * 1024
ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def send_content(
    request: HttpRequest, kept: str, *, etag: str, media_type: str, seconds: int
) -> HttpResponseBase:
    """`kept` is its name in the store; `seconds`, how long its address works. With `Range` the part that it names, with `If-None-Match` nothing where it is known."""
    quoted = f'"{etag}"'
    if quoted in _tags(request.headers.get("If-None-Match", "")):
        return _marked(HttpResponse(status=304), quoted, seconds)
    try:
        file = store().open(kept)
    except FileNotFoundError:
        raise Http404("The file has been removed.") from None
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if request.headers.get("If-Range", quoted) != quoted:
        found = None
    else:
        found = ONE_RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return _marked(FileResponse(file, content_type=media_type), quoted, seconds)
    return _marked(_part(file, size, found[1], found[2], media_type), quoted, seconds)


def _part(file: BinaryIO, size: int, first: str, last: str, media_type: str) -> HttpResponseBase:
    """RFC 9110, 14.2; without a first byte it is the last so many."""
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start >= size or (first and last and int(last) < start):
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = StreamingHttpResponse(
        Part(file, start, end - start + 1), status=206, content_type=media_type
    )
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    response["Content-Length"] = str(end - start + 1)
    return response


class Part:
    """So many bytes of a file; it is closed with the answer, whether or not anybody read it."""

    def __init__(self, file: BinaryIO, start: int, count: int) -> None:
        self._file, self._count = file, count
        self._file.seek(start)

    def __iter__(self) -> Iterator[bytes]:
        while self._count and (chunk := self._file.read(min(CHUNK, self._count))):
            self._count -= len(chunk)
            yield chunk
        self.close()

    def close(self) -> None:
        self._file.close()


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def _marked(response: HttpResponseBase, etag: str, seconds: int) -> HttpResponseBase:
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    # Without asking: under the same address there is never another content.
    response["Cache-Control"] = f"private, max-age={seconds}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    # What strangers made is looked at as a picture, and as nothing else.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
