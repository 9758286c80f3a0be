"""SQL that is asked all day: each connection has it parsed and planned once, by the server.

Django puts the values into the text of a statement, so that each one is new to PostgreSQL. Here they
go beside it. What is asked now and then is better off with the ORM.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor

Parameters = Sequence[Any] | Mapping[str, Any]
Row = tuple[Any, ...]


class PreparedCursor(ServerBindingCursor):
    """The driver's own, except that Django finds the statement here for its log of queries."""

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        self._query = super()._convert_query(query, params)  # type: ignore[misc]  # psycopg's own
        return self._query


def fetch_all(sql: str, parameters: Parameters) -> list[Row]:
    connection.ensure_connection()
    # What the stubs leave out: Django's wrapper with its errors, and the count of queries in tests.
    wrapper, prepared = cast("Any", connection), cast("Any", PreparedCursor)
    with wrapper._prepare_cursor(prepared(connection.connection)) as cursor:  # noqa: SLF001
        cursor.execute(sql, parameters)
        rows: list[Row] = cursor.fetchall()
    return rows


def fetch_first(sql: str, parameters: Parameters) -> Row | None:
    rows = fetch_all(sql, parameters)
    return rows[0] if rows else None
