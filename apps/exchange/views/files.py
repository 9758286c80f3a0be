"""Hands a kept file to the browser such that it can only be saved."""

from __future__ import annotations

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase

from apps.core.stores import store


def send_file(kept: str, name: str, media_type: str) -> HttpResponseBase:
    """`kept` is its name in the store. `name` is ours, never a client's. What stands in the file is not ours: nothing may run."""
    try:
        file = store().open(kept)
    except FileNotFoundError:
        raise Http404("The file has been removed.") from None
    response = FileResponse(file, as_attachment=True, filename=name, content_type=media_type)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response
