"""What came back to an annotator, and the pages on which objections are decided."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.annotations.models import Annotation
from apps.projects.models import Project
from apps.quality.actions import drain
from apps.quality.actions.stages import StageSpec
from apps.quality.models import Adjudication, Appeal
from tests.clients import signed_in
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory
from tests.quality.reviews import case_of, given, judge, reviewer, stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    made = ProjectFactory(overlap=1)
    QuestionFactory(project=made, name="intent")
    project = Project.objects.get(pk=made.pk)
    stages(project, StageSpec("review"))
    return project


@pytest.fixture
def returned(project: Project) -> Annotation:
    annotation = given(project)
    judge(annotation, reviewer(project), "return", reason="It asks for something.")
    return annotation


def page(client: Client, project: Project, name: str, *keys: int) -> str:
    answer = client.get(reverse(f"quality:{name}", args=[project.pk, *keys]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def send(client: Client, one: Annotation, verdict: str, **more: str) -> Any:
    address = reverse("quality:answer_return", args=[one.project_id, one.assignment_id])
    return client.post(address, {"verdict": verdict, "annotation": one.pk, **more}, follow=True)


def test_the_annotator_reads_why_it_came_back(project: Project, returned: Annotation) -> None:
    client = signed_in(returned.annotator)

    assert "1 answer came back to you" in page(client, project, "returned_notice")
    assert "“It asks for something.”" in page(client, project, "returned")
    other = signed_in(MembershipFactory(project=project))
    assert page(other, project, "returned_notice") == ""
    assert "Nothing waits for you" in page(other, project, "returned")
    assert send(other, returned, "contest", reason="No.").status_code == 404


def test_another_answer_goes_back_to_review(project: Project, returned: Annotation) -> None:
    client = signed_in(returned.annotator)
    own = {"take.intent": "own", "own.intent": '"question"'}
    assert send(client, returned, "correct", **{**own, "own.intent": '"x"'}).status_code == 422

    told = send(client, returned, "correct", **own).content.decode()

    assert "It goes back to review." in told
    assert "Nothing waits for you" in told
    drain(project.pk)
    assert case_of(returned).state == "waiting"


def test_an_objection_needs_a_reason_and_is_answered(
    project: Project, returned: Annotation
) -> None:
    client, third = signed_in(returned.annotator), signed_in(reviewer(project))
    assert send(client, returned, "contest").status_code == 422
    send(client, returned, "contest", reason="It thanks us.")
    appeal = Appeal.objects.get()

    assert "“It thanks us.”" in page(third, project, "appeals")
    assert "It thanks us." in page(third, project, "appeal", appeal.pk)
    body = {"outcome": "overturned", "explanation": "It does."}
    third.post(reverse("quality:appeal", args=[project.pk, appeal.pk]), body)

    assert case_of(returned).state == "accepted"
    told = page(client, project, "returned")
    assert "Overturned" in told
    assert "It does." in told


def test_who_has_seen_it_is_sent_away(project: Project, returned: Annotation) -> None:
    send(signed_in(returned.annotator), returned, "contest", reason="No.")
    again = returned.reviews.get().seat.reviewer
    appeal = Appeal.objects.get()

    assert "for somebody else" in page(signed_in(again), project, "appeals")
    body = {"outcome": "upheld", "explanation": "As I said."}
    signed_in(again).post(reverse("quality:appeal", args=[project.pk, appeal.pk]), body)
    appeal.refresh_from_db()
    assert appeal.state == "open"


def test_one_from_outside_is_taken_down_and_decided(project: Project) -> None:
    annotation, client = given(project, "complaint"), signed_in(reviewer(project))
    address = reverse("quality:appeals", args=[project.pk])
    said = {"text": "I was joking.", "reference": "T-1"}
    assert client.post(address, {"task": "none", **said}).status_code == 422
    client.post(address, {"task": f"#{annotation.task_id}", **said})
    appeal = Appeal.objects.get()

    ruling = {"outcome": "overturned", "explanation": "It is a joke."}
    address = reverse("quality:appeal", args=[project.pk, appeal.pk])
    assert client.post(address, {**ruling, "is_gold": "on", "outcome": "upheld"}).status_code == 422
    client.post(address, {**ruling, "take.intent": "own", "own.intent": '"praise"'})

    assert Adjudication.objects.get().answers == {"intent": "praise"}


def test_the_lead_sees_how_often_reviewers_were_reversed(
    project: Project, returned: Annotation
) -> None:
    lead = MembershipFactory(project=project, role="lead")

    told = page(signed_in(lead), project, "appeals")

    assert "nothing was looked at again" in told
    assert "Looked at again" not in page(signed_in(reviewer(project)), project, "appeals")


def test_the_page_of_a_return_asks_few_queries(project: Project, returned: Annotation) -> None:
    client = signed_in(returned.annotator)
    page(client, project, "returned")

    with CaptureQueriesContext(connection) as asked:
        page(client, project, "returned")

    assert len(asked) <= 14
