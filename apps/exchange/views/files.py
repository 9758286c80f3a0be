"""Hands a kept file to the browser such that it can only be saved."""

from __future__ import annotations

from pathlib import Path

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase


def send_file(path: Path, name: str, media_type: str) -> HttpResponseBase:
    """`name` is ours, never a client's. What stands in the file is not ours: nothing may run."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise Http404("The file has been removed.") from None
    response = FileResponse(file, as_attachment=True, filename=name, content_type=media_type)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response
