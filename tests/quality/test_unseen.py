"""Nothing that an annotator can reach tells a check from any other task."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.actions import create_token
from apps.projects.models import Membership, Project, Terms
from apps.quality.actions import drain
from apps.tasks.models import Assignment, Task
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, TaskFactory, user_of
from tests.quality.known import known, plan

pytestmark = pytest.mark.django_db

# What differs between any two tasks: keys, times, and the message itself.
VARIES = re.compile(
    r'\d{4}-\d\d-\d\dT[^"]+|[0-9a-f]{8}-[0-9a-f-]{27}|Message \d+|csrf\w*" value="\w+|"token": "\w+"|\d+(\.\d+)?'
)


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(overlap=1)
    QuestionFactory(project=project, name="intent")
    known(project)
    plan(project)
    TaskFactory(project=project)
    return project


@pytest.fixture
def ann(project: Project) -> Membership:
    return MembershipFactory(project=project)


def rate(annotator: Membership, share: float) -> None:
    """What comes next is a check, or none."""
    Project.objects.filter(pk=annotator.project_id).update(first_checks=0)
    Terms.objects.update_or_create(annotator=annotator, defaults={"check_rate": share})


def apart_of(annotator: Membership) -> list[str]:
    mine = Assignment.objects.filter(annotator=annotator).order_by("pk")
    return list(mine.values_list("apart", flat=True))


def same(told: Any) -> str:
    return VARIES.sub("…", told.content.decode())


def program(annotator: Membership) -> Client:
    _, secret = create_token(user=user_of(annotator), name="program", at=timezone.now())
    return Client(headers={"Authorization": f"Token {secret}"})


@pytest.mark.parametrize("first", [1.0, 0.0])
def test_the_api_says_the_same_of_both(project: Project, ann: Membership, first: float) -> None:
    client, told = program(ann), []
    for share in (first, 1 - first):
        rate(ann, share)
        given = client.post(f"/api/v1/projects/{project.pk}/next/", {}, "application/json")
        number = given.json()["id"]
        draft = client.post(
            f"/api/v1/assignments/{number}/draft/",
            {"answers": {"intent": "praise"}},
            "application/json",
        )
        sent = client.post(
            f"/api/v1/assignments/{number}/submit/",
            {"id": str(uuid.uuid4()), "answers": {"intent": "praise"}},
            "application/json",
        )
        one = client.get(f"/api/v1/annotations/{sent.json()['annotation']}/")
        drain(project.pk)
        told.append([same(each) for each in (given, draft, sent, one)])

    assert sorted(apart_of(ann)) == ["", "check"]
    assert told[0] == told[1]
    rows = client.get(f"/api/v1/projects/{project.pk}/annotations/").json()["results"]
    varied = {"id", "key", "task", "assignment", "submitted_at"}
    assert len({str({k: v for k, v in row.items() if k not in varied}) for row in rows}) == 1


@pytest.mark.parametrize("first", [1.0, 0.0])
def test_the_page_says_the_same_of_both(project: Project, ann: Membership, first: float) -> None:
    client, told = Client(), []
    client.force_login(user_of(ann))

    def ask(name: str, **body: Any) -> Any:
        return client.post(
            reverse(f"annotations:{name}", args=[project.pk]), body, "application/json"
        )

    for share in (first, 1 - first):
        rate(ann, share)
        given = ask("next")
        number = given.json()["assignment"]["id"]
        draft = ask("draft", assignment=number, answers={"intent": "praise"})
        sent = ask("submit", assignment=number, id=str(uuid.uuid4()), answers={"intent": "praise"})
        past = client.get(reverse("annotations:recent", args=[project.pk, number]))
        told.append([same(each) for each in (given, draft, sent, past)])

    assert sorted(apart_of(ann)) == ["", "check"]
    assert told[0] == told[1]


def test_the_share_that_one_is_shown_does_not_move_by_checks(
    project: Project, ann: Membership
) -> None:
    client = Client()
    client.force_login(user_of(ann))

    page = client.get(reverse("annotations:annotate", args=[project.pk]))

    assert page.context["share"] == {"done": 0, "total": None}


def test_an_annotator_reads_nothing_of_gold_gates_or_scores(
    project: Project, ann: Membership
) -> None:
    client = Client()
    client.force_login(user_of(ann))
    task = Task.objects.filter(project=project, check_task__isnull=False).get()

    for address in (
        reverse("quality:gold", args=[project.pk]),
        f"/api/v1/projects/{project.pk}/gold/",
        f"/api/v1/projects/{project.pk}/annotators/",
        reverse("annotations:task", args=[project.pk, task.pk]),
        reverse("exchange:exports", args=[project.pk]),
    ):
        assert client.get(address).status_code == 403, address


def test_only_practice_tells_what_is_known_and_only_afterwards(
    project: Project, ann: Membership
) -> None:
    Terms.objects.create(annotator=ann, check_rate=0, practice_left=1)
    client = program(ann)

    given = client.post(f"/api/v1/projects/{project.pk}/next/", {}, "application/json").json()
    sent = client.post(
        f"/api/v1/assignments/{given['id']}/submit/",
        {"id": str(uuid.uuid4()), "answers": {"intent": "complaint"}},
        "application/json",
    ).json()

    assert given["is_practice"]
    assert "known" not in str(given)
    assert sent["known"] == {
        "answers": {"intent": "praise"},
        "scores": {"intent": 0.0},
        "explanation": "",
    }
    assert apart_of(ann) == ["practice"]
