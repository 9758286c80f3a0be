"""One job of a project's at a time that writes its features or its order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from apps.core.jobs import Progress

LOCK, WAIT = "routing", 0.5


@contextmanager
def alone(project_id: int, progress: Progress) -> Iterator[None]:
    """One at a time writes a project's features and its order. The lock goes with the connection."""
    while not _locked("pg_try_advisory_lock", project_id):
        progress.report(0, message="Waits for the one before.")
        time.sleep(WAIT)
    try:
        yield
    finally:
        _locked("pg_advisory_unlock", project_id)


def _locked(function: str, project_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtext(%s), %s)", (LOCK, project_id % 2**31))
        return bool(cursor.fetchone()[0])
