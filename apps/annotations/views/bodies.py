"""What the page's script sends, read field by field, and what it is told when something is wrong."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    ValidationError,
)
from django.http import Http404, HttpResponse, JsonResponse

from apps.accounts.http import HttpRequest
from apps.annotations.actions import BadAnswers
from apps.core.json import BadValue, loads
from apps.tasks.actions import Refused

LONGEST_NOTE = 5_000
MOST_SECONDS = 86_400.0
LARGEST_KEY = 2**63 - 1


class BadBody(Exception):
    """A field of the body is missing or wrong."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message


class Body:
    """The JSON object of a request. Each reader names the field at fault."""

    def __init__(self, request: HttpRequest) -> None:
        data = loads(request.body) if request.body else {}
        if not isinstance(data, dict):
            raise BadBody("", "Send a JSON object.")
        self.data: dict[str, Any] = data

    def has(self, name: str) -> bool:
        return self.data.get(name) is not None

    def integer(self, name: str) -> int:
        value = self.data.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_KEY:
            raise BadBody(name, "Give a whole number.")
        return value

    def optional_integer(self, name: str) -> int | None:
        return self.integer(name) if self.has(name) else None

    def uuid(self, name: str) -> uuid.UUID:
        value = self.data.get(name)
        try:
            return uuid.UUID(value)
        except (AttributeError, TypeError, ValueError):
            raise BadBody(name, "Give a UUID.") from None

    def text(self, name: str, most: int) -> str:
        value = self.data.get(name, "")
        if not isinstance(value, str) or len(value) > most:
            raise BadBody(name, f"Give a text of at most {most} characters.")
        return value.strip()

    def mapping(self, name: str) -> dict[str, Any]:
        value = self.data.get(name)
        if not isinstance(value, dict):
            raise BadBody(name, "Give an object.")
        return value

    def seconds(self) -> float | None:
        value = self.data.get("seconds")
        if value is None:
            return None
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            raise BadBody("seconds", "Give a number of seconds.")
        # A clock that ran for days says nothing; the answer itself counts all the same.
        return min(max(float(value), 0.0), MOST_SECONDS)


def problem(
    status: int, title: str, detail: str, code: str, errors: Mapping[str, str] | None = None
) -> JsonResponse:
    """RFC 9457, with a code for the script and, for a field at fault, its name."""
    told: dict[str, Any] = {"title": title, "status": status, "detail": detail, "code": code}
    if errors:
        told["errors"] = dict(errors)
    return JsonResponse(told, status=status, content_type="application/problem+json")


View = Callable[..., HttpResponse]


def told_in_json(view: View) -> View:
    """Answers problems instead of error pages, and takes work only from the person whose it is.

    A tab may outlive its session: when somebody else signs in in the same browser, what the first
    person's tab still sends must not become the other's work.
    """

    @wraps(view)
    def told(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        claimed = request.headers.get("X-Concord-User")
        if claimed is not None and claimed != str(request.user.pk):
            return problem(409, "Another person", str(request.user), "other_person")
        try:
            return view(request, **kwargs)
        except BadAnswers as error:
            detail = "Some answers are not allowed. " + " ".join(error.errors.values())
            return problem(422, "Bad answers", detail, "bad_answers", error.errors)
        except Refused as error:
            return problem(409, "Not now", str(error), error.code)
        except (BadBody, BadValue) as error:
            errors = {error.path: error.message}
            return problem(400, "Bad request", error.message, "bad_request", errors)
        except Exception as error:
            if (answer := _refusal(error)) is not None:
                return answer
            raise

    return told


def _refusal(error: Exception) -> JsonResponse | None:
    """Django's own ways to say no."""
    if isinstance(error, PermissionDenied):
        return problem(403, "Not allowed", str(error), "not_allowed")
    if isinstance(error, Http404 | ObjectDoesNotExist):
        return problem(
            404, "Not found", "This is gone, or your access to it has ended.", "not_found"
        )
    if isinstance(error, RequestDataTooBig):
        return problem(413, "Too large", "The answer is too large to be taken.", "too_large")
    if isinstance(error, ValidationError):
        return problem(400, "Bad request", " ".join(error.messages), "bad_request")
    return None
