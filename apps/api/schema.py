"""The description of the API (OpenAPI), made from the calls themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, TypeVar

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers

from apps.core.problems import PROBLEM

F = TypeVar("F", bound=Callable[..., Any])
Shape = type[serializers.Serializer[Any]]

READING = {
    400: "The request has a wrong form",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not there, or not to be seen",
    406: "Only JSON is given",
    429: "Too many calls",
    503: "Busy; nothing was changed",
}
WRITING = {
    409: "At the wrong time, or twice",
    413: "Too large",
    415: "Only JSON is taken here",
    422: "What it says is not allowed",
}
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "Problem details, RFC 9457.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "For programs: stays the same."},
        "detail": {"type": "string", "description": "For people."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            },
        },
    },
    "required": ["type", "title", "status", "code", "detail", "errors"],
}
CREATES = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Any text of yours, at most 200 characters. The same call with the same key within "
    "a day gives the first answer again.",
)
PAGES = [
    OpenApiParameter("cursor", str, description="From `next` or `previous` of another page."),
    OpenApiParameter(
        "page_size", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
    ),
]


def call(
    name: str,
    summary: str,
    answer: Any,
    *,
    body: Any = None,
    query: Shape | None = None,
    status: int = 200,
    creates: bool = False,
    is_page: bool = False,
) -> Callable[[F], F]:
    """Say what a call takes and gives. `name` is its operation id, and stays."""
    parameters: list[Any] = [*(PAGES if is_page else ())]
    parameters += [query] if query else []
    parameters += [CREATES] if creates else []
    return extend_schema(
        operation_id=name,
        summary=summary,
        parameters=parameters,
        request=body,
        responses={status: paged(answer) if is_page else answer},
    )


@cache
def paged(row: Shape) -> Any:
    return inline_serializer(
        f"{row.__name__}Page",
        {
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": row(many=True),
        },
    )


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "apps.api.authentication.TokenAuthentication"
    name = "token"
    priority = 1

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token concord_…`, from your page of tokens.",
        }


class OurSessionScheme(SessionScheme):  # type: ignore[no-untyped-call]
    target_class = "rest_framework.authentication.SessionAuthentication"
    priority = 1


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Every call can be refused, always in the same form."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result["paths"].values():
        for method, operation in path.items():
            if method == "parameters":
                continue
            refusals = READING if method == "get" else READING | WRITING
            for status, text in refusals.items():
                operation["responses"].setdefault(
                    str(status), {"description": text, "content": content}
                )
    return result


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """Made once per process: it says nothing of the installation or of who asks."""
    from apps.api.urls import urlpatterns  # noqa: PLC0415  (the urls import the views)

    generator = SchemaGenerator(patterns=urlpatterns)  # type: ignore[no-untyped-call]
    found: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found
