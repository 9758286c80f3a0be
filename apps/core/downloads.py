"""Rows as a file to take away, sent piece by piece: CSV for spreadsheets, JSON Lines for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.http import Http404, StreamingHttpResponse

from apps.core.cells import cell
from apps.core.json import dumps

FORMS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}
PIECE = 50_000


def check_form(form: str) -> None:
    """Raises Http404."""
    if form not in FORMS:
        raise Http404(f"Such files come as {' or '.join(FORMS)}.")


def send_rows(
    rows: Iterable[Mapping[str, Any]], *, columns: Sequence[str], name: str, form: str
) -> StreamingHttpResponse:
    """`columns` are those of the CSV; in JSON Lines each row is whole."""
    pieces = _csv(rows, columns) if form == "csv" else (dumps(row) + b"\n" for row in rows)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{form}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return StreamingHttpResponse(pieces, content_type=FORMS[form], headers=headers)


def _csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row.get(name)) for name in columns])
        if buffer.tell() > PIECE:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
