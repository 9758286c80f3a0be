# ruff: noqa: PLC0415  (Django is set up first)
"""Reports on annotators and setting answers aside, in a large project.

    .venv/bin/python -m benchmarks.people [ANSWERS] [ANNOTATORS]

Makes a PostgreSQL of its own and fills a project: five annotators a task, a choice of six labels,
each right by a skill of their own. Prints what the reports cost as a job and as pages, and what it
costs to look at, set aside and take back the answers of one annotator who has 20,000 of them.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.engines import RunEngines

OVERLAP, LABELS, SET_ASIDE = 5, 6, 20_000
FILL = """
INSERT INTO tasks_task (project_id, data, meta, content_hash)
SELECT %(project)s, jsonb_build_object('text', 'A message, number ' || n), '{}', decode(md5(n::text), 'hex')
  FROM generate_series(1, %(tasks)s) AS n;
INSERT INTO tasks_queueentry (task_id, project_id, pool_id, overlap, handed, submitted, state)
SELECT id, project_id, %(pool)s, %(overlap)s, %(overlap)s, %(overlap)s, 'complete'
  FROM tasks_task WHERE project_id = %(project)s;
INSERT INTO tasks_assignment (task_id, annotator_id, state, leased_at, submitted_at, head_id)
SELECT t.id,
       CASE WHEN k = 1 AND t.id %% (%(tasks)s / %(most)s) = 0 THEN (%(raters)s::bigint[])[1]
            ELSE (%(raters)s::bigint[])[2 + (t.id * 7 + k * 13) %% (%(number)s - 1)] END,
       'submitted', now() - (t.id %% 5000000) * interval '1 second',
       now() - (t.id %% 5000000) * interval '1 second',
       nextval('annotations_annotation_id_seq')
  FROM tasks_task t, generate_series(1, %(overlap)s) AS k WHERE t.project_id = %(project)s;
INSERT INTO annotations_annotation (id, project_id, task_id, annotator_id, assignment_id, key,
       body_hash, question_version, answers, seconds, submitted_at)
SELECT s.head_id, %(project)s, s.task_id, s.annotator_id, s.id, gen_random_uuid(), '\\x00', 1,
       jsonb_build_object('topic', 'l' || CASE WHEN random() < .6 + (s.annotator_id %% 30) / 100.0
            THEN s.task_id %% 6 ELSE floor(random() * 6)::int END), random() * 30, s.submitted_at
  FROM tasks_assignment s JOIN tasks_task t ON t.id = s.task_id WHERE t.project_id = %(project)s;
"""


@contextmanager
def timed(what: str) -> Iterator[None]:
    start, cpu = time.perf_counter(), time.process_time()
    yield
    spent, own = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what:52s} {spent:8.3f} s, {own:7.3f} s here   peak {peak} MB", flush=True)


def filled(answers: int, people: int) -> tuple[Any, Any, Any]:
    from django.db import connection, transaction

    from tests.factories import MembershipFactory, PoolFactory, ProjectFactory, QuestionFactory

    project = ProjectFactory(overlap=OVERLAP)
    QuestionFactory(project=project, name="topic", labels=[f"l{i}" for i in range(LABELS)])
    members = [MembershipFactory(project=project, groups=[f"g{i % 4}"]) for i in range(people)]
    lead = MembershipFactory(project=project, role="lead")
    values = {"project": project.pk, "tasks": answers // OVERLAP, "overlap": OVERLAP}
    values |= {"raters": [one.pk for one in members], "number": people}
    values |= {"pool": PoolFactory(project=project).pk, "most": min(SET_ASIDE, answers // OVERLAP)}
    with timed(f"fill with {answers:,} answers"):
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in filter(str.strip, FILL.split(";\n")):
                cursor.execute(statement, values)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return project, members, lead


def pages(project: Any, members: list[Any], lead: Any) -> None:
    from django.db import connection, reset_queries
    from django.test import Client

    busy = members[0]
    led, own = Client(), Client()
    led.force_login(lead.user)
    own.force_login(busy.user)
    for client, page in (
        (led, "annotators/"),
        (led, "annotators/labels/"),
        (led, f"annotators/{members[5].pk}/"),
        (led, f"annotators/{busy.pk}/"),
        (own, "mine/"),
    ):
        for turn in ("first", "warm", "warm"):
            connection.force_debug_cursor = True
            reset_queries()
            with timed(f"the page {page} ({turn})"):
                answer = client.get(f"/p/{project.pk}/{page}")
            slow = max(connection.queries, key=lambda one: float(one["time"]))
            told = f"{answer.status_code}, {len(connection.queries)} queries"
            print(f"    {told}, the slowest {slow['time']} s: {slow['sql'][:150]!r}", flush=True)
            connection.force_debug_cursor = False


def set_aside(member: Any, lead: Any) -> None:
    from django.utils import timezone

    from apps.core.jobs import Progress
    from apps.core.models import JobRun
    from apps.quality.actions import asides
    from apps.quality.actions.aside_look import look_at_it
    from apps.quality.models import Aside

    now = timezone.now
    with timed("ask for the look"):
        aside = asides.look_at_aside(member=member, by=lead.user, at=now())
    with timed("look what would change"):
        look_at_it(Progress(JobRun()), aside.pk)
    seen = Aside.objects.get(pk=aside.pk).preview or {}
    print(f"    {seen['answers']:,} answers of {seen['tasks']:,} tasks", flush=True)
    asides.set_answers_aside(aside=aside, by=lead.user, at=now(), reason="x", is_asked_anew=False)
    with timed("set them aside"):
        asides.set_them_aside(Progress(JobRun()), aside.pk)
    asides.take_answers_back(aside=Aside.objects.get(pk=aside.pk), by=lead.user, at=now())
    with timed("take them back"):
        print(f"    {asides.take_them_back(Progress(JobRun()), aside.pk)}", flush=True)


def main(answers: int, people: int) -> None:
    from django.db import connection
    from django.test.utils import setup_test_environment

    from apps.core.jobs import Progress
    from apps.core.models import JobRun
    from apps.quality.actions.people import report_people

    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, serialize=False)
    project, members, lead = filled(answers, people)
    with timed("make the reports on annotators"):
        report_people(Progress(JobRun()), project.pk)
    pages(project, members, lead)
    set_aside(members[0], lead)


if __name__ == "__main__":
    engines = RunEngines()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["CONCORD_LOG_LEVEL"] = "WARNING"
    import django
    from django.conf import settings

    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    django.setup()
    given = [int(one) for one in sys.argv[1:]]
    try:
        main(*(given + [1_000_000, 200][len(given) :]))
    finally:
        engines.stop()
