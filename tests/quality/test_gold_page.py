"""The page of known answers: what it says, and what a lead does on it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.annotations.models import Gold
from apps.consensus.actions import refresh_consensus
from apps.projects.models import Membership, Project
from apps.quality.models import Adjudication, GateState, GoldPlan
from tests.clients import signed_in_as
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
    answered_task,
)
from tests.quality.known import known, plan, work

pytestmark = pytest.mark.django_db
PLAN = {
    "is_on": "on",
    "first_checks": "3",
    "floor": "0.02",
    "ceiling": "0.1",
    "gate": "sprt",
    "good": "0.9",
    "bad": "0.6",
    "alpha": "0.01",
    "right_from": "0.8",
    "practice": "5",
    "repeat_share": "0.02",
    "repeat_most": "1",
    "repeat_answers": "50",
    "repeat_hours": "24",
}


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(overlap=1)
    QuestionFactory(project=project, name="intent")
    return project


@pytest.fixture
def lead(project: Project) -> Client:
    return signed_in_as(project, "lead")


def page(client: Client, project: Project) -> str:
    answer = client.get(reverse("quality:gold", args=[project.pk]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def post(client: Client, name: str, *keys: int, **body: str) -> Any:
    return client.post(reverse(f"quality:{name}", args=keys), body, follow=True)


def test_an_empty_project_says_how_to_begin(project: Project, lead: Client) -> None:
    told = page(lead, project)

    assert "Nobody is checked by known answers yet." in told
    assert "Nothing is known yet" in told


def test_a_lead_switches_the_checks_on(project: Project, lead: Client) -> None:
    answer = post(lead, "gold_plan", project.pk, **PLAN)

    assert "Saved." in answer.content.decode()
    saved = GoldPlan.objects.get()
    assert (saved.gate, saved.good, saved.is_pausing) == ("sprt", 0.9, False)
    project.refresh_from_db()
    assert (project.first_checks, project.check_rate, project.is_mixed) == (3, 0.1, True)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"good": "0.5"}, "must be more than what is bad"),
        ({"ceiling": "0.9"}, "from 0.01 to 0.5"),
        ({"alpha": "x"}, "Enter a number"),
        ({"good": "nan"}, "Enter a number"),
        ({"gate": "x"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    project: Project, lead: Client, wrong: dict[str, str], says: str
) -> None:
    answer = post(lead, "gold_plan", project.pk, **{**PLAN, **wrong})

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not GoldPlan.objects.exists()


def test_the_promise_is_said_in_numbers(project: Project, lead: Client) -> None:
    told = page(lead, project)

    assert "is paused with a chance below <strong>1.0 %</strong>" in told
    assert "Who is right <strong>60 %</strong> of the time is found out after about" in told


def test_the_lead_sees_who_is_paused_why_and_reinstates_them(
    project: Project, lead: Client
) -> None:
    person = MembershipFactory(project=project, user=UserFactory(name="Ada Bad"))
    known(project, number=20)
    plan(project, first_checks=20)
    work(person, *["complaint"] * 10)

    told = page(lead, project)
    assert "1 annotator paused" in told
    assert "by the test" in told
    assert "0% on 10 known answers" in told
    answer = post(lead, "gate_move", project.pk, person.pk, move="reinstate")

    assert "Ada Bad works on" in answer.content.decode()
    assert GateState.objects.get(annotator=person).state == "active"


def test_who_works_cannot_be_reinstated(project: Project, lead: Client) -> None:
    person = MembershipFactory(project=project)

    answer = post(lead, "gate_move", project.pk, person.pk, move="reinstate")

    assert "cannot be told to reinstate" in answer.content.decode()


@pytest.mark.parametrize("move", ["finish", "x", ""])
def test_other_moves_are_not_by_hand(project: Project, lead: Client, move: str) -> None:
    person = MembershipFactory(project=project)

    assert post(lead, "gate_move", project.pk, person.pk, move=move).status_code == 404


def test_a_decision_is_made_known_and_forgotten(project: Project, lead: Client) -> None:
    task = TaskFactory(project=project, external_id="the-one")
    Adjudication.objects.create(
        project=project,
        task=task,
        outcome="decided",
        answers={"intent": "praise"},
        decided_by=UserFactory(name="Rita"),
    )
    assert "decided by Rita" in page(lead, project)

    post(lead, "gold_make", project.pk, task.pk, of="decision")
    assert Gold.objects.get().answers == {"intent": "praise"}
    assert "decided by Rita" not in page(lead, project)
    post(lead, "gold_forget", project.pk, task.pk)

    assert not Gold.objects.exists()


def test_a_sure_consensus_is_offered_and_confirmed_by_a_person(
    project: Project, lead: Client
) -> None:
    people: list[Membership] = [MembershipFactory(project=project) for _ in range(3)]
    sure = answered_task(project=project, answers={one: {"intent": "praise"} for one in people})
    split = answered_task(
        project=project,
        answers={
            one: {"intent": said}
            for one, said in zip(people, ("praise", "praise", "complaint"), strict=True)
        },
    )
    refresh_consensus(project=project, task_ids=[sure.pk, split.pk])

    assert "all 3 agree" in page(lead, project)
    refused = post(lead, "gold_make", project.pk, split.pk, of="consensus")
    assert "not sure enough" in refused.content.decode()
    post(lead, "gold_make", project.pk, sure.pk, of="consensus")

    gold = Gold.objects.get()
    assert (gold.task_id, gold.answers) == (sure.pk, {"intent": "praise"})
    assert gold.source.startswith("consensus, confirmed by")


def test_a_reviewer_does_not_read_how_people_do(project: Project) -> None:
    """Not even their names, where the project is blind."""
    reviewer = signed_in_as(project, "reviewer")

    assert reviewer.get(reverse("quality:gold", args=[project.pk])).status_code == 403
    gold = reverse("quality:gold", args=[project.pk])
    assert gold not in reviewer.get(f"/p/{project.pk}/", follow=True).content.decode()


def test_the_page_asks_as_often_however_many_there_are(project: Project, lead: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            page(lead, project)
        return len(found)

    known(project, number=2)
    MembershipFactory(project=project)
    few = queries()
    known(project, number=6)
    for _ in range(5):
        MembershipFactory(project=project)

    assert queries() == few
