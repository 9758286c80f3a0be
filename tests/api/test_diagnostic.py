"""Sensitivity and specificity by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.actions import create_token
from apps.projects.models import Membership, Project
from apps.quality.actions.gold import set_gold
from tests.factories import MembershipFactory, QuestionFactory, answered_task, user_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    found: Project = QuestionFactory(name="topic", title="Topic?").project
    who = MembershipFactory(project=found)
    for truth, said in (("complaint", "complaint"), ("complaint", "praise"), ("praise", "praise")):
        task = answered_task(project=found, answers={who: {"topic": said}})
        set_gold(task=task, answers={"topic": truth}, source="x", at=timezone.now())
    return found


def ask(project: Project, **given: Any) -> Any:
    lead = MembershipFactory(project=project, role="lead")
    _, secret = create_token(user=user_of(lead), name="program", at=timezone.now())
    return Client(headers={"authorization": f"Token {secret}"}).get(
        f"/api/v1/projects/{project.pk}/diagnostic/", given
    )


def test_the_call_says_what_the_page_says(project: Project) -> None:
    found = ask(project, question="topic", finding="complaint").json()

    assert found["reference"] == {
        "tasks": 3, "with_finding": 2, "read": 3, "made_of_answers": 0,
    }  # fmt: skip
    assert found["finding"] == ["complaint"]
    assert found["sensitivity"]["value"] == 0.5
    (row,) = found["annotators"]
    assert [row["true_positive"], row["false_negative"]] == [1, 1]
    assert row["specificity"]["value"] == 1.0
    assert found["between"]["tasks"] == 0
    assert found["between"]["measures"][0]["undefined_reason"]["code"] == "no_overlap"


def test_two_annotators_stand_beside_each_other(project: Project) -> None:
    people: list[Membership] = [MembershipFactory(project=project) for _ in range(2)]
    one, two = people
    for n in range(12):
        truth, other = ("complaint", "praise") if n % 3 else ("praise", "praise")
        said = {one: {"topic": truth}, two: {"topic": truth if n % 4 else other}}
        task = answered_task(project=project, answers=said)
        set_gold(task=task, answers={"topic": truth}, source="x", at=timezone.now())

    between = ask(project, question="topic", finding="complaint").json()["between"]

    (pair,) = between["pairs"]
    assert set(pair["annotators"]) == {one.pk, two.pk}
    assert (between["tasks"], pair["tasks"]) == (12, 12)
    assert pair["agreement"]["value"] == pytest.approx(10 / 12)
    assert pair["kappa"]["label"] == "Cohen's kappa"


@pytest.mark.parametrize(
    ("given", "status", "field"),
    [
        ({}, 400, "question"),
        ({"question": "nobody"}, 404, ""),
        ({"question": "topic", "least": "many"}, 400, "least"),
        ({"question": "topic", "reference": "heaven"}, 400, "reference"),
        ({"question": "topic", "finding": ["x"] * 61}, 400, "finding"),
    ],
)
def test_bad_queries_are_refused_by_name(
    project: Project, given: dict[str, Any], status: int, field: str
) -> None:
    answer = ask(project, **given)

    assert answer.status_code == status
    assert [one["field"] for one in answer.json().get("errors", [])] == ([field] if field else [])


def test_questions_that_mark_something_have_no_finding(project: Project) -> None:
    QuestionFactory(project=project, name="said", kind="text", config={})

    answer = ask(project, question="said")

    assert answer.status_code == 400
    assert "none of them is a finding" in answer.json()["detail"]
