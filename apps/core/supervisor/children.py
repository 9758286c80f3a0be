"""The processes of an installation: started together, started again when they die, stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from apps.core.engines.processes import ProcessRecord, end_with_parent

LONGEST_PAUSE = 30.0
HEALTHY = 60.0


@dataclass
class Child:
    """One process, the leader of a group of its own: what it forks ends with it."""

    name: str
    command: Sequence[str]
    env: dict[str, str] = field(default_factory=dict)
    # What is sent to stop it, each with the seconds it then gets; a kill follows.
    farewell: Sequence[tuple[signal.Signals, float]] = ((signal.SIGTERM, 12.0),)
    is_once: bool = False
    on_success: Callable[[], None] = lambda: None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    start_after: float = 0.0
    said: signal.Signals | None = None

    def start(self, cwd: Path) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603
            self.command,
            cwd=cwd,
            env={**os.environ, **self.env},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509
        )

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def plan_restart(self) -> float:
        """At once after a long healthy life; else after a pause that doubles."""
        now = time.monotonic()
        self.deaths = 1 if now - self.started_at > HEALTHY else self.deaths + 1
        pause: float = min(LONGEST_PAUSE, 0.25 * 2**self.deaths)
        self.start_after = now + pause
        return pause


class Children:
    def __init__(self, *, cwd: Path, record_file: Path, tell: Callable[[str], None]) -> None:
        self.cwd = cwd
        self.record_file = record_file
        self.tell = tell
        self.all: list[Child] = []

    def add(self, child: Child) -> None:
        self.all.append(child)
        child.start(self.cwd)
        self._record()

    def watch(self) -> None:
        """Call it a few times a second."""
        for child in [c for c in self.all if not c.is_running]:
            if child.process is not None:
                self._bury(child, child.process)
            elif time.monotonic() >= child.start_after:
                child.start(self.cwd)
                self._record()

    def _bury(self, child: Child, process: subprocess.Popen[bytes]) -> None:
        code, group = process.returncode, process.pid
        _kill_group(group)  # what a killed leader has left still holds its port or its job
        child.process = None
        if child.is_once:
            self.all.remove(child)
            if code:
                self.tell(f"{child.name} did not succeed ({_cause(code)})")
            else:
                child.on_success()
        else:
            pause = child.plan_restart()
            self.tell(f"{child.name} ended ({_cause(code)}); starting it again in {pause:.1f} s")
        self._record()

    def stop(self, is_urgent: Callable[[], bool] = lambda: False) -> None:
        """All at once, each by its own farewell; whoever stays is killed."""
        living = [child for child in self.all if child.is_running]
        for child in living:
            _send(child, child.farewell[0][0])
        began = time.monotonic()
        while any(child.is_running for child in living) and not is_urgent():
            if all(_is_overdue(child, time.monotonic() - began) for child in living):
                break
            time.sleep(0.02)
        for child in self.all:
            if child.process is not None:
                _kill_group(child.process.pid)
                child.process.wait()
        self.all.clear()
        self.record_file.unlink(missing_ok=True)

    def sweep_orphans(self) -> None:
        """End what a killed supervisor left. It is found by number and start, so it is ours."""
        try:
            recorded = json.loads(self.record_file.read_text())
        except (FileNotFoundError, ValueError):
            return
        orphans = [ProcessRecord(**record) for record in recorded.values()]
        for orphan in orphans:
            orphan.send(signal.SIGTERM)
        for orphan in orphans:
            if not orphan.wait(10.0):
                _kill_group(orphan.pid)
                orphan.wait(5.0)
        self.record_file.unlink(missing_ok=True)

    def _record(self) -> None:
        """Processes that have just died are left out; the file is replaced, never half written."""
        records = {
            child.name: asdict(record)
            for child in self.all
            if child.process is not None and (record := ProcessRecord.of(child.process.pid))
        }
        new = self.record_file.with_suffix(".new")
        new.write_text(json.dumps(records))
        new.replace(self.record_file)


def _is_overdue(child: Child, seconds: float) -> bool:
    """Sends the next farewell when it is due; true when the last one has had its time."""
    if not child.is_running:
        return True
    for number, patience in child.farewell:
        if seconds < patience:
            if child.said != number:
                _send(child, number)
            return False
        seconds -= patience
    return True


def _send(child: Child, number: signal.Signals) -> None:
    if child.process is not None:
        child.process.send_signal(number)
    child.said = number


def _kill_group(group: int) -> None:
    # The number of a group stays taken while it has a member, so it is nobody else's.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _cause(code: int) -> str:
    return f"status {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
