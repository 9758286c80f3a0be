"""Every refusal as problem details (RFC 9457): which, why, and the field at fault.

400 means that the request has a wrong form, 422 that what it says is not allowed, 409 that it
comes at the wrong time or twice. `code` is for programs, `detail` for people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFilesSent,
    ValidationError,
)
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from apps.accounts.actions import NotConfirmed
from apps.annotations.actions.questions import QuestionsMoved
from apps.core.faults import BadInput
from apps.core.json import BadValue
from apps.core.problems import PROBLEM, REFUSED, as_json
from apps.exchange.actions.exports import RefusedExport
from apps.exchange.actions.imports import RefusedImport
from apps.projects.actions import (
    LastLead,
    MayNotGrant,
    MembershipEnded,
    NotNow,
    ProtocolLocked,
)
from apps.quality.actions import AnswersChanged, DecisionStands
from apps.routing.actions.feeding import OtherBody
from apps.tasks.actions import Refused

log = structlog.get_logger(__name__)

NOT_THERE = "There is no such thing, or you may not see it."
Errors = list[dict[str, str]]


class Problem(Exception):
    """A refusal of the API's own."""

    def __init__(self, status: int, code: str, detail: str, errors: Mapping[str, str] = {}) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.errors = status, code, detail, dict(errors)


# What an action raises with a code and a sentence: the status of its answer.
SAID: dict[type[Exception], int] = {
    Refused: 409,
    QuestionsMoved: 409,
    LastLead: 409,
    MembershipEnded: 409,
    DecisionStands: 409,
    AnswersChanged: 409,
    OtherBody: 409,
    ProtocolLocked: 409,
    NotNow: 409,
    MayNotGrant: 403,
}


def answer_problem(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's handler of exceptions: the one place where an error becomes an answer."""
    problem = problem_of(error)
    if problem is None:
        problem = _broken(error, context)
    set_rollback()
    told = as_json(problem.status, problem.code, problem.detail, problem.errors)
    response = Response(told, status=problem.status, content_type=PROBLEM)
    if isinstance(error, exceptions.APIException):
        if header := getattr(error, "auth_header", None):
            response["WWW-Authenticate"] = header
        if wait := getattr(error, "wait", None):
            response["Retry-After"] = f"{max(1, int(wait))}"
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = "2"
    return response


def problem_of(error: Exception) -> Problem | None:
    """None for what is our own fault."""
    for read in (_own, _from_action, _from_drf, _from_django):
        if problem := read(error):
            return problem
    return None


def _own(error: Exception) -> Problem | None:
    return error if isinstance(error, Problem) else None


def _from_action(error: Exception) -> Problem | None:
    if isinstance(error, NotConfirmed):
        return Problem(422, error.code, str(error), {"password": str(error)})
    for kind, status in SAID.items():
        if isinstance(error, kind):
            code, errors = getattr(error, "code", "refused"), getattr(error, "errors", {})
            return Problem(status, code, str(error), errors)
    if isinstance(error, BadInput):
        return Problem(422, error.code, _sentence(error.errors), error.errors)
    if isinstance(error, RefusedImport | RefusedExport):
        return Problem(422, error.code, error.message, {error.field: error.message})
    return None


def _from_drf(error: Exception) -> Problem | None:
    if isinstance(error, exceptions.ValidationError):
        errors = dict(_flat(error.detail))
        return Problem(400, "bad_request", _sentence(errors), errors)
    if isinstance(error, exceptions.APIException):
        detail = error.detail if isinstance(error.detail, str) else error.default_detail
        code = error.get_codes()
        return Problem(error.status_code, code if isinstance(code, str) else "error", str(detail))
    return None


def _from_django(error: Exception) -> Problem | None:
    if isinstance(error, BadValue):
        return Problem(400, "bad_json", error.message, {error.path: error.message})
    if isinstance(error, PermissionDenied):
        return Problem(403, "not_allowed", str(error) or REFUSED[403][1])
    if isinstance(error, Http404 | ObjectDoesNotExist):
        return Problem(404, "not_found", NOT_THERE)
    if isinstance(error, ValidationError):
        return Problem(400, "bad_request", " ".join(error.messages))
    if isinstance(error, OperationalError):
        # Too many at once, or a lock or statement that took too long: nothing was written.
        log.warning("database_busy", problem=str(error))
        return Problem(503, "busy", "The database is busy. Nothing was changed; try again soon.")
    if isinstance(error, SuspiciousOperation):
        status = 413 if isinstance(error, RequestDataTooBig | TooManyFilesSent) else 400
        return Problem(status, *REFUSED[status])
    return None


def _broken(error: Exception, context: dict[str, Any]) -> Problem:
    request = getattr(context.get("request"), "_request", None)
    log.error("api_broke", exc_info=error)
    got_request_exception.send(sender=answer_problem, request=request)
    return Problem(500, *REFUSED[500])


def _sentence(errors: Mapping[str, str]) -> str:
    return "; ".join(f"{field}: {text}" if field else text for field, text in errors.items())


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """`{"a": {"b": ["…"]}}` as `a.b`: `…`."""
    if isinstance(detail, dict):
        for name, part in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _flat(part, ".".join(filter(None, (path, own))))
    elif isinstance(detail, list) and any(isinstance(part, dict | list) for part in detail):
        for i, part in enumerate(detail):
            yield from _flat(part, f"{path}.{i}" if path else str(i))
    else:
        texts = detail if isinstance(detail, list) else [detail]
        yield path, " ".join(str(text) for text in texts)
