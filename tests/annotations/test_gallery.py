"""Each project of the gallery can be started from, made, and annotated."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.annotations.actions.projects import create_project
from apps.annotations.displays import displays
from apps.annotations.forms.gallery import gallery
from apps.projects.models import Project
from tests.annotations.annotating import signed_in
from tests.factories import MembershipFactory, TaskFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", gallery())
def test_a_project_is_made_of_it_and_its_annotating_page_asks_what_it_says(name):
    described = gallery()[name].project
    made = create_project(by=UserFactory(), at=timezone.now(), **described)
    project = Project.objects.get(pk=made.pk)
    data = {field["name"]: displays[field["display"]].example for field in project.fields}
    TaskFactory(project=project, data=data)
    client = signed_in(MembershipFactory(project=project))

    html = client.get(reverse("annotations:annotate", args=[project.pk])).content.decode()

    for question in described["questions"]:
        assert f'data-question="{question["name"]}"' in html
    assert "8841" in html
    assert "cannot be shown" not in html


@pytest.mark.parametrize("name", gallery())
def test_its_preview_shows_its_sample_with_its_pictures(name):
    client = Client()
    client.force_login(UserFactory())
    start = gallery()[name]

    html = client.post(
        f"/new/preview/?from={name}", {"project": json.dumps(start.project)}
    ).content.decode()

    assert set(start.sample["data"]) == {field["name"] for field in start.project["fields"]}
    assert "cannot be shown" not in html
    assert "picture-none" not in html
    assert "8841" not in html or "8841" in json.dumps(start.sample["data"])


@pytest.mark.parametrize("name", gallery())
def test_one_click_fills_the_form_with_it(name):
    client = Client()
    client.force_login(UserFactory())
    offered = client.get("/new/").content.decode()
    assert f'href="?from={name}"' in offered

    page = client.get(f"/new/?from={name}")

    assert page.context["description"]["name"] == gallery()[name].project["name"]
    kinds = [row.kind for row in page.context["rows"]]
    assert kinds == [question["kind"] for question in gallery()[name].project["questions"]]


def test_what_is_not_in_the_gallery_is_not_found():
    client = Client()
    client.force_login(UserFactory())
    assert client.get("/new/?from=../../secret").status_code == 404
