"""Locks that last longer than a transaction. One goes with the connection, if the process dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def held(name: str, number: int) -> Iterator[bool]:
    """Whether it is ours; False at once if another connection holds it."""
    is_ours = _told("pg_try_advisory_lock", name, number)
    try:
        yield is_ours
    finally:
        if is_ours:
            _told("pg_advisory_unlock", name, number)


def _told(function: str, name: str, number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtext(%s), %s)", (name, number % 2**31))
        return bool(cursor.fetchone()[0])
