"""Which process is ours: told by its number and its start, never by its name."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from apps.core.engines.osuser import engine_user

PR_SET_PDEATHSIG = 1
# Kept until they have ended: Python complains of a child that is forgotten while it runs.
_started: list[subprocess.Popen[bytes]] = []
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class ProcessRecord:
    """A process that can be found again, also by another program, also after a crash."""

    pid: int
    identity: str

    @classmethod
    def of(cls, pid: int) -> ProcessRecord | None:
        identity = _identity(pid)
        return cls(pid, identity) if identity else None

    @classmethod
    def read(cls, file: Path) -> ProcessRecord | None:
        try:
            return cls(**json.loads(file.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None  # none, or cut off by a crash while it was written

    def write(self, file: Path) -> None:
        new = file.with_suffix(f".{os.getpid()}.new")
        new.write_text(json.dumps(asdict(self)))
        new.replace(file)

    @property
    def is_alive(self) -> bool:
        return _identity(self.pid) == self.identity

    def send(self, number: signal.Signals) -> None:
        if self.is_alive:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def wait(self, seconds: float) -> bool:
        """Whether it has gone within that time."""
        end = time.monotonic() + seconds
        while self.is_alive:
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True


def _identity(pid: int) -> str | None:
    """What tells this process from another that had or gets its number; None for a zombie."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        if sys.platform != "linux":
            return f"{process.create_time():.2f}"
        # psutil derives the time from the wall clock, which may be set; ticks since boot may not.
        ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        return None
    return f"{_boot()}:{ticks}"


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def end_with_parent(number: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends the signal when the starting thread ends, however it ends."""
    parent = os.getpid()

    def ask_kernel() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(number))
            if os.getppid() != parent:  # it ended before we asked
                os.kill(os.getpid(), number)

    return ask_kernel


def reap() -> None:
    """Take note of the children that have ended; until then they are zombies."""
    _started[:] = [process for process in _started if process.poll() is None]


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    ends_with_parent: signal.Signals | None,
    as_engine_user: bool = True,
    env: dict[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that Ctrl-C reaches the supervisor alone."""
    user = engine_user() if as_engine_user else None
    reap()
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=env,
            start_new_session=True,
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
            preexec_fn=end_with_parent(ends_with_parent) if ends_with_parent else None,  # noqa: PLW1509
        )
    _started.append(process)
    return process
