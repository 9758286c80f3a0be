"""docker-compose.yml: valid, without a secret of its own, and each command line really starts."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg
import pytest
import yaml

from apps.core.engines import DataFolder, Postgres
from apps.core.engines.postgres import FAST
from tests.installation import free_port, no_process_left
from tests.paths import ROOT

pytestmark = pytest.mark.slow

FILE = ROOT / "docker-compose.yml"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text())["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("image") == "concord"}


def test_it_is_valid_by_the_specification() -> None:
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]

    done = subprocess.run([*checker, str(FILE)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_no_secret_has_a_default() -> None:
    text = FILE.read_text()

    for name in ("CONCORD_SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"):
        used = re.findall(r"\$\{" + name + r"(.)", text)
        assert used
        assert set(used) == {":"}, name
        assert re.search(r"\$\{" + name + r":-", text) is None


def test_each_service_is_watched_and_ours_have_no_rights() -> None:
    unwatched = {name for name, service in SERVICES.items() if "healthcheck" not in service}

    # One ends by itself; the other's work is seen by the pulse of each queue (/readyz).
    assert unwatched == {"migrate", "beat"}
    for service in OURS.values():
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
    assert "\nUSER concord\n" in (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize(
    "name",
    [
        "worker-interactive",
        # Their commands differ in the queue alone.
        *(
            pytest.param(f"worker-{queue}", marks=pytest.mark.proof)
            for queue in ("bulk", "compute")
        ),
    ],
)
def test_a_worker_starts_by_its_command_and_its_health_check_sees_it(
    name: str, test_environment: dict[str, str], tmp_path: Path
) -> None:
    role = OURS[name]["environment"]["CONCORD_ROLE"]
    env = {**test_environment, "CONCORD_ROLE": role, "HOSTNAME": socket.gethostname()}
    env["PATH"] = f"{Path(sys.executable).parent}:{env['PATH']}"
    shell, check = OURS[name]["healthcheck"]["test"]
    assert shell == "CMD-SHELL"

    with _started(OURS[name]["command"], env, tmp_path) as worker:
        end = time.monotonic() + 60
        while subprocess.call(
            ["sh", "-c", check.replace("$$", "$")], cwd=ROOT, env=env, stdout=subprocess.DEVNULL
        ):
            assert worker.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < end
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0


@pytest.mark.proof
def test_the_clock_starts_by_its_command(test_environment: dict[str, str], tmp_path: Path) -> None:
    # Its file of what is due lies in the data folder, which is this test's own.
    env = {**test_environment, "CONCORD_ROLE": "interactive", "CONCORD_DATA": str(tmp_path)}

    with _started(OURS["beat"]["command"], env, tmp_path) as clock:
        end = time.monotonic() + 30
        while not list(tmp_path.glob("beat-schedule*")):
            assert clock.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < end
            time.sleep(0.1)
        clock.send_signal(signal.SIGTERM)
        assert clock.wait(20) == 0


def test_the_web_starts_by_its_command(test_environment: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    command = [part.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for part in OURS["web"]["command"]]
    with _started(command, {**test_environment, "CONCORD_HOSTS": "label.example"}, tmp_path) as web:
        assert _answer(f"http://127.0.0.1:{port}/livez") == "ok"
        web.send_signal(signal.SIGTERM)
        assert web.wait(20) == 0


@pytest.mark.proof
def test_the_migration_runs_by_its_command(test_environment: dict[str, str]) -> None:
    command = _here(OURS["migrate"]["command"])

    done = subprocess.run(
        command, cwd=ROOT, env=test_environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "No migrations to apply" in done.stdout


def test_redis_starts_by_its_command_with_a_password(tmp_path: Path) -> None:
    program = shutil.which("redis-server") or str(Path(sys.executable).parent / "redis-server")
    if not Path(program).exists():
        pytest.skip("There is no redis-server on this machine.")
    shell, option, script = SERVICES["redis"]["command"]
    port = free_port()
    script = script.replace("$$", "$").replace("dir .", f"dir .\\nport {port}")
    env = {"REDIS_PASSWORD": "p", "PATH": f"{Path(program).parent}:{os.environ['PATH']}"}
    with _started([shell, option, script], env, tmp_path, cwd=tmp_path) as server:
        _wait_until_it_says("Ready to accept connections", server, tmp_path)
        asked = subprocess.run(
            ["redis-cli", "-p", str(port), "config", "get", "*"],
            env={**env, "REDISCLI_AUTH": "p"},
            capture_output=True,
            text=True,
            check=True,
        )
        server.terminate()
        server.wait(10)

    found = asked.stdout.split("\n")
    settings = dict(zip(found[::2], found[1::2], strict=False))
    assert settings["appendonly"] == "yes"
    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["requirepass"] == "p"


def test_postgres_starts_with_the_settings_of_its_command() -> None:
    program, *options = SERVICES["postgres"]["command"]
    assert program == "postgres"
    assert set(options[::2]) == {"-c"}
    settings = dict(option.split("=") for option in options[1::2])
    folder = Path(tempfile.mkdtemp(prefix="concord-compose-"))
    folder.chmod(0o711)

    with no_process_left(folder):
        server = Postgres(DataFolder(folder / "data"), settings={**FAST, **settings})
        server.ensure_running()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SHOW max_connections").fetchone() == ("200",)
        server.stop()
    shutil.rmtree(folder)


def _here(command: list[str]) -> list[str]:
    return [sys.executable if part == "python" else part for part in command]


@contextmanager
def _started(
    command: list[str], env: dict[str, str], folder: Path, *, cwd: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    """The process; whatever the test does, nothing of it is left afterwards."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            _here(command),
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_until_it_says(words: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + 30
    while words not in (said := (folder / "log").read_text()):
        assert process.poll() is None, said
        assert time.monotonic() < end, said
        time.sleep(0.1)


def _answer(url: str) -> str:
    end = time.monotonic() + 30
    while True:
        try:
            with urlopen(url, timeout=5) as answer:  # noqa: S310
                return str(answer.read().decode())
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)
