"""What holds for every answer, whichever view gave it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from structlog.contextvars import bind_contextvars, clear_contextvars

from apps.core.problems import REFUSED, answer, is_by_program

log = structlog.get_logger(__name__)
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


class ContentPolicy(CSPMiddleware):
    """Nearly all answers have the same policy, and to put it together took a sixth of a request."""

    @cached_property
    def _plain(self) -> str:
        return str(build_policy())

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        has_own = any(name.startswith("_csp") for name in (*vars(request), *vars(response)))
        if has_own or settings.DEBUG:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self._plain)
        return response


def log_request(get_response: View) -> View:
    """One line for each request, under an id that all its lines have.

    The answer has it too, so that a person who reports a fault can give it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        began, request_id = time.perf_counter(), str(uuid4())
        bind_contextvars(request_id=request_id)
        try:
            response = get_response(request)
            response["X-Request-ID"] = request_id
            log.log(
                _level(response.status_code),
                "request_finished",
                request=f"{request.method} {_address(request)}",
                code=response.status_code,
                ms=round((time.perf_counter() - began) * 1000, 1),
                user_id=_user_id(request),
                ip=request.META.get("REMOTE_ADDR"),
                user_agent=request.META.get("HTTP_USER_AGENT"),
            )
        finally:
            clear_contextvars()
        return response

    return middleware


def _address(request: HttpRequest) -> str:
    """A signed address opens what it names: it is no word for a log."""
    signed = request.resolver_match.kwargs.get("signed") if request.resolver_match else None
    return request.path.replace(signed, "…") if signed else request.get_full_path()


def _level(status: int) -> int:
    if status < 400:
        return logging.INFO
    return logging.WARNING if status < 500 else logging.ERROR


def _user_id(request: HttpRequest) -> int | None:
    """Who was let in by a token or a session; where nobody looked, nobody is asked now."""
    if isinstance(request.user, SimpleLazyObject) and not hasattr(request, "_cached_user"):
        return None
    return request.user.pk


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
        if is_by_program(request):
            return answer(413, *REFUSED[413])
        context = {"limit": max(1, settings.MAX_UPLOAD_BYTES // 1024**2)}
        return render(request, "413.html", context, status=413)

    return middleware


def refuse_nul(get_response: View) -> View:
    """PostgreSQL cannot hold the character NUL, and no address of ours has one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\0" in request.path_info or "\0" in query or "%00" in query:
            if is_by_program(request):
                return answer(400, "bad_request", "The address has a NUL character in it.")
            return render(request, "400.html", status=400)
        return get_response(request)

    return middleware


class RequireSignIn(LoginRequiredMiddleware):
    """Who is not signed in is sent to sign in, and from there to a page that can be opened."""

    # Its parent's caller hands on whatever answer there is.
    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if request.headers.get("HX-Request"):
            # Followed, a redirect would put the sign-in page into a part of the page.
            return HttpResponse("You are signed out.", status=401, content_type="text/plain")
        if request.method in {"GET", "HEAD"}:
            return super().handle_no_permission(request, view_func)
        # What takes a POST alone is no page: one goes on where the form stood.
        return redirect_to_login(_page_before(request), resolve_url(settings.LOGIN_URL))


def _page_before(request: HttpRequest) -> str:
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, allowed_hosts={request.get_host()}):
        return "/"
    parts = urlsplit(before)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"
