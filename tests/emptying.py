"""Empties the database after a test that committed: only the tables that were filled.

Django's flush truncates all tables and makes the permissions anew, which costs a fifth of a second
each time and there are hundreds of such tests.
"""

from __future__ import annotations

from django.db import OperationalError, connection, transaction
from django.test import TransactionTestCase
from psycopg.errors import DeadlockDetected

# Made with the tables, and the same for all tests.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
MOST_DEADLOCKS = 5


def empty_quickly() -> None:
    """From now on, in the place of the flush after each test with `transaction=True`."""
    TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]


def _empty(case: TransactionTestCase) -> None:
    """Anew where a worker took locks in another order: the database ends one of the two, then."""
    for _ in range(MOST_DEADLOCKS):
        try:
            return _emptied()
        except OperationalError as failed:
            if not isinstance(failed.__cause__, DeadlockDetected):
                raise
    return _emptied()


def _emptied() -> None:
    names = sorted(set(connection.introspection.table_names()) - KEPT)
    tables = [connection.ops.quote_name(name) for name in names]
    with transaction.atomic(), connection.cursor() as cursor:
        # As TRUNCATE does: what still writes, a worker or a request, is waited for.
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(" UNION ALL ".join(f"(SELECT '{t}' FROM {t} LIMIT 1)" for t in tables))  # noqa: S608
        filled = [table for (table,) in cursor.fetchall()]
        # Without the triggers that keep what may only be added to, and without looking for references.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in filled:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608  (own names)
