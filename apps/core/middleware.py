"""What holds for every answer, whichever view gave it."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

View = Callable[[HttpRequest], HttpResponse]
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def real_address(get_response: View) -> View:
    """Behind our proxy the peer is the proxy; it appends whom it speaks for as the last entry."""

    def middleware(request: HttpRequest) -> HttpResponse:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        if settings.BEHIND_PROXY and forwarded:
            request.META["REMOTE_ADDR"] = forwarded.rpartition(",")[2].strip()
        return get_response(request)

    return middleware


def private_pages(get_response: View) -> View:
    """No page is kept by a browser or a proxy unless its view says so."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ("Cookie", "Authorization", "HX-Request"))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


def name_request(get_response: View) -> View:
    """So that a person who reports a fault can give the id that the log has it under."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        found = structlog.contextvars.get_contextvars().get("request_id")
        if found:
            response["X-Request-ID"] = found
        return response

    return middleware


def refuse_large_bodies(get_response: View) -> View:
    """Before anything of it is read. Only who is signed in may send more than a form's worth.

    The API knows its clients by token, and looks at that before it reads the body.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        size = int(length) if length.isdigit() else 0
        most = settings.MAX_UPLOAD_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and not request.path.startswith("/api/"):
            most = most if request.user.is_authenticated else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if size <= most:
            return get_response(request)
        context = {"limit": max(1, settings.MAX_UPLOAD_BYTES // 1024**2)}
        return render(request, "413.html", context, status=413)

    return middleware


def refuse_nul(get_response: View) -> View:
    """PostgreSQL cannot hold the character NUL, and no address of ours has one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\0" in request.path_info or "\0" in query or "%00" in query:
            return HttpResponse("The address has a NUL character in it.", status=400)
        return get_response(request)

    return middleware
