"""What all tests of a module begin with, made once: each test rolls back to it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def kept_for_all(blocker: Any) -> Iterator[None]:
    """The database is open within; what is written there is gone at the end. Tests that commit can
    have none of it: they would wait for this transaction.

    For a fixture of a module, which pytest sets up before a test's own transaction.
    """
    with blocker.unblock(), transaction.atomic():
        outer: Any = transaction.get_connection().atomic_blocks[-1]
        # As a test's own transaction: what must be outermost may stand within.
        outer._from_testcase = True
        yield
        transaction.set_rollback(True)
