"""How many answers a second the API takes, beside an empty page of the same server.

    .venv/bin/python benchmarks/api_pairs.py --tasks 100000 --clients 32

It makes a database of its own beside the configured one, serves it by gunicorn as `make run` does,
and lets each client ask and answer as fast as it can; the database is dropped at the end.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import django
import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from psycopg.conninfo import make_conninfo  # noqa: E402

from apps.accounts.actions import create_token  # noqa: E402
from apps.annotations.models import Annotation  # noqa: E402
from apps.tasks.models import QueueEntry  # noqa: E402
from benchmarks.hand_out import load  # noqa: E402
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory  # noqa: E402

Call = Callable[[http.client.HTTPConnection, dict[str, str]], None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=12)
    options = parser.parse_args()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        measure(options)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def measure(options: argparse.Namespace) -> None:
    project = ProjectFactory(overlap=3)
    QuestionFactory(project=project, name="intent")
    load(project, options.tasks)
    people = MembershipFactory.create_batch(options.clients, project=project)
    headers = [
        {
            "Authorization": f"Token {create_token(user=p.user, name='b', at=timezone.now())[1]}",
            "Content-Type": "application/json",
        }
        for p in people
        if p.user is not None
    ]
    server, port = serve()
    try:
        run(port, headers, empty_page, 5)  # The server has still to import everything.
        show("empty page", run(port, headers, empty_page, options.seconds / 2))
        before = used(server)
        times = run(port, headers, pair(project.pk), options.seconds)
        show("next and submit", times)
        # The figure that other work on the machine disturbs least.
        cpu = {
            name: (spent - before[name]) / (len(times) - 1) for name, spent in used(server).items()
        }
        print(json.dumps({f"{name}_cpu_ms": round(ms * 1000, 1) for name, ms in cpu.items()}))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
    rows = QueueEntry.objects.filter(project=project)
    over = rows.filter(submitted__gt=3).count()
    counted = sum(rows.filter(submitted__gt=0).values_list("submitted", flat=True))
    print(json.dumps({"over": over, "counted": counted, "kept": Annotation.objects.count()}))


def serve() -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "CONCORD_SECRET_KEY": settings.SECRET_KEY,
        "CONCORD_BIND": f"127.0.0.1:{port}",
        "CONCORD_API_RATE": "0",
        "CONCORD_LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return server, port
    raise SystemExit("The server did not start.")


def used(server: subprocess.Popen[bytes]) -> dict[str, float]:
    """Seconds of processor time so far, of the server and of its database sessions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'concord-web'")
        sessions = [pid for (pid,) in cursor.fetchall()]
    workers = psutil.Process(server.pid).children(recursive=True)
    return {
        "server": sum(_seconds(worker.pid) for worker in workers),
        "database": sum(_seconds(pid) for pid in sessions),
    }


def _seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def run(port: int, headers: list[dict[str, str]], call: Call, seconds: float) -> list[float]:
    times: list[float] = []
    end = time.perf_counter() + seconds

    def work(mine: dict[str, str]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while (start := time.perf_counter()) < end:
            call(connection, mine)
            times.append(time.perf_counter() - start)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in headers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [*times, seconds]


def empty_page(connection: http.client.HTTPConnection, headers: dict[str, str]) -> None:
    ask(connection, "GET", "/livez", None, headers)


def pair(project_id: int) -> Call:
    def call(connection: http.client.HTTPConnection, headers: dict[str, str]) -> None:
        lent = ask(connection, "POST", f"/api/v1/projects/{project_id}/next/", {}, headers)
        answer = {"id": str(uuid4()), "answers": {"intent": "praise"}, "seconds": 1.5}
        ask(connection, "POST", f"/api/v1/assignments/{lent['id']}/submit/", answer, headers)

    return call


def ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: Any,
    headers: dict[str, str],
) -> Any:
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{answer.status}: {text[:500]!r}")
    return json.loads(text) if text[:1] == b"{" else None


def show(name: str, found: list[float]) -> None:
    *times, seconds = found
    times.sort()
    told = {
        "test": name,
        "per_second": round(len(times) / seconds),
        "p50_ms": round(statistics.median(times) * 1000, 1),
        "p95_ms": round(times[int(len(times) * 0.95)] * 1000, 1),
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
