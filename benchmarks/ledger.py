# ruff: noqa: PLC0415  (Django is set up first)
"""Folding, rebuilding and reading the ledger of a large project.

    .venv/bin/python -m benchmarks.ledger [ANNOTATIONS] [GROUPED]

Makes a PostgreSQL of its own, fills a project by COPY-like statements (three annotators of sixty per
task, a choice of six labels), and prints how long the news of all of it takes to be folded, what
one more answer costs, and how long the report, the studies and the dashboard's pages take.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.engines import RunEngines

RATERS, OVERLAP, LABELS = 60, 3, 6
PAGES = ("", "who/", "what/", "where/", "why/", "needed/", "tasks/?a=l0&b=l1")
# These are made of the annotations while somebody waits; the day is filled in.
OF_ANOTHER_TIME = ("?as_of={day}", "compare/?by=day&day={day}")

FILL = """
INSERT INTO tasks_task (project_id, data, meta, content_hash, "group")
SELECT %(project)s, '{"text": "x"}', '{}', decode(md5(n::text), 'hex'),
       CASE WHEN %(grouped)s THEN 'chat ' || n / 10 END
  FROM generate_series(1, %(tasks)s) AS n;
INSERT INTO tasks_queueentry (task_id, project_id, pool_id, overlap, handed, submitted, state)
SELECT id, project_id, %(pool)s, %(overlap)s, %(overlap)s, %(overlap)s, 'complete'
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
INSERT INTO core_outboxrow (consumer, scope_id, subject_id)
SELECT 'agreement.ledger', project_id, id FROM tasks_task WHERE project_id = %(project)s;
"""


@contextmanager
def timed(what: str) -> Iterator[None]:
    start, cpu = time.perf_counter(), time.process_time()
    yield
    spent, own = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what:44s} {spent:8.3f} s, {own:8.3f} s here   peak {peak} MB", flush=True)


def main(annotations: int, *, grouped: bool) -> None:
    from django.db import connection, reset_queries, transaction
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.utils import timezone

    from apps.agreement.actions import books, drain, fold, overview, reports, studies
    from apps.core import outbox
    from apps.tasks.models import Task
    from tests.factories import MembershipFactory, PoolFactory, ProjectFactory, QuestionFactory

    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, serialize=False)
    project = ProjectFactory(overlap=OVERLAP)
    question = QuestionFactory(
        project=project, name="topic", labels=[f"l{i}" for i in range(LABELS)], goal=0.8
    )
    raters = [MembershipFactory(project=project).pk for _ in range(RATERS)]
    lead = MembershipFactory(project=project, role="lead").user
    values = {"project": project.pk, "tasks": annotations // OVERLAP, "overlap": OVERLAP}
    pool = PoolFactory(project=project).pk
    values |= {"raters": raters, "number": RATERS, "pool": pool, "grouped": grouped}
    with timed(f"fill with {annotations:,} annotations"):
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in filter(str.strip, FILL.split(";\n")):
                cursor.execute(statement, values)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    with timed("fold all of it"):
        while fold.fold_waiting(project_id=project.pk):
            pass
    with timed("count the queue"):
        overview.progress_of(project)
    with timed("make the report"):
        drain.tend(project_id=project.pk)
    with timed("read the kept report"):
        reports.report(project=project, question=question)
    task = Task.objects.filter(project=project).first()
    assert task
    with timed("fold one task"):
        outbox.publish(event="annotations.task_changed", scope_id=project.pk, subject_ids=[task.pk])
        fold.fold_waiting(project_id=project.pk)
    with timed("study the question"):
        studies.make_due_studies()
    client = Client()
    client.force_login(lead)
    day = timezone.localdate()
    for page in (*PAGES, *(each.format(day=day) for each in OF_ANOTHER_TIME)):
        for _ in range(2):
            connection.force_debug_cursor = True
            reset_queries()
            with timed(f"the page {page or 'overview'}"):
                answer = client.get(f"/p/{project.pk}/agreement/{page}")
            print(f"    {answer.status_code}, {len(connection.queries)} queries")
            connection.force_debug_cursor = False
    with timed("check"):
        print(f"    {len(books.differences(project=project))} differences")
    with timed("rebuild from zero"):
        books.rebuild(project=project)


if __name__ == "__main__":
    engines = RunEngines()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.conf import settings

    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    django.setup()
    try:
        main(int((sys.argv[1:] or ["1000000"])[0]), grouped="GROUPED" in sys.argv)
    finally:
        engines.stop()
