"""Who uses the engines: started when needed, stopped by the last to leave.

Locks are the kernel's, so they end with their process however it ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apps.core.engines.paths import DataFolder
from apps.core.engines.postgres import Postgres
from apps.core.engines.redis import Redis


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Alone, waiting for others."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def starting_or_stopping(data: DataFolder) -> Iterator[None]:
    data.make()
    with locked(data.path / "engines.lock"):
        yield


def register_use(data: DataFolder) -> int:
    """As long as the descriptor is open, nobody else's end stops the engines."""
    users = os.open(data.path / "engines.users", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(users, fcntl.LOCK_SH)
    return users


@contextmanager
def engines_in_use(
    data: DataFolder, *, postgres: bool = True, redis: bool = True
) -> Iterator[None]:
    """For the time of one command: use what runs, start what does not, stop it as the last."""
    with starting_or_stopping(data):
        users = register_use(data)
        if postgres:
            Postgres(data).ensure_running()
        if redis:
            Redis(data).ensure_running()
    try:
        yield
    finally:
        with starting_or_stopping(data):
            if _is_last(users):
                Redis(data).stop()
                Postgres(data).stop()
            os.close(users)


def _is_last(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
