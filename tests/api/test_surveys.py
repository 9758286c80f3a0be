"""The map, looks at new tasks and comparisons by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.models import JobRun
from apps.routing.models import DriftRun, Raise
from apps.tasks.models import QueueEntry, Task
from tests.api.team import Team
from tests.routing.factories import messages
from tests.routing.test_drift import with_import
from tests.routing.test_map import run as run_map
from tests.routing.test_replays import kept_by

pytestmark = pytest.mark.django_db


def test_a_program_makes_the_map_and_reads_it(team: Team) -> None:
    messages_in(team)
    assert team.lead.get(team.path("map/")).json() == {"map": None, "parts": [], "points": []}

    asked = team.lead.post(team.path("map/"), {})
    assert (asked.status_code, asked.json()["kind"]) == (202, "routing.map")
    JobRun.objects.all().delete()
    run_map(team.project)

    shown = team.lead.get(team.path("map/")).json()
    tasks = sorted(Task.objects.filter(project=team.project).values_list("pk", flat=True))
    assert [task for task, _, _, _ in shown["points"]] == tasks
    assert sum(part["tasks"] for part in shown["parts"]) == len(tasks) == shown["map"]["placed"]


def test_a_program_queues_a_region_and_takes_it_back(team: Team) -> None:
    messages_in(team)
    QueueEntry.objects.update(project=team.project)
    run_map(team.project)
    shown = team.lead.get(team.path("map/")).json()
    xs = [x for _, x, _, _ in shown["points"]]
    left = [min(xs) - 0.1, max(xs) / 2]
    line = [[left[0], -2], [left[1], -2], [left[1], 2], [left[0], 2]]

    made = team.lead.post(team.path("raises/"), {"line": line, "count": 5, "level": 3})
    up = set(QueueEntry.objects.filter(level=3).values_list("pk", flat=True))
    undone = team.lead.post(team.path(f"raises/{made.json()['id']}/undo/"), {})

    assert (made.status_code, made.json()["tasks"], len(up)) == (201, 5, 5)
    inside = {task for task, x, _, _ in shown["points"] if left[0] < x < left[1]}
    assert up < inside
    assert undone.json()["undone_at"] is not None
    assert not QueueEntry.objects.filter(level=3).exists()
    assert [one["level"] for one in team.lead.get(team.path("raises/")).json()["results"]] == [3]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"count": 5}, 400),
        ({"count": 5, "part": 0, "line": []}, 400),
        ({"count": 0, "part": 0}, 400),
        ({"count": 5, "part": 0}, 422),
    ],
)
def test_a_region_that_cannot_be_queued_is_refused(
    team: Team, wrong: dict[str, Any], status: int
) -> None:
    refused = team.lead.post(team.path("raises/"), wrong)

    assert refused.status_code == status
    assert not Raise.objects.exists()


def messages_in(team: Team) -> None:
    question, _, _ = messages(answered=60, waiting=20)
    Task.objects.filter(project=question.project).update(project=team.project)


def test_a_program_asks_for_a_look_at_an_import(team: Team) -> None:
    question = with_import(0.5)
    Task.objects.filter(project=question.project).update(project=team.project)

    asked = team.lead.post(team.path("drift/"), {"import": 2})
    assert asked.status_code == 202
    assert (
        JobRun.objects.get().arguments["first"]
        == Task.objects.filter(import_id=2).earliest("pk").pk
    )

    refused = team.lead.post(team.path("drift/"), {"import": 99})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_window")
    assert refused.json()["errors"][0]["field"] == "import"


@pytest.mark.parametrize("wrong", [{"import": 0}, {"since": "soon"}, {"until": "2030-01-01"}])
def test_a_body_of_another_form_is_refused(team: Team, wrong: dict[str, Any]) -> None:
    assert team.lead.post(team.path("drift/"), wrong).status_code == 400


def test_a_comparison_that_cannot_be_made_says_why(team: Team) -> None:
    body = {"question": "intent", "strategies": ["margin"]}

    answer = team.lead.post(team.path("replays/"), body)

    assert (answer.status_code, answer.json()["code"]) == (422, "bad_replay")
    assert "200 labelled tasks" in answer.json()["detail"]
    assert team.lead.post(team.path("replays/"), body | {"strategies": []}).status_code == 400


def test_what_is_kept_is_listed_newest_first_in_few_queries(team: Team) -> None:
    question, _, _ = messages(answered=2, waiting=2)
    question.project = team.project
    kept = [kept_by(question) for _ in range(3)]
    for _ in range(3):
        DriftRun.objects.create(
            project=team.project,
            first_task=2,
            last_task=3,
            before=60,
            now=60,
            figures={
                "apart": {
                    "value": None,
                    "low": 0.0,
                    "high": 1.0,
                    "n": 0,
                    "p_value": None,
                    "words": "",
                },
                "fields": [],
                "words": [],
                "model": None,
                "left_out": [],
            },
            seconds=1,
        )

    # The first call of a token notes that it is used.
    team.lead.get(team.path("queue/"))
    with CaptureQueriesContext(connection) as asked:
        listed = team.lead.get(team.path("replays/")).json()["results"]
    assert [one["id"] for one in listed] == [one.pk for one in reversed(kept)]
    assert listed[0]["accuracy"]["margin"][0] == [0.5, 0.7, 0.8]
    with CaptureQueriesContext(connection) as looks:
        assert len(team.lead.get(team.path("drift/")).json()["results"]) == 3
    assert max(len(asked), len(looks)) <= 3
