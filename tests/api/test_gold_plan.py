"""How annotators are checked, and what follows for each, by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.actions import create_token
from apps.projects.models import Membership, Project
from apps.quality.models import GateState, GoldPlan
from tests.factories import MembershipFactory, QuestionFactory, user_of
from tests.quality.known import known, plan, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    found: Project = QuestionFactory(name="intent").project
    return found


@pytest.fixture
def lead(project: Project) -> Client:
    member = MembershipFactory(project=project, role="lead")
    _, secret = create_token(user=user_of(member), name="program", at=timezone.now())
    return Client(headers={"authorization": f"Token {secret}"})


def path(project: Project, rest: str) -> str:
    return f"/api/v1/projects/{project.pk}/{rest}"


def change(lead: Client, project: Project, given: dict[str, Any]) -> Any:
    return lead.patch(path(project, "gold/plan/"), given, content_type="application/json")


def test_the_plan_is_read_and_changed_in_part(lead: Client, project: Project) -> None:
    before = lead.get(path(project, "gold/plan/")).json()

    after = change(lead, project, {"is_on": True, "ceiling": 0.2}).json()

    assert before["is_on"] is False
    assert after == before | {"is_on": True, "ceiling": 0.2}
    assert GoldPlan.objects.get(project=project).ceiling == 0.2


@pytest.mark.parametrize(
    ("given", "status", "field"),
    [
        ({"floor": 0.4}, 422, "floor"),
        ({"bad": 0.9}, 422, "good"),
        ({"alpha": 0}, 422, "alpha"),
        ({"first_checks": 900}, 422, "first_checks"),
        ({"gate": "heaven"}, 400, "gate"),
        ({"is_on": "yes"}, 400, "is_on"),
        ({"first_checks": True}, 400, "first_checks"),
        ({"nonsense": 1}, 400, "nonsense"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_changes_nothing(
    lead: Client, project: Project, given: dict[str, Any], status: int, field: str
) -> None:
    answer = change(lead, project, given)

    assert answer.status_code == status
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert not GoldPlan.objects.filter(project=project).exists()


def test_a_gate_says_what_is_known_and_is_moved(lead: Client, project: Project) -> None:
    plan(project)
    annotator: Membership = MembershipFactory(project=project)
    known(project, number=3)
    work(annotator, "praise", "praise", "praise")

    (row,) = lead.get(path(project, "gates/")).json()["results"]
    assert (row["annotator"], row["answers"], row["mean"]) == (annotator.pk, 3, 1.0)
    moved = lead.post(
        path(project, f"gates/{annotator.pk}/"),
        {"move": "pause", "reason": "On leave."},
        content_type="application/json",
    )

    assert moved.json()["state"] == "paused"
    assert GateState.objects.get(annotator=annotator).state == "paused"
    again = lead.post(
        path(project, f"gates/{annotator.pk}/"), {"move": "pause"}, content_type="application/json"
    )
    assert again.status_code == 409


def test_a_gate_finishes_practice_by_itself_alone(lead: Client, project: Project) -> None:
    annotator: Membership = MembershipFactory(project=project)

    answer = lead.post(
        path(project, f"gates/{annotator.pk}/"), {"move": "finish"}, content_type="application/json"
    )

    assert answer.status_code == 400
