"""The description of the API, for programs and for people. It says nothing of this installation."""

from __future__ import annotations

from typing import Any

import orjson
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.errors import Problem
from apps.api.schema import description
from apps.api.views.base import Endpoint

METHODS = ("get", "post", "put", "patch", "delete")


@login_not_required
@require_GET
def schema(_: HttpRequest) -> HttpResponse:
    return HttpResponse(
        orjson.dumps(description()), content_type="application/vnd.oai.openapi+json"
    )


@login_not_required
@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html", {"groups": _groups()})


def _groups() -> dict[str, list[dict[str, Any]]]:
    """The calls by what they are about."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in description()["paths"].items():
        for method in METHODS:
            if operation := operations.get(method):
                # The calls on a project itself come without a tag.
                tag = operation.get("tags", ["projects"])[0]
                groups.setdefault(tag, []).append(_told(method, path, operation))
    return groups


def _told(method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    queries = [p for p in operation.get("parameters", []) if p["in"] == "query"]
    bodies = operation.get("requestBody", {}).get("content", {})
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "query": queries,
        "fields": next((_fields(body["schema"]) for body in bodies.values()), []),
        "answers": [status for status in operation["responses"] if status < "300"],
    }


def _fields(shape: dict[str, Any]) -> list[dict[str, Any]]:
    name = shape.get("$ref", "").rpartition("/")[2]
    found = description()["components"]["schemas"].get(name, {})
    return [
        {
            "name": field,
            "type": about.get("type") or "choice",
            "is_required": field in found.get("required", []),
            "help": about.get("description", ""),
        }
        for field, about in found.get("properties", {}).items()
    ]


class NoSuchCall(Endpoint):
    """Any other address below the API's."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    schema = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.http_method_names = [str(request.method).lower()]
        setattr(self, str(request.method).lower(), self.say)
        return super().dispatch(request, *args, **kwargs)

    def say(self, request: Request, **_: Any) -> Response:
        detail = "There is no such call. Addresses end with a slash; /api/v1/docs/ lists them."
        raise Problem(404, "not_found", detail)
