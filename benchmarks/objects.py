# ruff: noqa: PLC0415  (Django is set up first)
"""Folding, studying and reading a project whose answers are boxes.

    .venv/bin/python -m benchmarks.objects [BOXES]

Makes a PostgreSQL of its own and fills a project by SQL: three annotators of twenty per picture, each
of whom marks some ten boxes, a little moved, one in ten of them left out or called by another name.
"""

from __future__ import annotations

import os
import sys

from benchmarks.ledger import timed
from tests.engines import RunEngines

RATERS, OVERLAP, BOXES = 20, 3, 10
PAGES = ("", "who/", "what/", "where/", "why/", "?as_of={day}", "compare/?by=day&day={day}")

FILL = """
INSERT INTO tasks_task (project_id, data, meta, content_hash)
SELECT %(project)s, '{"image": "x"}', '{}', decode(md5(n::text), 'hex')
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
       jsonb_build_object('what', (
         SELECT coalesce(jsonb_agg(jsonb_build_object(
                  'id', 'b' || b, 'label', CASE WHEN random() < .9 THEN 'Car' ELSE 'Person' END,
                  'x', 90 * b + round((4 * random() + s.head_id * 0)::numeric, 1),
                  'y', (s.task_id %% 50) * 8 + round((4 * random())::numeric, 1),
                  'width', 60, 'height', 40)), '[]')
           FROM generate_series(1, %(boxes)s) AS b WHERE random() < .9 OR s.head_id = 0)), 20
  FROM tasks_assignment s JOIN tasks_task t ON t.id = s.task_id WHERE t.project_id = %(project)s;
INSERT INTO core_outboxrow (consumer, scope_id, subject_id)
SELECT 'agreement.ledger', project_id, id FROM tasks_task WHERE project_id = %(project)s;
"""


def main(boxes: int) -> None:
    from django.db import connection, reset_queries, transaction
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.utils import timezone

    from apps.agreement.actions import drain, fold, studies
    from tests.factories import MembershipFactory, PoolFactory, ProjectFactory, QuestionFactory

    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, serialize=False)
    project = ProjectFactory(
        overlap=OVERLAP, fields=[{"name": "image", "display": "image"}], answer_cost="0.1"
    )
    QuestionFactory(project=project, name="what", kind="box", labels=["Car", "Person"])
    raters = [MembershipFactory(project=project).pk for _ in range(RATERS)]
    lead = MembershipFactory(project=project, role="lead").user
    values = {
        "project": project.pk,
        "tasks": boxes // OVERLAP // BOXES,
        "overlap": OVERLAP,
        "boxes": BOXES,
        "raters": raters,
        "number": RATERS,
        "pool": PoolFactory(project=project).pk,
    }
    with (
        timed(f"fill with {boxes:,} boxes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        for statement in filter(str.strip, FILL.split(";\n")):
            cursor.execute(statement, values)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with timed("fold all of it"):
        while fold.fold_waiting(project_id=project.pk):
            pass
    with timed("make the report"):
        drain.tend(project_id=project.pk)
    with timed("study the question"):
        studies.make_due_studies()
    client = Client()
    client.force_login(lead)
    day = timezone.localdate()
    for page in PAGES:
        for _ in range(2):
            connection.force_debug_cursor = True
            reset_queries()
            with timed(f"the page {page or 'overview'}"):
                answer = client.get(f"/p/{project.pk}/agreement/{page.format(day=day)}")
            print(f"    {answer.status_code}, {len(connection.queries)} queries")
            connection.force_debug_cursor = False


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
        main(int((sys.argv[1:] or ["1000000"])[0]))
    finally:
        engines.stop()
