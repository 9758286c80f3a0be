# ruff: noqa: PLC0415  (Django is set up first)
"""What it costs to write down who looked at what, and to find it among many.

    .venv/bin/python -m benchmarks.looks [LOOKS]

Makes a PostgreSQL of its own. The same pages are asked of a project without and with a protocol;
then the page of looks, with each of its filters, of so many looks by 50 people at 20,000 cases.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from typing import Any

from tests.engines import RunEngines

PEOPLE, CASES, TURNS = 50, 20_000, 30
FILL = """
INSERT INTO projects_look (project_id, task_id, person_id, what, route, request_id)
SELECT %(project)s, (%(tasks)s::bigint[])[1 + (n::bigint * 7919) %% %(cases)s],
       (%(people)s::bigint[])[1 + n %% %(number)s],
       CASE WHEN n %% 10 < 6 THEN 'task' ELSE 'answers' END, 'annotations:task', ''
  FROM generate_series(1, %(looks)s) AS n
"""


def median_of(client: Any, address: str, turns: int = TURNS) -> tuple[float, Any]:
    """Milliseconds, after one that warms up."""
    answer, spent = client.get(address), []
    for _ in range(turns):
        start = time.perf_counter()
        answer = client.get(address)
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent), answer


def writing(client: Any, lead: Any, task: Any) -> None:
    from django.utils import timezone

    from apps.projects.actions.protocols import switch_protocol

    project = lead.project
    pages = {"tasks/": "a list of 50 cases", f"tasks/{task.pk}/": "the page of a case"}
    pages |= {"annotate/": "the annotating page"}
    before = {page: median_of(client, f"/p/{project.pk}/{page}")[0] for page in pages}
    switch_protocol(project=project, is_on=True, by=lead.user, at=timezone.now())
    for page, words in pages.items():
        after, _ = median_of(client, f"/p/{project.pk}/{page}")
        print(f"{words:32s} {before[page]:7.1f} ms, written down {after:7.1f} ms", flush=True)


def finding(client: Any, lead: Any, people: list[Any], tasks: list[int], looks: int) -> None:
    from django.db import connection

    project = lead.project
    values = {"project": project.pk, "tasks": tasks, "cases": len(tasks), "looks": looks}
    values |= {"people": [one.user_id for one in people], "number": len(people)}
    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(FILL, values)
        spent = time.perf_counter() - start
        cursor.execute("ANALYZE")
        cursor.execute("SELECT pg_total_relation_size('projects_look')")
        size = cursor.fetchone()[0] / looks
    print(
        f"{looks:,} looks written in {spent:.1f} s, {size:.0f} bytes each with indexes", flush=True
    )
    asked = ["", "?what=export", f"?person={people[3].user_id}", f"?case=%23{tasks[7]}"]
    asked += [
        f"?person={people[3].user_id}&case=%23{tasks[7]}",
        "?since=2020-01-01&until=2020-02-01",
    ]
    asked += ["?before=on", f"?before=on&person={people[3].user_id}"]
    for query in asked:
        spent, answer = median_of(client, f"/p/{project.pk}/looks/{query}", 7)
        print(f"looks/{query:44s} {spent:7.1f} ms  ({answer.status_code})", flush=True)
    start = time.perf_counter()
    size = sum(len(part) for part in client.get(f"/p/{project.pk}/looks/csv/").streaming_content)
    print(f"all as CSV: {time.perf_counter() - start:.1f} s, {size / 1e6:.0f} MB", flush=True)


def main(looks: int) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment

    from apps.tasks.models import Task
    from tests.factories import MembershipFactory, QuestionFactory, TaskFactory, answered_task

    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, serialize=False)
    lead = MembershipFactory(role="lead")
    project = lead.project
    QuestionFactory(project=project, name="intent")
    people = [MembershipFactory(project=project) for _ in range(PEOPLE)]
    said = [
        answered_task(project=project, answers={one: {"intent": "praise"} for one in people[:3]})
        for _ in range(200)
    ]
    TaskFactory(project=project)
    Task.objects.bulk_create(
        Task(project=project, data={"text": "x"}, content_hash=b"%d" % n) for n in range(CASES)
    )
    client = Client()
    client.force_login(lead.user)
    writing(client, lead, said[0])
    tasks = list(Task.objects.filter(project=project).order_by("pk").values_list("pk", flat=True))
    finding(client, lead, people, tasks, looks)


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
    try:
        main(int((sys.argv[1:] or ["1000000"])[0]))
    finally:
        engines.stop()
