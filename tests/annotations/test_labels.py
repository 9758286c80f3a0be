"""Thousands of labels are asked for once, by version."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.annotations.actions.questions import set_questions
from apps.projects.models import Project
from tests.annotations.annotating import signed_in, take
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, TaskFactory

pytestmark = pytest.mark.django_db
MANY = [f"group{i // 50}/label{i}" for i in range(5_000)]


@pytest.fixture
def annotator():
    project = ProjectFactory()
    config = {"labels": MANY, "tree": True}
    QuestionFactory(project=project, name="wants", config=config)
    return MembershipFactory(project=Project.objects.get(pk=project.pk))


def address(annotator, name="wants"):
    return reverse("annotations:labels", args=[annotator.project_id, name])


def test_a_task_does_not_carry_them(annotator):
    TaskFactory(project=annotator.project)

    html = take(signed_in(annotator), annotator.project)["html"]

    assert f'data-src="{address(annotator)}?v=1"' in html
    assert "label4999" not in html
    assert len(html) < 5_000


def test_those_of_a_version_stay_for_ever(annotator):
    client = signed_in(annotator)
    first = client.get(f"{address(annotator)}?v=1")
    newer = [{"name": "wants", "kind": "choice", "config": {"labels": MANY[:10], "tree": True}}]
    set_questions(project=annotator.project, questions=newer, by=None, at=annotator.created_at)

    again, newest = client.get(f"{address(annotator)}?v=1"), client.get(address(annotator))

    assert "immutable" in first["Cache-Control"]
    assert len(again.json()["labels"]) == 5_000
    assert again.json() == first.json()
    assert len(newest.json()["labels"]) == 10
    assert "no-cache" in newest["Cache-Control"]


@pytest.mark.parametrize("path", ["other/", "wants/?v=9", "wants/?v=99999999999"])
def test_what_is_not_there(annotator, path):
    base = address(annotator).removesuffix("wants/")

    status = signed_in(annotator).get(base + path).status_code

    # A version that is no number is none: the newest is given.
    assert status == (200 if "99999999999" in path else 404)
