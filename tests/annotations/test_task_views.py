"""The task browser."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.annotations.actions import revise_annotation
from apps.annotations.forms.tasks import TaskFilter
from apps.annotations.models import Annotation
from apps.annotations.views import tasks as views
from apps.projects.models import Project
from apps.tasks.models import QueueEntry, Task
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    answered_task,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory()
    QuestionFactory(project=project, name="wants")
    project.refresh_from_db()
    return project


def as_role(project: Project, role: str) -> Client:
    client = Client()
    client.force_login(MembershipFactory(project=project, role=role).user)
    return client


def shown(client: Client, project: Project, **query: Any) -> list[str]:
    response = client.get(reverse("annotations:tasks", args=[project.pk]), query)
    assert response.status_code == 200
    return [row["words"] for row in response.context["rows"]]


@pytest.mark.parametrize(
    ("role", "status"), [("lead", 200), ("reviewer", 200), ("viewer", 200), ("annotator", 403)]
)
def test_who_may_look_at_all_tasks(project, role, status):
    task = TaskFactory(project=project)
    client = as_role(project, role)

    assert client.get(reverse("annotations:tasks", args=[project.pk])).status_code == status
    url = reverse("annotations:task", args=[project.pk, task.pk])
    assert client.get(url).status_code == status


def test_tasks_of_another_project_are_not_there(project):
    other = TaskFactory()
    client = as_role(project, "lead")

    assert client.get(reverse("annotations:task", args=[project.pk, other.pk])).status_code == 404
    url = reverse("annotations:task", args=[other.project_id, other.pk])
    assert client.get(url).status_code == 404
    assert shown(client, project) == []


def test_pages_follow_each_other_without_gap_or_repeat(project):
    for place in range(views.PAGE * 2 + 3):
        TaskFactory(project=project, data={"text": f"t{place}"})
    client = as_role(project, "viewer")
    url, seen = reverse("annotations:tasks", args=[project.pk]), []

    query = ""
    for _ in range(3):
        page = client.get(url + query)
        seen += [row["words"] for row in page.context["rows"]]
        query = page.context["next_url"]

    assert seen == [f"t{place}" for place in range(views.PAGE * 2 + 3)]
    assert query == ""


def test_search_finds_text_of_declared_fields_and_exact_ids(project):
    one = TaskFactory(project=project, external_id="a-1", data={"text": "Größe 100% falsch"})
    TaskFactory(project=project, external_id="a-2", data={"text": "other", "hidden": "Größe"})
    client = as_role(project, "reviewer")

    assert shown(client, project, q="größe") == ["Größe 100% falsch"]
    assert shown(client, project, q="100%") == ["Größe 100% falsch"]
    assert shown(client, project, q="a-2") == ["other"]
    assert shown(client, project, q=f"#{one.pk}") == ["Größe 100% falsch"]
    assert shown(client, project, q="a-") == []


def test_filters_by_state_answers_and_label(project):
    people = [MembershipFactory(project=project) for _ in "12"]
    TaskFactory(project=project, data={"text": "open"})
    for name, label in (("liked", "praise"), ("asked", "question")):
        task = answered_task(project=project, answers={people[0]: {"wants": label}})
        Task.objects.filter(pk=task.pk).update(data={"text": name})
    client = as_role(project, "lead")

    assert shown(client, project, state="open") == ["open"]
    assert shown(client, project, answers="none") == ["open"]
    assert shown(client, project, answers="full") == ["liked", "asked"]
    assert shown(client, project, label="wants:question") == ["asked"]
    assert shown(client, project, state="nonsense", after="x") == ["open", "liked", "asked"]


def test_the_tasks_whose_newest_answers_ask_the_lead_are_found(project):
    person = MembershipFactory(project=project)
    for words, kinds in (
        ("asks", ["question"]),
        ("noted", ["note"]),
        ("taken back", ["question", "note"]),
    ):
        lent = AssignmentFactory(
            task=TaskFactory(project=project, data={"text": words}), annotator=person
        )
        given = [
            AnnotationFactory(
                assignment=lent, answers={"wants": "praise"}, note="?", note_kind=kind
            )
            for kind in kinds[:1]
        ]
        for kind in kinds[1:]:
            revise_annotation(
                annotation_id=given[0].pk,
                by=person.user,
                key=uuid4(),
                answers={"wants": "praise"},
                note="?",
                note_kind=kind,
                at=timezone.now(),
            )
    AnnotationFactory(note="elsewhere", note_kind="question")

    assert shown(as_role(project, "lead"), project, answers="asks") == ["asks"]


def test_a_search_that_takes_too_long_says_so(project, monkeypatch):
    TaskFactory(project=project)
    monkeypatch.setattr(views, "SEARCH_SECONDS", 0.02)
    monkeypatch.setattr(
        TaskFilter,
        "filter",
        lambda _, found: found.extra(where=["pg_sleep(1) IS NOT NULL"]),
    )

    response = as_role(project, "lead").get(
        reverse("annotations:tasks", args=[project.pk]), {"q": "x"}
    )

    assert response.status_code == 422
    assert response.context["form"].errors["q"] == [views.TOO_LONG]
    assert "was stopped" in response.content.decode()


def test_the_page_asks_as_much_for_fifty_tasks_as_for_one(project, django_assert_num_queries):
    people = [MembershipFactory(project=project) for _ in "123"]
    client = as_role(project, "lead")
    url = reverse("annotations:tasks", args=[project.pk])
    answered_task(project=project, answers={people[0]: {"wants": "praise"}})
    with connection.execute_wrapper(count := Counter()):
        client.get(url)
    for _ in range(10):
        answered_task(project=project, answers={one: {"wants": "praise"} for one in people})

    with django_assert_num_queries(count.calls):
        client.get(url)


class Counter:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, execute, sql, params, many, context):
        self.calls += 1
        return execute(sql, params, many, context)


def test_a_task_shows_its_answers_with_their_history_and_notes(project):
    person = MembershipFactory(project=project)
    lent = AssignmentFactory(task=TaskFactory(project=project), annotator=person)
    first = AnnotationFactory(assignment=lent, answers={"wants": "praise"})
    second = Annotation.objects.create(
        project=project,
        task=lent.task,
        annotator=person,
        assignment=lent,
        body_hash=b"x",
        predecessor=first,
        revision=1,
        question_version=1,
        answers={"wants": "complaint"},
        note="is irony praise?",
        note_kind="question",
        seconds=75,
    )
    lent.head_id = second.pk
    lent.save()

    page = as_role(project, "lead").get(
        reverse("annotations:task", args=[project.pk, lent.task_id])
    )

    (told,) = page.context["answers"]
    assert told["name"] == person.display_name
    assert told["head"]["annotation"] == second
    assert [one["annotation"] for one in told["older"]] == [first]
    text = page.content.decode()
    assert "is irony praise?" in text
    assert "asks the lead" in text


@pytest.mark.parametrize(
    ("role", "is_named"), [("lead", True), ("reviewer", False), ("viewer", False)]
)
def test_names_are_hidden_in_a_blind_project_but_from_its_lead(project, role, is_named):
    person = MembershipFactory(project=project, user__name="Wanda Unique")
    task = answered_task(project=project, answers={person: {"wants": "praise"}})

    page = as_role(project, role).get(reverse("annotations:task", args=[project.pk, task.pk]))

    assert ("Wanda Unique" in page.content.decode()) is is_named


def change(client: Client, task: Task, **body: Any) -> int:
    url = reverse("annotations:change_task", args=[task.project_id, task.pk])
    return client.post(url, body).status_code


def test_a_lead_withdraws_restores_ranks_and_asks_for_more(project):
    task = answered_task(
        project=project, answers={MembershipFactory(project=project): {"wants": "praise"}}
    )
    lead = as_role(project, "lead")

    assert change(lead, task, deed="withdraw") == 302
    assert QueueEntry.objects.get(pk=task.pk).state == "withdrawn"
    assert change(lead, task, deed="restore") == 302
    assert QueueEntry.objects.get(pk=task.pk).state == "complete"
    assert change(lead, task, deed="more") == 302
    assert QueueEntry.objects.get(pk=task.pk).overlap == 2
    assert change(lead, task, deed="priority", priority="2.5") == 302
    assert QueueEntry.objects.get(pk=task.pk).priority == 2.5


@pytest.mark.parametrize(
    "body", [{}, {"deed": "explode"}, {"deed": "priority"}, {"deed": "priority", "priority": "nan"}]
)
def test_a_bad_change_changes_nothing_and_says_so(project, body):
    task = TaskFactory(project=project)
    lead = as_role(project, "lead")
    before = QueueEntry.objects.values().get(pk=task.pk)

    url = reverse("annotations:change_task", args=[project.pk, task.pk])
    page = lead.post(url, body, follow=True)

    assert QueueEntry.objects.values().get(pk=task.pk) == before
    assert [message.level_tag for message in page.context["messages"]] == ["error"]


@pytest.mark.parametrize("role", ["reviewer", "viewer", "annotator"])
def test_only_a_lead_changes_a_task(project, role):
    task = TaskFactory(project=project)

    assert change(as_role(project, role), task, deed="withdraw") == 403
    assert QueueEntry.objects.get(pk=task.pk).state == "open"
