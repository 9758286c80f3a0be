"""A whole installation in a folder of its own, served by real processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar
from urllib.request import urlopen

import psutil

from tests.paths import ROOT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# On a machine that does much else at once a start, or an answer, has taken a minute.
PATIENCE = 240


class Serving:
    """`manage.py serve` as a process, and what it has said so far."""

    started: ClassVar[list[subprocess.Popen[str]]] = []

    def __init__(self, data: Path, port: int, *, until: str = "Ctrl-C stops it") -> None:
        self.data = data
        self.port = port
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=ROOT,
            env=environment(data),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(self.process)
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.wait_for(until)
        self.seconds = time.monotonic() - self.began

    @property
    def said(self) -> str:
        return "".join(self.lines)

    @property
    def pids(self) -> dict[str, int]:
        recorded = json.loads((self.data / "processes.json").read_text())
        return {name: record["pid"] for name, record in recorded.items()}

    def wait_for(self, text: str, seconds: float = PATIENCE) -> None:
        end = time.monotonic() + seconds
        while text not in self.said:
            assert time.monotonic() < end, f"It did not say {text!r} but: {self.said}"
            assert self.process.poll() is None or text in self.said, self.said
            time.sleep(0.05)

    def get(self, path: str, seconds: float = PATIENCE) -> str:
        """The answer, as soon as there is one."""
        end = time.monotonic() + seconds
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=30) as answer:
                    return str(answer.read().decode())
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self._reader.join(10)
        return code

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                self.lines.append(line)


def environment(data: Path) -> dict[str, str]:
    """As a newcomer's: nothing of this test run leads to its engines."""
    ours = ("CONCORD_", "DATABASE_URL", "REDIS_URL", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "CONCORD_DATA": str(data), "PYTHONUNBUFFERED": "1"}


def processes_of(data: Path) -> list[psutil.Process]:
    """All processes of the installation, by its folder in their environment or command."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), process.environ().get("CONCORD_DATA", "")]
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        own = process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE
        if not own and any(str(data) in word for word in words):
            found.append(process)
    return found


@contextmanager
def no_process_left(data: Path) -> Iterator[None]:
    """Whatever the test does, it ends with none; a failing test leaves none either."""
    try:
        yield
        left = [(process.pid, process.cmdline()) for process in processes_of(data)]
        assert left == []
    finally:
        for process in processes_of(data):
            process.kill()
        # Else it would be called left running when it is collected, in the middle of another test.
        for started in Serving.started:
            started.wait(PATIENCE)
        Serving.started.clear()
