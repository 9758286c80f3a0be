"""How long after an answer its task's consensus has it: over HTTP, with the workers of `serve`.

    .venv/bin/python -m benchmarks.consensus_current --data /tmp/somewhere [--port 8199] [--tasks 100000]

It serves an installation of its own in that folder, fills a small project and one of so many tasks (three
answers of forty annotators each, a choice of six labels), has Dawid-Skene fitted to both by a job, and
then answers fifty tasks of each, one after the other: the next task by the API, an answer, and a look
every 10 ms whether the consensus of the task was made of it. The time is from before the answer is sent.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
RATERS, OVERLAP, LABELS, SMALL, LOOK = 40, 3, 6, 300, 0.01
FILL = """
INSERT INTO tasks_task (project_id, data, meta, content_hash)
SELECT %(project)s, '{"text": "x"}', '{}', decode(md5(n::text), 'hex')
  FROM generate_series(1, %(tasks)s) AS n;
INSERT INTO tasks_queueentry (task_id, project_id, pool_id, overlap, handed, submitted)
SELECT id, project_id, %(pool)s, %(overlap)s + 1, %(overlap)s, %(overlap)s
  FROM tasks_task WHERE project_id = %(project)s;
INSERT INTO tasks_assignment (task_id, annotator_id, state, submitted_at, head_id)
SELECT t.id, (%(raters)s::bigint[])[1 + (t.id * 7 + k * 13) %% %(number)s], 'submitted', now(),
       nextval('annotations_annotation_id_seq')
  FROM tasks_task t, generate_series(1, %(overlap)s) AS k WHERE t.project_id = %(project)s;
INSERT INTO annotations_annotation (id, project_id, task_id, annotator_id, assignment_id, key,
       body_hash, question_version, answers, seconds)
SELECT s.head_id, %(project)s, s.task_id, s.annotator_id, s.id, gen_random_uuid(), '\\x00', 1,
       jsonb_build_object('topic', 'l' || CASE WHEN random() < .8 THEN s.task_id %% 6
                                               ELSE floor(random() * 6)::int END), random() * 30
  FROM tasks_assignment s JOIN tasks_task t ON t.id = s.task_id WHERE t.project_id = %(project)s;
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, default=8199)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--answers", type=int, default=50)
    options = parser.parse_args()
    os.environ |= {"CONCORD_DATA": str(options.data), "CONCORD_PORT": str(options.port)}
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    with (options.data.parent / f"{options.data.name}.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "serve"], cwd=ROOT, stdout=log, stderr=log
        )
        try:
            wait_for(options.port)
            measure(options)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)


def wait_for(port: int) -> None:
    for _ in range(600):
        time.sleep(0.5)
        try:
            there = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            there.request("GET", "/readyz")
            if there.getresponse().status == 200:
                return
        except OSError:
            continue
    raise TimeoutError("The server did not come up.")


def measure(options: argparse.Namespace) -> None:
    import django  # noqa: PLC0415  (the engines are up first)

    django.setup()
    for tasks in (SMALL, options.tasks):
        project, token = filled(tasks)
        fitted(project)
        spent = [one_answer(project, token, options.port) for _ in range(options.answers)]
        median, p95 = np.quantile(spent, [0.5, 0.95])
        print(
            f"{tasks:>9,} tasks: consensus after {median:.2f} s (median), {p95:.2f} s (p95),"
            f" {max(spent):.2f} s at most, of {len(spent)} answers",
            flush=True,
        )


def filled(tasks: int) -> tuple[Any, str]:
    """A project with answers, and the token of somebody who has given none of them."""
    from django.db import connection, transaction  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from apps.accounts.actions import create_token  # noqa: PLC0415
    from tests.factories import (  # noqa: PLC0415
        MembershipFactory,
        PoolFactory,
        ProjectFactory,
        QuestionFactory,
    )

    project = ProjectFactory(overlap=OVERLAP + 1)
    QuestionFactory(project=project, name="topic", labels=[f"l{i}" for i in range(LABELS)])
    raters = [MembershipFactory(project=project).pk for _ in range(RATERS)]
    values = {"project": project.pk, "tasks": tasks, "overlap": OVERLAP, "raters": raters}
    values |= {"number": RATERS, "pool": PoolFactory(project=project).pk}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in FILL.split(";\n"):
            if statement.strip():
                cursor.execute(statement, values)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    user = MembershipFactory(project=project).user
    return project, create_token(user=user, name="b", at=timezone.now())[1]


def fitted(project: Any) -> None:
    from django.utils import timezone  # noqa: PLC0415

    from apps.consensus.actions import choose_method, start_computing  # noqa: PLC0415

    question = project.questions.get()
    choose_method(question=question, aggregator="dawid_skene", by=None, at=timezone.now())
    start = time.perf_counter()
    job = start_computing(project=project, questions=[question], by=None)
    while job.state in {"queued", "running"}:
        time.sleep(0.2)
        job.refresh_from_db()
    if job.state != "done":
        raise RuntimeError(f"The fit is {job.state}: {job.error}")
    print(f"fitted, and all tasks judged, in {time.perf_counter() - start:.1f} s", flush=True)


def one_answer(project: Any, token: str, port: int) -> float:
    """Seconds from sending it until the consensus of its task was made of it."""
    from apps.consensus.models import Consensus  # noqa: PLC0415

    lent = call(port, token, f"projects/{project.pk}/next/", {})
    body = {"id": str(uuid4()), "answers": {"topic": "l1"}, "seconds": 3}
    start = time.perf_counter()
    call(port, token, f"assignments/{lent['id']}/submit/", body)
    mine = Consensus.objects.filter(task=lent["task"]["id"], saw__len=OVERLAP + 1)
    while not mine.exists():
        if time.perf_counter() - start > 60:
            raise TimeoutError("The consensus has not seen the answer for a minute.")
        time.sleep(LOOK)
    spent = time.perf_counter() - start
    # Answers come at all times of the beat's second.
    time.sleep(float(np.random.default_rng(int(lent["id"])).uniform(0, 1)))
    return spent


def call(port: int, token: str, path: str, body: dict[str, Any]) -> Any:
    there = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
    there.request("POST", f"/api/v1/{path}", json.dumps(body), headers)
    answer = there.getresponse()
    found = json.loads(answer.read())
    if answer.status >= 400:
        raise RuntimeError(f"{path}: {answer.status} {found}")
    return found


if __name__ == "__main__":
    main()
