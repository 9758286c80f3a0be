"""The pages without a sign-in: who may see what by which address, and what is refused."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.projects.models import Project
from apps.quality.actions.appeal_links import form_address, state_address
from apps.quality.actions.appeals import decide_appeal
from apps.quality.actions.outside import open_appeal, set_desk
from apps.quality.actions.rulings import Ruling
from apps.quality.models import Appeal
from apps.quality.views.outside import AN_HOUR
from apps.tasks.models import Task
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    user_of,
)
from tests.quality.reviews import given, reviewer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uncounted() -> None:
    cache.clear()


@pytest.fixture
def project() -> Project:
    made = ProjectFactory(
        overlap=1,
        name="Hidden name",
        fields=[{"name": "text", "display": "text"}, {"name": "about", "display": "text"}],
    )
    QuestionFactory(project=made, name="intent")
    return Project.objects.get(pk=made.pk)


@pytest.fixture
def task(project: Project) -> Task:
    made: Task = TaskFactory(
        project=project,
        data={"text": "canary-post", "about": "canary-about", "more": "canary-more"},
        meta={"x": "canary-meta"},
    )
    set_desk(project=project, is_open=True, shown=["text"], words="Write to the team.")
    return made


def address_of(task: Task) -> str:
    return form_address(desk=Project.objects.get(pk=task.project_id).appeal_desk, task_id=task.pk)


def said(**more: str) -> dict[str, str]:
    return {"key": str(uuid4()), "text": "I was joking.", **more}


def test_the_page_shows_what_the_project_chose_and_nothing_else(task: Task) -> None:
    answer = Client().get(address_of(task))
    text = answer.content.decode()

    assert answer.status_code == 200
    assert "canary-post" in text
    assert "Write to the team." in text
    for hidden in ("canary-about", "canary-more", "canary-meta", "Hidden name", "/p/"):
        assert hidden not in text
    assert answer["X-Robots-Tag"].startswith("noindex")
    assert answer["Cache-Control"] == "no-store"


def test_a_field_that_has_files_now_is_not_shown_any_more(task: Task, project: Project) -> None:
    project.fields = [{"name": "text", "display": "image"}]
    project.save()

    assert "canary-post" not in Client().get(address_of(task)).content.decode()


def test_an_appeal_is_sent_and_followed_by_its_own_address(task: Task) -> None:
    client = Client()
    form = said(contact="ann@example.org")
    sent = client.post(address_of(task), form)
    again = client.post(address_of(task), form)

    appeal = Appeal.objects.get()
    assert sent.status_code == 302
    assert sent["Location"] == again["Location"] == state_address(appeal)
    waits = client.get(sent["Location"]).content.decode()
    assert "It waits for a decision" in waits
    third = reviewer(task.project)
    decide_appeal(
        appeal_id=appeal.pk,
        by=third,
        ruling=Ruling("upheld", "It is what it says."),
        at=timezone.now(),
    )
    decided = Client().get(sent["Location"]).content.decode()
    assert "The decision stays as it was" in decided
    assert "It is what it says." in decided
    assert "The project has no guideline." in decided
    assert "I was joking." in decided
    for hidden in (str(third), "ann@example.org", "Hidden name", "canary"):
        assert hidden not in decided


def test_who_sent_it_erases_it(task: Task) -> None:
    appeal, _ = open_appeal(
        project=task.project, task=task, text="I was joking.", at=timezone.now()
    )
    client = Client()
    address = state_address(appeal)
    assert "Take it back and erase it" in client.get(address).content.decode()

    after = client.post(address, follow=True).content.decode()

    assert "Taken back" in after
    assert "joking" not in after
    assert Appeal.objects.get().text == ""


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"text": " "}, "Say what you object to."),
        ({"text": "x" * 5_001}, "at most 5000 characters"),
        ({"contact": "nobody"}, "valid email"),
        ({"website": "https://spam.example"}, "A field that is not for people"),
        ({"key": "no key"}, ""),
    ],
)
def test_what_is_no_appeal_is_refused_and_kept_on_the_page(
    task: Task, form: dict[str, str], told: str
) -> None:
    answer = Client().post(address_of(task), said(**form))

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Appeal.objects.exists()


def test_a_post_needs_the_token_of_the_page(task: Task) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get(address_of(task)).content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)

    assert client.post(address_of(task), said()).status_code == 403
    assert found is not None
    with_token = said(csrfmiddlewaretoken=found.group(1))
    assert client.post(address_of(task), with_token).status_code == 302


def test_from_one_place_so_many_come_in_an_hour(task: Task, project: Project) -> None:
    tasks = [TaskFactory(project=project) for _ in range(AN_HOUR + 1)]
    codes = [Client().post(address_of(one), said()).status_code for one in tasks]

    assert codes == [302] * AN_HOUR + [429]
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").post(address_of(tasks[-1]), said())
    assert elsewhere.status_code == 302


def test_addresses_that_are_not_ours_and_those_that_ended(task: Task, project: Project) -> None:
    address = address_of(task)
    other = TaskFactory(project=project)
    series, _, signature = address.split("/")[2].replace(":", ".").partition(".")[0:3]
    forged = f"/appeal/{series}.{other.pk}:{signature.rpartition('.')[2]}/"

    for wrong in (forged, "/appeal/x/", "/appeal/x/state/", f"{address}state/"):
        assert Client().get(wrong).status_code == 404
        assert Client().post(wrong, said()).status_code == 404
    set_desk(project=project, is_open=False)
    assert Client().get(address).status_code == 410
    assert Client().post(address, said()).status_code == 410
    assert not Appeal.objects.exists()


def test_the_address_is_not_in_the_log(task: Task, capsys: Any, caplog: Any) -> None:
    Client().get(address_of(task))

    logged = caplog.text + capsys.readouterr().err
    assert "/appeal/…/" in logged
    assert address_of(task) not in logged


def test_the_pages_ask_few_queries(task: Task) -> None:
    appeal, _ = open_appeal(project=task.project, task=task, text="No.", at=timezone.now())
    for address, most in ((address_of(task), 3), (state_address(appeal), 3)):
        with CaptureQueriesContext(connection) as asked:
            Client().get(address)
        assert len(asked) <= most


def test_a_lead_opens_the_desk_and_gets_the_address_of_a_task(project: Project) -> None:
    client = Client()
    client.force_login(user_of(MembershipFactory(project=project, role="lead")))
    page = f"/p/{project.pk}/appeals/desk/"
    task = given(project).task
    assert "/appeal/" not in client.get(page, {"task": f"#{task.pk}"}).content.decode()

    assert client.post(page, {"is_open": "on", "target_days": "0"}).status_code == 422
    answer = client.post(page, {"is_open": "on", "target_days": "5", "shown": "text"})
    assert answer.status_code == 302

    told = client.get(page, {"task": f"#{task.pk}"}).content.decode()
    assert f"http://testserver{address_of(task)}" in told
    assert "There is no such task" in client.get(page, {"task": "#0"}).content.decode()
    first = address_of(task)
    client.post(page, {"is_open": "on", "target_days": "5", "is_anew": "on"})
    assert Client().get(first).status_code == 410


def test_a_lead_erases_what_an_appeal_said_and_a_reviewer_does_not(
    project: Project, task: Task
) -> None:
    appeal, _ = open_appeal(project=project, task=task, text="No.", at=timezone.now())
    address = f"/p/{project.pk}/appeals/{appeal.pk}/erase/"
    client = Client()
    client.force_login(user_of(reviewer(project)))
    assert client.post(address).status_code == 403
    client.force_login(user_of(MembershipFactory(project=project, role="lead")))

    assert client.post(address).status_code == 302
    assert Appeal.objects.get().text == ""
    assert client.post(f"/p/{project.pk}/appeals/0/erase/").status_code == 404


def test_who_decides_sees_no_contact(project: Project, task: Task) -> None:
    appeal, _ = open_appeal(
        project=project, task=task, text="No.", contact="ann@example.org", at=timezone.now()
    )
    client = Client()
    client.force_login(user_of(reviewer(project)))

    for address in ("", f"{appeal.pk}/"):
        page = client.get(f"/p/{project.pk}/appeals/{address}").content.decode()
        assert "ann@example.org" not in page
        assert "No." in page
