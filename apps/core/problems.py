"""Refusals as programs read them (RFC 9457): the one form of all errors below /api/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

PROBLEM = "application/problem+json"
View = Callable[[HttpRequest], HttpResponse]

# Of what is refused before any call of ours sees it: code and sentence, by the status.
REFUSED: dict[int, tuple[str, str]] = {
    400: ("bad_request", "The request could not be read. Nothing was changed."),
    403: ("not_allowed", "You may not do this."),
    404: ("not_found", "There is no such call."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("too_large", "The body is too large. Send it in parts, or as a file."),
    429: ("throttled", "There were too many calls. Come back later."),
    500: ("broken", "Something went wrong on our side; the log has the details."),
    503: ("busy", "The service is busy. Nothing was changed; try again soon."),
}


def is_by_program(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def as_json(
    status: int, code: str, detail: str, errors: Mapping[str, str] | None = None
) -> dict[str, Any]:
    return {
        "type": f"urn:concord:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": [{"field": field, "message": text} for field, text in (errors or {}).items()],
    }


def answer(status: int, code: str, detail: str) -> HttpResponse:
    body = orjson.dumps(as_json(status, code, detail))
    return HttpResponse(body, status=status, content_type=PROBLEM)


def tell_programs(get_response: View) -> View:
    """Outermost, so that nothing gets past it: a page about an error is of no use to a program."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        status = response.status_code
        if status < 400 or not is_by_program(request):
            return response
        if response.headers.get("Content-Type", "").startswith(PROBLEM):
            return response
        code, detail = REFUSED.get(status, ("refused", f"{HTTPStatus(status).phrase}."))
        response.content = orjson.dumps(as_json(status, code, detail))
        response["Content-Type"] = PROBLEM
        response["Content-Length"] = str(len(response.content))
        return response

    return middleware
