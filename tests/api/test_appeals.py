"""Appeals by programs: one for each reference, with the outcome, its reason and its rule."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.annotations.models import Gold
from apps.projects.actions import publish_guideline
from apps.projects.models import Project
from apps.quality.actions.stages import StageSpec
from apps.quality.models import Appeal
from apps.tasks.models import Task
from tests.api.team import Team, make_team
from tests.factories import TaskFactory, user_of
from tests.quality.reviews import ALL, given, judge, stages
from tests.quality.test_contests import contest, practised

pytestmark = pytest.mark.django_db
ME = "ann@example.org"


@pytest.fixture
def task(team: Team) -> Task:
    publish_guideline(
        project=Project.objects.get(pk=team.project.pk),
        by=user_of(team.members["lead"]),
        at=timezone.now(),
        text="# Thanks\n\nWho thanks, praises.",
    )
    made: Task = given(team.project, "complaint", by=team.members["annotator"]).task
    Task.objects.filter(pk=made.pk).update(external_id="post 7")
    return made


def post(team: Team, body: dict[str, Any], **options: Any) -> Any:
    return team.lead.post(team.path("appeals/"), {"text": "I was joking.", **body}, **options)


def test_the_same_reference_and_body_is_one_appeal_and_another_body_is_409(
    team: Team, task: Task
) -> None:
    body = {"external_id": "post 7", "reference": "T-1", "contact": ME}
    first, again = post(team, body), post(team, body)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert first.json()["task"] == task.pk
    assert ME not in first.content.decode()
    other = post(team, {**body, "text": "Another."})
    assert (other.status_code, other.json()["code"]) == (409, "decided_already")
    assert Appeal.objects.get().contact == ME


def test_it_is_decided_by_a_third_person_and_the_outcome_is_read(team: Team, task: Task) -> None:
    made = post(team, {"task": task.pk, "reference": "T-1"}).json()
    path = team.path(f"appeals/{made['id']}/")
    ruling = {"outcome": "overturned", "explanation": "It thanks us.", "rule": "Thanks"}
    assert (made["state"], made["answers"], made["decided_at"]) == ("open", None, None)

    unfit = team.reviewer.post(f"{path}decide/", {**ruling, "rule": "My own"})
    told = team.reviewer.post(f"{path}decide/", {**ruling, "answers": {"intent": "praise"}})
    again = team.lead.post(f"{path}decide/", ruling)

    assert [one["field"] for one in unfit.json()["errors"]] == ["rule"]
    assert told.status_code == 200, told.content
    row = team.lead.get(path).json()
    # Who has the address can erase: it is for leads, and for who recorded it.
    assert row == {**told.json(), "state_url": made["state_url"]}
    assert told.json()["state_url"] is None
    assert (row["state"], row["explanation"], row["rule"], row["guideline_version"]) == (
        "overturned",
        "It thanks us.",
        "Thanks",
        1,
    )
    assert row["answers"] == {"intent": "praise"}
    assert "decided_by" not in row
    assert (again.status_code, again.json()["code"]) == (409, "decided_already")
    assert Client().get(row["state_url"]).status_code == 200


def test_an_annotator_of_the_task_who_reviews_now_does_not_decide(team: Team) -> None:
    task = given(team.project, by=team.members["reviewer"]).task
    made = post(team, {"task": task.pk}).json()

    answer = team.reviewer.post(
        team.path(f"appeals/{made['id']}/decide/"), {"outcome": "upheld", "explanation": "So."}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "has_seen_it")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "task"),
        ({"task": 1, "external_id": "post 7"}, 422, "task"),
        ({"task": 10**15}, 422, "task"),
        ({"external_id": "no such"}, 422, "external_id"),
        ({"external_id": "post 7", "contact": "nobody"}, 422, "contact"),
        ({"external_id": "post 7", "text": ""}, 400, "text"),
        ({"external_id": "post 7", "text": "x" * 5_001}, 400, "text"),
        ({"external_id": "post 7", "reference": "x" * 201}, 400, "reference"),
        ({"external_id": "post 7", "state": "overturned"}, 400, "state"),
        ({"external_id": "post 7", "decided_by": 1}, 400, "decided_by"),
    ],
)
def test_a_bad_appeal_is_refused_by_its_field(
    team: Team, task: Task, body: dict[str, Any], status: int, field: str
) -> None:
    answer = post(team, body)

    assert answer.status_code == status, answer.content
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert not Appeal.objects.exists()


def test_a_task_of_another_project_is_as_one_that_is_not_there(team: Team) -> None:
    foreign = TaskFactory(project=make_team().project)

    here, nowhere = (post(team, {"task": key}) for key in (foreign.pk, 10**15))

    assert here.json()["errors"] == nowhere.json()["errors"]


def test_the_list_is_narrowed_and_costs_the_same_however_long(team: Team, task: Task) -> None:
    path = team.path("appeals/")
    team.reviewer.get(path)
    counts = []
    for number in (1, 12):
        for _ in range(number):
            post(team, {"task": given(team.project).task.pk})
        with CaptureQueriesContext(connection) as asked:
            team.reviewer.get(path)
        counts.append(len(asked))
    assert counts[0] == counts[1]

    mine = post(team, {"external_id": "post 7", "reference": "T-1"}).json()["id"]
    Appeal.objects.exclude(pk=mine).update(opened_at=timezone.now() - timedelta(days=1))
    for query in ("external_id=post%207", "reference=T-1", f"task={task.pk}"):
        assert [row["id"] for row in team.lead.get(f"{path}?{query}").json()["results"]] == [mine]
    assert len(team.lead.get(f"{path}?source=outside&state=open").json()["results"]) == 14
    assert team.lead.get(f"{path}?source=annotator").json()["results"] == []
    assert team.lead.get(f"{path}?decided_since=2026-01-01T00:00:00Z").json()["results"] == []
    assert team.lead.get(f"{path}?decided_since=2026-01-01T00:00:00").status_code == 400
    assert team.lead.get(f"{path}?decided_by=1").status_code == 400


def test_a_lead_erases_and_the_decision_stays(team: Team, task: Task) -> None:
    made = post(team, {"task": task.pk, "contact": ME}).json()
    path = team.path(f"appeals/{made['id']}/")

    assert team.reviewer("delete", path).status_code == 403
    assert team.lead("delete", path).status_code == 204
    row = team.lead.get(path).json()
    assert (row["text"], row["state"], row["erased_at"] is None) == ("", "withdrawn", False)


def test_each_task_has_an_address_while_the_desk_is_open(team: Team, task: Task) -> None:
    links, desk = team.path("appeals/links/"), team.path("appeals/desk/")
    assert [row["url"] for row in team.lead.get(links).json()["results"]] == [None]
    assert team.lead.get(desk).json()["is_open"] is False

    change = {"is_open": True, "shown": ["text"], "target_days": 3}
    assert team.lead("patch", desk, change).json()["target_days"] == 3
    assert team.lead("patch", desk, {"series": 9}).status_code == 400
    bad = team.lead("patch", desk, {"shown": ["meta"]})
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "shown")

    (row,) = team.lead.get(f"{links}?external_id=post%207").json()["results"]
    assert row["task"] == task.pk
    assert Client().get(row["url"]).status_code == 200
    assert team.lead.get(f"{links}?task=1").json()["results"] == []


def test_the_figures_have_limits(team: Team, task: Task) -> None:
    post(team, {"task": task.pk})

    told = team.reviewer.get(team.path("appeals/figures/")).json()

    assert told["target_days"] == 7
    assert (told["outside"]["opened"], told["outside"]["waiting"]) == (1, 1)
    assert told["outside"]["overturned"] == {"value": None, "low": None, "high": None, "n": 0}
    assert told["inside"]["opened"] == 0


def test_an_annotator_contests_and_reads_their_own_alone(team: Team) -> None:
    stages(team.project, StageSpec("review", may=ALL))
    annotation = given(team.project, by=team.members["annotator"])
    Task.objects.filter(pk=annotation.task_id).update(external_id="spam-7")
    judge(annotation, team.members["reviewer"], "reject")
    body = {"assignment": annotation.assignment_id, "text": "It counts."}

    made = team.annotator.post(team.path("contests/"), body)
    again = team.annotator.post(team.path("contests/"), body)

    assert made.status_code == 201, made.content
    assert (made.json()["about"], made.json()["state"]) == ("reject", "open")
    assert "spam-7" not in made.content.decode()
    assert again.status_code == 409
    assert len(team.annotator.get(team.path("contests/")).json()["results"]) == 1
    assert team.lead.get(team.path("contests/")).json()["results"] == []
    assert team.reviewer.post(team.path("contests/"), body).status_code == 404
    listed = team.lead.get(team.path("appeals/?source=annotator")).json()["results"]
    assert [(row["about"], row["state_url"]) for row in listed] == [("reject", None)]


def test_a_known_answer_is_looked_at_corrected_and_put_back(team: Team) -> None:
    annotation = practised(team.project)
    appeal = contest(annotation)
    path = team.path(f"appeals/{appeal.pk}/")
    right = {"answers": {"intent": "complaint"}}

    looked = team.reviewer.post(f"{path}look/", right)
    bad = team.reviewer.post(f"{path}look/", {"answers": {"intent": 7}})
    decided = team.reviewer.post(
        f"{path}decide/", {"outcome": "overturned", "explanation": "It complains.", **right}
    )

    assert looked.json()["change"] == {
        "answers": 1,
        "people": 1,
        "better": 1,
        "worse": 0,
        "before": 0.0,
        "after": 1.0,
        "paused": 0,
    }
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "intent")
    assert decided.status_code == 200, decided.content
    assert Gold.objects.get().answers == {"intent": "complaint"}
    assert team.reviewer.post(f"{path}restore/").status_code == 403
    assert team.lead.post(f"{path}restore/").status_code == 200
    assert Gold.objects.get().answers == {"intent": "praise"}
    again = team.lead.post(f"{path}restore/")
    assert (again.status_code, again.json()["code"]) == (409, "gold_moved")
