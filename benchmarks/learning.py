"""What the job that learns costs at a number of tasks: each step, its memory, and who annotates meanwhile.

    nice .venv/bin/python -m benchmarks.learning [--tasks 1000000] [--answers 3000] [--jobs 2]

It starts engines of its own, and ends them. The tasks are short texts of made-up words about one of 40
things; the answers go through the hand-out and the submit. Each job runs in a process of its own, beside
one in which a person annotates, who looks at each task for 20 ms. Then the pages are asked.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import uuid4

import django
import numpy as np

from tests.engines import RunEngines

THINGS, WORDS, AT_ONCE, PACE = 40, 12, 20_000, 0.02
SYLLABLES = ("ka", "lo", "mi", "ne", "ru", "ta", "vo", "shi", "pe", "du", "gan", "el")
# What is timed, by where the job calls it.
STEPS = (
    ("learned", "keep_features"),
    ("learned", "known_labels"),
    ("learned", "train_model"),
    ("ranking", "candidates_for"),
    ("ranking", "_write"),
    ("ranking", "put_in_order"),
    ("learning", "rank_queue"),
    ("learning", "propose"),
    ("learning", "doubt_labels"),
    ("learning", "study_suggestions"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--answers", type=int, default=3_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--strategies", nargs="*", default=["margin"])
    options = parser.parse_args()
    engines = RunEngines()
    try:
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        os.environ["CONCORD_LOG_LEVEL"] = "WARNING"
        django.setup()
        from django.db import connection  # noqa: PLC0415  (after the setup)

        connection.creation.create_test_db(verbosity=0, serialize=False)
        report(options)
        connection.close()
        connection.creation.destroy_test_db("", verbosity=0)
    finally:
        engines.stop()


def report(options: argparse.Namespace) -> None:
    from apps.routing.models import Plan  # noqa: PLC0415

    with clocked(f"{options.tasks:,} tasks are made"):
        project, person, about = make(options.tasks)
    with clocked(f"{options.answers:,} answers"):
        annotate(person.pk, about, times=options.answers)
        settle(project.pk)
    for strategy in options.strategies:
        Plan.objects.update_or_create(project=project, defaults={"strategy": strategy, "seed": 1})
        for number in range(options.jobs):
            print(f"-- {strategy}, job {number + 1}", flush=True)
            beside(project.pk, person.pk, about)
            settle(project.pk)
    ask_pages(project.pk)


@contextmanager
def clocked(what: str) -> Iterator[None]:
    start, busy = time.perf_counter(), time.process_time()
    yield
    spent, clock = time.process_time() - busy, time.perf_counter() - start
    print(f"{what:44} {clock:8.2f} s ({spent:.2f} of the processor)", flush=True)


def make(tasks: int) -> tuple[Any, Any, dict[int, str]]:
    """The project, somebody who annotates, and what each task is about."""
    from django.db import connection  # noqa: PLC0415

    from apps.tasks.actions import pool_for  # noqa: PLC0415
    from tests.factories import (  # noqa: PLC0415
        MembershipFactory,
        ProjectFactory,
        QuestionFactory,
    )

    project = ProjectFactory(overlap=1, fields=[{"name": "text", "display": "text"}])
    labels = [{"value": str(one)} for one in range(THINGS)]
    QuestionFactory(project=project, name="thing", config={"labels": labels})
    person, rng = MembershipFactory(project=project), np.random.default_rng(0)
    common = np.array(["".join(rng.choice(SYLLABLES, 3)) for _ in range(4_000)])
    own = np.array([["".join(rng.choice(SYLLABLES, 4)) for _ in range(60)] for _ in range(THINGS)])
    about = rng.integers(0, THINGS, tasks)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for start in range(0, tasks, AT_ONCE):
            some = about[start : start + AT_ONCE]
            telling = own[some[:, None], rng.integers(0, 60, (some.size, WORDS // 2))]
            others = common[rng.integers(0, common.size, (some.size, WORDS - WORDS // 2))]
            texts = (" ".join(row) for row in np.concatenate([telling, others], axis=1).tolist())
            sql = "COPY tasks_task (project_id, data, meta, content_hash) FROM STDIN"
            with cursor.cursor.copy(sql) as copy:
                for place, text in enumerate(texts, start):
                    hashed = rf"\x{place:064x}"
                    copy.write_row((project.pk, f'{{"text": "{text}"}}', "{}", hashed))
        cursor.execute(
            "INSERT INTO tasks_queueentry (task_id, project_id, pool_id, overlap)"
            " SELECT id, project_id, %s, 1 FROM tasks_task WHERE project_id = %s",
            (pool_for(project=project).pk, project.pk),
        )
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE tasks_task, tasks_queueentry")
        cursor.execute("SELECT min(id) FROM tasks_task WHERE project_id = %s", (project.pk,))
        first = cursor.fetchone()[0]
    return project, person, {first + place: str(one) for place, one in enumerate(about.tolist())}


def annotate(
    person_pk: int, about: dict[int, str], *, times: int = 0, until: Any = None, pace: float = 0
) -> list[tuple[float, float]]:
    """Of each hand-out when it began and how long it took."""
    from django.utils import timezone  # noqa: PLC0415

    from apps.annotations.actions.submit import submit_annotation  # noqa: PLC0415
    from apps.projects.models import Membership  # noqa: PLC0415
    from apps.tasks.actions import hand_out  # noqa: PLC0415
    from apps.tasks.models import Assignment  # noqa: PLC0415

    person, found = Membership.objects.select_related("project", "user").get(pk=person_pk), []
    while not (until.is_set() if until else len(found) >= times):
        start = time.perf_counter()
        lent = hand_out(annotator=person, project=person.project, at=timezone.now())
        found.append((start, time.perf_counter() - start))
        assert isinstance(lent, Assignment), lent
        time.sleep(pace)
        submit_annotation(
            assignment_id=lent.pk,
            annotator_user=person.user,
            key=uuid4(),
            answers={"thing": about[lent.task_id]},
            at=timezone.now(),
        )
    return found


def settle(project_pk: int) -> None:
    """Folds what was answered, as the drain of the outbox does each second."""
    from apps.quality.actions import drain  # noqa: PLC0415

    while drain(project_pk):
        pass


def beside(project_pk: int, person_pk: int, about: dict[int, str]) -> None:
    """One job, with somebody who annotates meanwhile."""
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    fork = multiprocessing.get_context("fork")
    done = fork.Event()
    (mine, lent), (steps, told) = fork.Pipe(), fork.Pipe()
    people = fork.Process(target=annotating, args=(person_pk, about, done, lent))
    worker = fork.Process(target=working, args=(project_pk, told))
    people.start()
    time.sleep(3)
    worker.start()
    took, memory, result = steps.recv()
    done.set()
    waits = mine.recv()
    worker.join()
    people.join()
    print(result)
    for name, start, end, busy, held in [("before", 0.0, took[0][1], 0.0, 0.0), *took]:
        within = [1000 * wait for at, wait in waits if start <= at < end]
        told_of = f"hand-out {_quantiles(within)}" if len(within) > 20 else ""
        length = end - start if start else 3.0
        used = f"{length:8.2f} s ({busy:.2f} of the processor), at most {held:.0f} MB"
        print(f"{name:44} {used}  {told_of}", flush=True)
    print(f"{'memory of its own; with mapped pages':44} {memory[0]:8.0f} MB, {memory[1]:.0f} MB")


def _quantiles(waits: list[float]) -> str:
    cut = statistics.quantiles(waits, n=20)
    return f"p50 {cut[9]:.1f}, p95 {cut[18]:.1f}, most {max(waits):.0f} ms, n {len(waits)}"


def annotating(person_pk: int, about: dict[int, str], done: Any, told: Connection) -> None:
    told.send(annotate(person_pk, about, until=done, pace=PACE))


def working(project_pk: int, told: Connection) -> None:
    from apps.core.jobs import Progress  # noqa: PLC0415
    from apps.core.models import JobRun  # noqa: PLC0415
    from apps.routing.actions.learning import learn_and_rank  # noqa: PLC0415

    took: list[tuple[str, float, float, float, float]] = []
    seen: list[tuple[float, float]] = []
    for module, name in STEPS:
        where = importlib.import_module(f"apps.routing.actions.{module}")
        setattr(where, name, timed(name, getattr(where, name), took, seen))
    before, stop = _anonymous(), threading.Event()
    threading.Thread(target=watching, args=(seen, stop), daemon=True).start()
    job = timed("the whole job", learn_and_rank, took, seen)
    result = job(Progress(JobRun()), project_pk, is_ranked=True)
    took.sort(key=lambda one: one[1])
    stop.set()
    memory = (max(held for _, held in seen) - before, _status("VmHWM"))
    told.send((took, memory, result))


def timed(
    name: str, step: Callable[..., Any], took: list[Any], seen: list[tuple[float, float]]
) -> Callable[..., Any]:
    """As it is, and `took` hears when, how long, and the most memory of its own that it held."""

    def call(*args: Any, **more: Any) -> Any:
        start, busy = time.perf_counter(), time.process_time()
        try:
            return step(*args, **more)
        finally:
            end, busy = time.perf_counter(), time.process_time() - busy
            held = max((mb for at, mb in seen if start <= at <= end), default=_anonymous())
            took.append((name, start, end, busy, held))

    return call


def watching(seen: list[tuple[float, float]], stop: threading.Event) -> None:
    while not stop.wait(0.05):
        seen.append((time.perf_counter(), _anonymous()))


def _anonymous() -> float:
    return _status("RssAnon")


def _status(name: str) -> float:
    """In MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split(f"{name}:")[1].split()[0]) / 1024


def ask_pages(project_pk: int) -> None:
    from django.test import Client, override_settings  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from apps.projects.models import Project  # noqa: PLC0415
    from tests.factories import MembershipFactory  # noqa: PLC0415

    lead = MembershipFactory(project=Project.objects.get(pk=project_pk), role="lead")
    client = Client()
    client.force_login(lead.user)
    # Nothing was built for a browser here: files keep their names.
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=plain, ALLOWED_HOSTS=["*"]):
        for name in ("routing:learning", "api:queue"):
            took = []
            for _ in range(6):
                start = time.perf_counter()
                answer = client.get(reverse(name, args=[project_pk]))
                took.append(1000 * (time.perf_counter() - start))
            print(f"{name:44} {answer.status_code}, {statistics.median(took[1:]):.0f} ms")


if __name__ == "__main__":
    main()
