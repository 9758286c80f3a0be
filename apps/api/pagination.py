"""Lists in pages by cursor: a page costs the same wherever it is, and nothing is counted.

A cursor holds the keys of the row at the page's edge. Rows that come or go meanwhile move no page.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet

from apps.api.errors import Problem
from apps.core.json import BadValue, dumps, loads

if TYPE_CHECKING:
    from rest_framework.request import Request

PAGE, MOST = 100, 1_000
LARGEST = 2**63 - 1


class Keyset:
    """Pages of a queryset in an order that ends with a unique key: `Keyset("-priority", "pk")`."""

    def __init__(self, *order: str) -> None:
        self._names = [name.lstrip("-") for name in order]
        self._is_down = [name.startswith("-") for name in order]

    def page(
        self, request: Request, rows: QuerySet[Any], show: Callable[[list[Any]], Any]
    ) -> dict[str, Any]:
        size = _size(request)
        is_back, edge = self._edge(request)
        if edge is not None:
            rows = rows.filter(self._beyond(edge, is_back=is_back))
        found = list(rows.order_by(*self._order(is_back=is_back))[: size + 1])
        has_more = len(found) > size
        found = found[:size]
        if is_back:
            found.reverse()
        has_next = bool(found) and (is_back or has_more)
        has_previous = bool(found) and (has_more if is_back else edge is not None)
        return {
            "next": self._url(request, found[-1], is_back=False) if has_next else None,
            "previous": self._url(request, found[0], is_back=True) if has_previous else None,
            "results": show(found),
        }

    def _order(self, *, is_back: bool) -> list[str]:
        pairs = zip(self._names, self._is_down, strict=True)
        return [f"-{name}" if is_down != is_back else name for name, is_down in pairs]

    def _beyond(self, edge: list[float], *, is_back: bool) -> Q:
        """Behind the edge, by the first key that differs."""
        steps = []
        for i, (name, is_down) in enumerate(zip(self._names, self._is_down, strict=True)):
            same = {self._names[k]: edge[k] for k in range(i)}
            compare = "lt" if is_down != is_back else "gt"
            steps.append(Q(**same, **{f"{name}__{compare}": edge[i]}))
        return reduce(Q.__or__, steps)

    def _edge(self, request: Request) -> tuple[bool, list[float] | None]:
        given = request.query_params.get("cursor")
        if not given:
            return False, None
        try:
            value = loads(base64.urlsafe_b64decode(given.encode() + b"=" * (-len(given) % 4)))
        except (BadValue, binascii.Error, UnicodeEncodeError):
            value = None
        if not self._is_cursor(value):
            detail = "This cursor is not one of this list's. Begin without one."
            raise Problem(400, "bad_request", detail, {"cursor": detail})
        return value[0] == 1, value[1:]

    def _is_cursor(self, value: Any) -> bool:
        return (
            isinstance(value, list)
            and len(value) == len(self._names) + 1
            and value[0] in (0, 1)
            and all(_is_number(part) for part in value)
        )

    def _url(self, request: Request, row: Model, *, is_back: bool) -> str:
        keys = [reduce(getattr, name.split("__"), row) for name in self._names]
        cursor = base64.urlsafe_b64encode(dumps([int(is_back), *keys])).decode().rstrip("=")
        given = {name: value for name, value in request.query_params.items() if name != "cursor"}
        return request.build_absolute_uri(
            f"{request.path}?{urlencode({**given, 'cursor': cursor})}"
        )


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and abs(value) <= LARGEST


def _size(request: Request) -> int:
    given = request.query_params.get("page_size", str(PAGE))
    if not (given.isascii() and given.isdigit() and len(given) < 6 and 1 <= int(given) <= MOST):
        detail = f"Ask for 1 to {MOST} rows a page."
        raise Problem(400, "bad_request", detail, {"page_size": detail})
    return int(given)
