"""The embedded engines under stale files, foreign processes, zombies and kills."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from apps.core.engines import DataFolder, EngineFailed, Postgres, Redis, data_folder
from apps.core.engines.osuser import engine_user
from apps.core.engines.postgres import FAST
from apps.core.engines.processes import ProcessRecord
from tests.installation import environment, no_process_left
from tests.paths import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def data() -> Iterator[DataFolder]:
    """Not pytest's own folder: its parents are closed to the engines' user when root tests."""
    folder = Path(tempfile.mkdtemp(prefix="concord-engines-"))
    folder.chmod(0o711)
    with no_process_left(folder):
        yield DataFolder(folder / "data")
    shutil.rmtree(folder)


@pytest.fixture
def postgres(data: DataFolder) -> Iterator[Postgres]:
    engine = Postgres(data, settings=FAST)
    yield engine
    engine.stop()


def test_it_keeps_what_it_acknowledged_through_a_kill(postgres: Postgres) -> None:
    first = postgres.ensure_running()
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    os.kill(first.pid, signal.SIGKILL)

    second = postgres.ensure_running()

    assert second.pid != first.pid
    with psycopg.connect(postgres.url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


def test_an_installation_is_durable(data: DataFolder) -> None:
    engine = Postgres(data)
    engine.ensure_running()
    with psycopg.connect(engine.url) as connection:
        found = connection.execute(
            "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)",
            (["fsync", "synchronous_commit", "full_page_writes", "data_checksums"],),
        ).fetchall()
        addresses = connection.execute("SHOW listen_addresses").fetchone()
    engine.stop()

    assert {setting for _, setting in found} == {"on"}
    assert len(found) == 4
    assert addresses == ("",)


def test_a_running_server_is_used_and_not_started_twice(postgres: Postgres) -> None:
    first = postgres.ensure_running()

    assert Postgres(postgres.data, settings=FAST).ensure_running() == first


@pytest.mark.parametrize(
    "content", ["{foreign}\n/elsewhere\n", "", "not a number\n", "999999999\n"]
)
def test_a_stale_file_is_no_server(postgres: Postgres, content: str) -> None:
    """Also when the number in it now belongs to another program of the same user."""
    postgres.ensure_running()
    postgres.stop()
    user = engine_user()
    with subprocess.Popen(["sleep", "60"], user=user.uid if user else None, cwd="/") as foreign:
        stale = postgres.folder / "postmaster.pid"
        stale.write_text(content.format(foreign=foreign.pid))

        try:
            postgres.ensure_running()
            assert foreign.poll() is None
        finally:
            foreign.kill()
    assert postgres.answers()


def test_a_zombie_is_no_server(postgres: Postgres) -> None:
    record = postgres.ensure_running()
    os.kill(record.pid, signal.SIGKILL)  # nobody waits for it: we are its parent
    deadline = time.monotonic() + 10
    while ProcessRecord.of(record.pid) is not None:
        assert time.monotonic() < deadline

    assert postgres.running() is None


def test_a_crash_while_it_is_made_leaves_nothing_that_looks_whole(postgres: Postgres) -> None:
    half = postgres.data.path / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    postgres.ensure_running()

    assert postgres.answers()
    assert not half.exists()


def test_data_of_another_version_is_refused_with_the_way_out(postgres: Postgres) -> None:
    postgres.folder.mkdir(parents=True)
    (postgres.folder / "PG_VERSION").write_text("16\n")

    with pytest.raises(EngineFailed, match=r"PostgreSQL 16 and this is 18\. Make a backup"):
        postgres.ensure_running()


def test_a_long_path_has_its_sockets_elsewhere(data: DataFolder) -> None:
    deep = DataFolder(data.path / ("d" * 60) / ("e" * 60))
    engine, cache = Postgres(deep, settings=FAST), Redis(deep)
    engine.ensure_running()
    cache.ensure_running()

    assert engine.answers()
    assert not deep.sockets.is_relative_to(deep.path)
    assert deep.sockets.stat().st_mode & 0o777 == 0o700
    cache.stop()
    engine.stop()
    shutil.rmtree(deep.sockets)


def test_engines_end_with_a_killed_parent(data: DataFolder) -> None:
    code = f"""
import signal, time
from pathlib import Path
from apps.core.engines import DataFolder, Postgres, Redis
data = DataFolder(Path({str(data.path)!r}))
Postgres(data).ensure_running(ends_with_parent=signal.SIGINT)
Redis(data).ensure_running(ends_with_parent=signal.SIGTERM)
print("running", flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"running\n"
        engines = [Postgres(data).running(), Redis(data).running()]
        parent.kill()

    assert all(engine and engine.wait(20) for engine in engines)


@pytest.mark.proof
def test_the_last_command_stops_what_the_first_started(data: DataFolder) -> None:
    code = """
import sys
from apps.core.engines import data_folder, engines_in_use
with engines_in_use(data_folder()):
    print("in use", flush=True)
    sys.stdin.readline()
"""

    def command() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=environment(data.path),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdout
        assert process.stdout.readline() == b"in use\n"
        return process

    with command() as first, command() as second:
        first.communicate(b"\n")
        assert Postgres(data).answers()
        second.communicate(b"\n")
    assert Postgres(data).running() is None
    assert Redis(data).running() is None


def test_redis_keeps_its_queue_through_a_kill_and_has_no_port(data: DataFolder) -> None:
    engine = Redis(data)
    first = engine.ensure_running()
    with redis.Redis(unix_socket_path=str(engine.socket)) as client:
        client.rpush("queue", "wake-up")
        config = client.config_get("*")
    time.sleep(1.1)  # what `everysec` promises
    os.kill(first.pid, signal.SIGKILL)
    assert first.wait(5)

    engine.ensure_running()

    with redis.Redis(unix_socket_path=str(engine.socket)) as client:
        assert client.lrange("queue", 0, -1) == [b"wake-up"]
    assert (config["port"], config["maxmemory-policy"]) == ("0", "noeviction")
    assert engine.socket.stat().st_mode & 0o777 == 0o700
    engine.stop()


def test_a_redis_file_that_cannot_be_read_is_set_aside(data: DataFolder) -> None:
    engine = Redis(data)
    engine.ensure_running()
    engine.stop()
    (engine.folder / "appendonly.aof").write_bytes(b"*nonsense\r\n" * 100)
    (engine.folder / "appendonlydir").mkdir(exist_ok=True)
    for part in engine.folder.glob("appendonlydir/*"):
        part.write_bytes(b"*nonsense\r\n" * 100)

    engine.ensure_running()

    assert engine.answers()
    assert (data.path / "redis.unreadable").is_dir()
    engine.stop()


def test_without_any_redis_it_says_what_to_install(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(EngineFailed, match="apt install redis-server"):
        Redis(data).ensure_running()


def test_where_the_data_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    assert data_folder({"CONCORD_DATA": "/srv/x"}).path == Path("/srv/x")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert data_folder({}).path == Path("/var/lib/concord")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert data_folder({}).path == ROOT / ".data"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has the engines run as another user")
def test_root_is_told_of_a_folder_that_the_engines_user_cannot_reach(data: DataFolder) -> None:
    closed = data.path.parent / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(EngineFailed, match="Set CONCORD_DATA to a folder such as"):
        Postgres(DataFolder(closed / "data")).ensure_running()
