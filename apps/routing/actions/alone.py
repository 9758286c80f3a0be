"""One job of a project's at a time that writes its features or its order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from apps.core.jobs import Progress
from apps.core.locks import held

LOCK, WAIT = "routing", 0.5


@contextmanager
def alone(project_id: int, progress: Progress) -> Iterator[None]:
    """One at a time writes a project's features and its order. The lock goes with the connection."""
    while True:
        with held(LOCK, project_id) as is_ours:
            if is_ours:
                yield
                return
        progress.report(0, message="Waits for the one before.")
        time.sleep(WAIT)
