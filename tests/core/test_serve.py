"""`manage.py serve` as people meet it: real processes, real signals, real kills."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.installation import (
    PATIENCE,
    Serving,
    environment,
    free_port,
    no_process_left,
    processes_of,
)
from tests.paths import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """An installation that was started once, and its first words."""
    folder = Path(tempfile.mkdtemp(prefix="concord-serve-"))
    folder.chmod(0o711)
    data = folder / "data"
    with no_process_left(data):
        first = Serving(data, free_port())
        first.wait_for("The demo projects are there")
        (folder / "first-words").write_text(first.said)
        first.stop()
    yield data
    shutil.rmtree(folder)


@pytest.fixture
def data(made: Path) -> Iterator[Path]:
    with no_process_left(made):
        yield made


def test_first_start_makes_a_sign_in_of_its_own(made: Path) -> None:
    email, password = (made / "first-sign-in.txt").read_text().split()

    words = (made.parent / "first-words").read_text()
    assert f"Sign in as {email} with the password {password}" in words
    assert stat.S_IMODE((made / "first-sign-in.txt").stat().st_mode) == 0o600
    assert stat.S_IMODE((made / "secret-key").stat().st_mode) == 0o600


@pytest.mark.proof
def test_control_c_stops_all(data: Path) -> None:
    serving = Serving(data, free_port())

    assert serving.get("livez") == "ok"
    assert serving.stop(signal.SIGINT) == 0
    assert processes_of(data) == []


@pytest.mark.proof
def test_a_second_start_says_where_the_first_is_what_is_killed_comes_back_and_a_signal_stops_all(
    data: Path,
) -> None:
    """In one: each start is eight processes that all read the whole of Concord."""
    serving = Serving(data, free_port())
    assert serving.get("livez") == "ok"
    assert "first-sign-in.txt" in serving.said
    assert "password" not in serving.said

    second = _serve_and_end(data, free_port())

    assert second.returncode == 0
    assert f"Concord already runs at http://127.0.0.1:{serving.port}/" in second.stdout
    _wait_until(lambda: len(json.loads(serving.get("readyz"))["workers"]) == 3)

    before = serving.pids
    postgres = int((data / "postgres" / "postmaster.pid").read_text().split()[0])
    redis = json.loads((data / "redis.process.json").read_text())["pid"]
    for pid in (*before.values(), postgres, redis):
        os.kill(pid, signal.SIGKILL)

    _wait_until(lambda: _all_are_new(serving, before))
    _wait_until(lambda: json.loads(serving.get("readyz"))["status"] == "ok")
    assert serving.stop(signal.SIGTERM) == 0
    assert processes_of(data) == []


def test_a_taken_port_is_said_with_the_way_out(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        refused = _serve_and_end(data, port)

    assert refused.returncode == 1
    assert f"Port {port} cannot be used" in refused.stderr
    assert f"make run CONCORD_PORT={port + 1}" in refused.stderr


@pytest.mark.proof
def test_a_killed_supervisor_leaves_nothing_in_the_way(data: Path) -> None:
    killed = Serving(data, free_port())
    killed.process.kill()
    killed.process.wait()

    again = Serving(data, killed.port)

    assert again.get("livez") == "ok"
    assert '"database": "ok"' in again.get("readyz")
    again.stop()


@pytest.mark.proof
def test_a_warm_start_is_quick(data: Path) -> None:
    """The best of three, since the machine may be busy with something else."""
    seconds = []
    for _ in range(3):
        serving = Serving(data, free_port())
        seconds.append(serving.seconds)
        serving.stop()

    assert min(seconds) < 8


@pytest.mark.proof
def test_a_stopped_orphan_is_found_and_ended(data: Path) -> None:
    """SIGSTOP keeps it from hearing that its parent has gone."""
    killed = Serving(data, free_port())
    worker = psutil.Process(killed.pids["worker bulk"])
    worker.suspend()
    killed.process.kill()
    killed.process.wait()

    again = Serving(data, free_port())

    assert not worker.is_running()
    again.stop()


@pytest.mark.proof
def test_a_command_uses_the_running_engines_or_starts_them_for_itself(data: Path) -> None:
    alone = _shell(data)
    serving = Serving(data, free_port())
    before = _engines(data)
    beside = _shell(data)

    # A command that ends must not stop what others use, however soon they would start it again.
    assert _engines(data) == before
    assert (alone.returncode, beside.returncode) == (0, 0), alone.stderr + beside.stderr
    assert alone.stdout == beside.stdout == "1\n"
    assert serving.get("livez") == "ok"
    serving.stop()


def _engines(data: Path) -> tuple[str, str]:
    postgres = next(data.glob("postgres/**/postmaster.pid")).read_text().split()[0]
    return postgres, (data / "redis.process.json").read_text()


def _shell(data: Path) -> subprocess.CompletedProcess[str]:
    code = "from django.contrib.auth import get_user_model as u; print(u().objects.count())"
    return subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def _serve_and_end(data: Path, port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def _all_are_new(serving: Serving, before: dict[str, int]) -> bool:
    now = serving.pids
    return now.keys() == before.keys() and all(now[name] != before[name] for name in before)


def _wait_until(condition, seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.2)
