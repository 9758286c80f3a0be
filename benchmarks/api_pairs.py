"""How many answers a second the server takes over HTTP, beside an empty page of the same server.

    .venv/bin/python benchmarks/api_pairs.py --tasks 100000 --clients 32

It makes a database of its own beside the configured one, serves it by gunicorn as `make run` does,
log and all, and lets each client answer as fast as it can; the database is dropped at the end. A
pair, the answer and the next task, is asked for in three ways: by two calls of the API, by one
(`submit` with `next`), and as the annotating page does, with a session and the task rendered.
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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import django
import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["CONCORD_LOG_LEVEL"] = "WARNING"  # ours; the server logs as it does in service
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.middleware.csrf import _get_new_csrf_string  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402
from psycopg.conninfo import make_conninfo  # noqa: E402

from apps.accounts.actions import create_token  # noqa: E402
from apps.annotations.models import Annotation  # noqa: E402
from apps.projects.models import Membership, Project  # noqa: E402
from apps.tasks.models import QueueEntry  # noqa: E402
from benchmarks.hand_out import load  # noqa: E402
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory  # noqa: E402

Headers = dict[str, str]


@dataclass
class Person:
    """One client: how it signs in, and what it has in hand."""

    token: Headers
    session: Headers
    held: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, member: Membership) -> Person:
        assert member.user is not None
        secret = create_token(user=member.user, name="b", at=timezone.now())[1]
        browser, csrf = Client(), _get_new_csrf_string()
        browser.force_login(member.user)
        session = browser.cookies[settings.SESSION_COOKIE_NAME].value
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={csrf}"
        kind = {"Content-Type": "application/json"}
        return cls(
            token={"Authorization": f"Token {secret}", **kind},
            session={"Cookie": cookies, "X-CSRFToken": csrf, **kind},
        )


Call = Callable[[http.client.HTTPConnection, Person], None]


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
    project.refresh_from_db()
    load(project, options.tasks)
    people = [
        Person.of(member)
        for member in MembershipFactory.create_batch(options.clients, project=project)
    ]
    server, port = serve()
    try:
        run(port, people, empty_page, 5)  # The server has still to import everything.
        show("empty page", server, lambda: run(port, people, empty_page, options.seconds / 2))
        for name, call in ways(project).items():
            run(port, people, call, 2)
            show(name, server, lambda call=call: run(port, people, call, options.seconds))
            give_back(people)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
    rows = QueueEntry.objects.filter(project=project)
    over = rows.filter(submitted__gt=3).count()
    counted = sum(rows.filter(submitted__gt=0).values_list("submitted", flat=True))
    print(json.dumps({"over": over, "counted": counted, "kept": Annotation.objects.count()}))


def give_back(people: list[Person]) -> None:
    """Nobody has anything in hand, so that the next way to ask begins anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH back AS (UPDATE tasks_assignment SET state = 'returned', holds_slot = false,"
            " is_ahead = false, lease_until = NULL WHERE state = 'leased' RETURNING task_id),"
            " freed AS (SELECT task_id, count(*) AS slots FROM back GROUP BY task_id)"
            " UPDATE tasks_queueentry q SET handed = handed - freed.slots FROM freed"
            " WHERE q.task_id = freed.task_id"
        )
    for person in people:
        person.held.clear()


def serve() -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = connection.settings_dict
    named = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    url = make_conninfo(**{name: own[key] for name, key in named.items() if own[key]})
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "CONCORD_SECRET_KEY": settings.SECRET_KEY,
        "CONCORD_BIND": f"127.0.0.1:{port}",
        "CONCORD_API_RATE": "0",
        "CONCORD_LOG_LEVEL": "INFO",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
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


def run(port: int, people: list[Person], call: Call, seconds: float) -> list[float]:
    times: list[float] = []
    end = time.perf_counter() + seconds

    def work(person: Person) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while (start := time.perf_counter()) < end:
            call(connection, person)
            times.append(time.perf_counter() - start)

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [*times, seconds]


def empty_page(connection: http.client.HTTPConnection, person: Person) -> None:
    ask(connection, "GET", "/livez", None, person.token)


def said() -> dict[str, Any]:
    return {"id": str(uuid4()), "answers": {"intent": "praise"}, "seconds": 1.5}


def ways(project: Project) -> dict[str, Call]:
    next_url = f"/api/v1/projects/{project.pk}/next/"
    page = f"/p/{project.pk}/annotate/"

    def two_calls(connection: http.client.HTTPConnection, person: Person) -> None:
        lent = ask(connection, "POST", next_url, {}, person.token)
        submit = f"/api/v1/assignments/{lent['id']}/submit/"
        ask(connection, "POST", submit, said(), person.token)

    def one_call(connection: http.client.HTTPConnection, person: Person) -> None:
        if not person.held:
            person.held = [ask(connection, "POST", next_url, {}, person.token)["id"]]
        submit = f"/api/v1/assignments/{person.held[0]}/submit/"
        told = ask(connection, "POST", submit, {**said(), "next": True}, person.token)
        person.held = [told["next"]["id"]]

    def as_the_page(connection: http.client.HTTPConnection, person: Person) -> None:
        while len(person.held) < 2:
            after = {"after": person.held[-1]} if person.held else {}
            lent = ask(connection, "POST", f"{page}next/", after, person.session)
            person.held.append(lent["assignment"]["id"])
        mine, ahead = person.held
        body = {**said(), "assignment": mine, "question_version": project.question_version}
        body["next"] = {"after": ahead}
        told = ask(connection, "POST", f"{page}submit/", body, person.session)
        person.held = [ahead, told["next"]["assignment"]["id"]]

    return {
        "next, then submit": two_calls,
        "submit with next": one_call,
        "as the page does": as_the_page,
    }


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


def show(name: str, server: subprocess.Popen[bytes], measured: Callable[[], list[float]]) -> None:
    before, own = used(server), time.process_time()
    *times, seconds = measured()
    after, own = used(server), time.process_time() - own
    times.sort()
    # The processor's time for each is the figure that other work on the machine disturbs least.
    cpu = {part: spent - before[part] for part, spent in after.items()} | {"client": own}
    told = {
        "test": name,
        "per_second": round(len(times) / seconds),
        "p50_ms": round(statistics.median(times) * 1000, 1),
        "p95_ms": round(times[int(len(times) * 0.95)] * 1000, 1),
        **{f"{part}_cpu_ms": round(spent / len(times) * 1000, 2) for part, spent in cpu.items()},
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
