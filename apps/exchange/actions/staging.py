"""Copies checked rows into the staging tables while the next ones are being checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connection

from apps.exchange.actions.checking import ANSWER_COLUMNS, TASK_COLUMNS, Checked

# Answers wait until so many have come: two tables cannot be copied to at the same time.
BATCH = 2_000
# After so many tasks their COPY ends, so that no statement runs for the length of a file.
PORTION = 50_000


class Staging:
    """One COPY of tasks stays open over many rows: the database stores while we check."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self._open = ExitStack()
        self._tasks: Any = None
        self._copied = 0
        self._answers: list[tuple[Any, ...]] = []

    def add(self, checked: Checked) -> None:
        if checked.tasks:
            if self._tasks is None:
                self._tasks = self._begin("exchange_stagedtask", TASK_COLUMNS)
            for row in checked.tasks:
                self._tasks.write_row(row)
            self._copied += len(checked.tasks)
        self._answers += checked.answers
        if self._copied >= PORTION or len(self._answers) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """End what is open; until the next row the connection is free for other statements."""
        self._close()
        if self._answers:
            copy = self._begin("exchange_stagedanswer", ANSWER_COLUMNS)
            for row in self._answers:
                copy.write_row(row)
            self._close()
            self._answers.clear()

    def _begin(self, table: str, columns: tuple[str, ...]) -> Any:
        names = ", ".join(f'"{name}"' for name in columns)
        cursor = self._open.enter_context(connection.connection.cursor())
        return self._open.enter_context(cursor.copy(f"COPY {table} ({names}) FROM STDIN"))

    def _close(self) -> None:
        self._tasks = None
        self._copied = 0
        self._open.close()

    def abandon(self, broken: BaseException) -> None:
        """What is open is cancelled, so that the connection can be used again."""
        self._tasks = None
        self._open.__exit__(type(broken), broken, broken.__traceback__)


@contextmanager
def staging() -> Iterator[Staging]:
    """All rows are there when it ends; if it breaks, those that were copied to the end."""
    opened = Staging()
    try:
        yield opened
        opened.flush()
    except BaseException as broken:
        opened.abandon(broken)
        raise
