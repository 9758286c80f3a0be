"""Sixteen annotators work at once while processes are killed, and nothing is lost or doubled.

The installation is a real one, in a folder of its own: `manage.py serve` with its web process, its
workers, PostgreSQL and Redis. Clients keep what they were told; afterwards the database is held
against it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest

from tests.installation import Serving, environment, free_port, no_process_left
from tests.paths import ROOT

pytestmark = pytest.mark.proof

ANNOTATORS = 16
TASKS = 2_000
OVERLAP = 3
LABELS = ["a", "b", "c"]

SETUP = f"""
import json
from django.utils import timezone
from apps.accounts.actions import create_token
from apps.accounts.models import User
from apps.annotations.actions.projects import create_project
from apps.exchange.actions.imports import create_import, start_import
from apps.core.jobs import run_here
from apps.projects.models import Membership

lead = User.objects.create_user(email="lead@example.org")
project = create_project(
    by=lead, at=timezone.now(), name="Kills", overlap={OVERLAP},
    fields=[{{"name": "text", "display": "text"}}],
    questions=[{{"name": "q", "kind": "choice", "title": "?", "config": {{"labels": {LABELS}}}}}],
)
rows = "".join(json.dumps({{"data": {{"text": f"message {{n}}"}}}}) + chr(10) for n in range({TASKS}))
run = create_import(project=project, by=lead, chunks=[rows.encode()], file_name="rows.jsonl")
run_here(start_import(run=run, by=lead, is_here=True).started_job)
tokens = []
for n in range({ANNOTATORS}):
    user = User.objects.create_user(email=f"a{{n}}@example.org")
    Membership.objects.create(project=project, user=user)
    tokens.append(create_token(user=user, name="kills", at=timezone.now())[1])
print("SETUP " + json.dumps({{"project": project.pk, "tokens": tokens}}))
"""

CHECK = """
import json
from collections import Counter
from apps.annotations.models import Annotation
from apps.tasks.models import Assignment, QueueEntry
from apps.projects.models import Project
# The demo has answers of its own.
project = Project.objects.get(name="Kills")
mine = Annotation.objects.filter(project=project)
rows = mine.values_list("key", "task_id", "annotator_id", "is_surplus")
print("CHECK " + json.dumps({
    "keys": [str(key) for key, *_ in rows],
    "pairs": [[task, annotator] for _, task, annotator, _ in rows],
    "surplus": sum(surplus for *_, surplus in rows),
    "counted": Counter(task for _, task, _, surplus in rows if not surplus),
    "states": Counter(QueueEntry.objects.filter(project=project).values_list("state", flat=True)),
    "leased": Assignment.objects.filter(state="leased", task__project=project).count(),
}))
"""


def shell(data: Path, code: str, word: str) -> Any:
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    line = next(line for line in done.stdout.splitlines() if line.startswith(word))
    return json.loads(line.removeprefix(word))


class Annotator(threading.Thread):
    """Asks and answers until all is done. An unclear answer is repeated with the same key."""

    def __init__(self, port: int, project: int, token: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.port, self.project, self.token, self.stop = port, project, token, stop
        self.acknowledged: list[str] = []
        self.problems: Counter[str] = Counter()
        self.broken: list[str] = []

    def run(self) -> None:
        while not self.stop.is_set():
            status, answer = self.post(f"/api/v1/projects/{self.project}/next/", {})
            if status != 200:
                self.broken.append(f"next {status}: {answer}")
                return
            if answer.get("status") in ("done", "yours_done"):
                return
            if answer.get("status") == "busy":
                time.sleep(0.3)
                continue
            self.answer(answer)

    def answer(self, assignment: dict[str, Any]) -> None:
        key = str(uuid.uuid4())
        body = {"id": key, "answers": {"q": LABELS[hash(key) % 3]}, "seconds": 1}
        status, answer = self.post(f"/api/v1/assignments/{assignment['id']}/submit/", body)
        if status in (200, 201):
            self.acknowledged.append(key)
        else:
            self.broken.append(f"submit {status}: {answer}")

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Repeated while the server is away or breaks: the key makes that safe."""
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        for _ in range(300):
            try:
                with closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
                    connection.request("POST", path, json.dumps(body), headers)
                    response = connection.getresponse()
                    text = response.read()
            except (OSError, HTTPException) as away:
                self.problems[type(away).__name__] += 1
                time.sleep(0.2)
                continue
            if response.status not in (429, 500, 502, 503):
                return response.status, json.loads(text or b"{}")
            self.problems[str(response.status)] += 1
            time.sleep(0.2)
        return 0, "the server did not come back"


@pytest.fixture
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="concord-kills-"))
    folder.chmod(0o711)
    with no_process_left(folder / "data"):
        yield folder / "data"
    shutil.rmtree(folder)


def test_nothing_is_lost_or_doubled_while_processes_are_killed(data: Path) -> None:
    serving = Serving(data, free_port())
    try:
        work_while_processes_are_killed(data, serving)
    finally:
        serving.stop()


def work_while_processes_are_killed(data: Path, serving: Serving) -> None:
    made = shell(data, SETUP, "SETUP ")
    stop = threading.Event()
    people = [Annotator(serving.port, made["project"], token, stop) for token in made["tokens"]]
    began = time.monotonic()
    for person in people:
        person.start()

    killed = kill_now_and_then(serving, people)
    for person in people:
        person.join(600)
    seconds = time.monotonic() - began
    time.sleep(5)
    found = shell(data, CHECK, "CHECK ")
    ledger = subprocess.run(
        [sys.executable, "manage.py", "ledger", str(made["project"]), "--check"],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        check=False,
    )

    acknowledged = [key for person in people for key in person.acknowledged]
    print(f"{len(acknowledged)} answers in {seconds:.0f} s; killed {dict(killed)}")  # noqa: T201
    assert [person.broken for person in people if person.broken] == []
    assert len(killed) >= 2
    assert Counter(acknowledged).most_common(1)[0][1] == 1
    assert set(acknowledged) == set(found["keys"])
    assert len(found["keys"]) == len(acknowledged)
    assert len({tuple(pair) for pair in found["pairs"]}) == len(found["pairs"])
    assert set(found["counted"].values()) == {OVERLAP}
    assert found["states"] == {"complete": TASKS}
    assert (ledger.returncode, ledger.stderr) == (0, ""), ledger.stdout + ledger.stderr


def kill_now_and_then(serving: Serving, people: list[Annotator]) -> Counter[str]:
    """By turns, with time between to come back, until the work is done."""
    victims = ["web", "worker interactive", "web", "worker bulk", "postgres"]
    killed: Counter[str] = Counter()
    for turn in range(40):
        time.sleep(6)
        if not any(person.is_alive() for person in people):
            break
        victim = victims[turn % len(victims)]
        pid = postgres_of(serving.data) if victim == "postgres" else serving.pids.get(victim)
        if pid is None:
            continue
        try:
            os.kill(pid, signal.SIGKILL)
            killed[victim] += 1
        except ProcessLookupError:
            continue
    return killed


def postgres_of(data: Path) -> int:
    return int(next(data.glob("postgres/**/postmaster.pid")).read_text().split()[0])
