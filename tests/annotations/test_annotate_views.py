"""The calls of the annotating page's script."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from apps.annotations.models import Annotation, Gold, Suggestion
from apps.projects.models import Membership, Project
from apps.tasks.models import Assignment, QueueEntry
from tests.annotations.annotating import answer, send, signed_in, take
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory()
    QuestionFactory(project=project, name="wants")
    project.refresh_from_db()
    return project


@pytest.fixture
def annotator(project: Project) -> Membership:
    return MembershipFactory(project=project)


@pytest.fixture
def browser(annotator: Membership) -> Client:
    return signed_in(annotator)


def test_the_page_shows_the_first_task_and_tells_its_script_of_it(project, browser):
    task = TaskFactory(project=project, data={"text": "Where is my parcel?"})

    response = browser.get(reverse("annotations:annotate", args=[project.pk]))

    page = response.content.decode()
    lent = Assignment.objects.get()
    assert response.status_code == 200
    assert lent.task == task
    assert "Where is my parcel?" in page
    assert response.context["first"]["assignment"]["id"] == lent.pk
    assert response.context["first"]["words"] == "Where is my parcel?"


def test_only_declared_fields_reach_the_annotator(project, annotator, browser):
    task = TaskFactory(
        project=project,
        external_id="secret-external-id",
        data={"text": "shown", "other": "secret-field"},
        meta={"source": "secret-meta"},
    )
    Gold.objects.create(task=task, answers={"wants": "secret-gold"}, source="secret-source")
    Suggestion.objects.create(task=task, answers={"wants": "secret-guess"}, source="secret-model")
    other = AssignmentFactory(task=task, annotator=MembershipFactory(project=project))
    AnnotationFactory(assignment=other, answers={"wants": "praise"}, note="secret-note")

    page = browser.get(reverse("annotations:annotate", args=[project.pk])).content.decode()
    mine = Assignment.objects.get(annotator=annotator)
    told = [
        page,
        send(browser, project, "next").content.decode(),
        browser.get(reverse("annotations:recent", args=[project.pk, mine.pk])).content.decode(),
        send(browser, project, "submit", **answer(mine.pk), next={"after": None}).content.decode(),
    ]

    assert "shown" in told[0]
    assert "shown" in told[1]
    assert not [text for text in told if "secret" in text]


def test_after_the_task_in_hand_another_is_lent_ahead(project, browser):
    TaskFactory.create_batch(3, project=project)
    first = take(browser, project)

    ahead = take(browser, project, after=first["assignment"]["id"])
    again = take(browser, project, after=first["assignment"]["id"])

    assert ahead["assignment"]["is_ahead"] is True
    assert ahead["assignment"]["id"] == again["assignment"]["id"] != first["assignment"]["id"]


def test_an_answer_is_taken_once_however_often_it_is_sent(project, annotator, browser):
    TaskFactory(project=project)
    body = answer(take(browser, project)["assignment"]["id"])

    first = send(browser, project, "submit", **body)
    again = send(browser, project, "submit", **body)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["annotation"] == again.json()["annotation"]
    assert [first.json()["is_replay"], again.json()["is_replay"]] == [False, True]
    assert Annotation.objects.get().answers == {"wants": "praise"}


def test_an_answer_brings_the_next_task_along(project, browser):
    TaskFactory.create_batch(3, project=project)
    first = take(browser, project)["assignment"]["id"]
    second = take(browser, project, after=first)["assignment"]["id"]

    told = send(browser, project, "submit", **answer(first), next={"after": second}).json()

    assert told["next"]["status"] == "task"
    assert told["next"]["assignment"]["id"] not in {first, second}
    assert told["next"]["assignment"]["is_ahead"] is True


def test_the_key_with_another_answer_is_a_conflict(project, browser):
    TaskFactory(project=project)
    body = answer(take(browser, project)["assignment"]["id"])
    send(browser, project, "submit", **body)

    response = send(browser, project, "submit", **{**body, "answers": {"wants": "question"}})

    assert response.status_code == 409
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "key_reused"


@pytest.mark.parametrize(
    ("change", "status", "place"),
    [
        ({"answers": {"wants": "nothing"}}, 422, "wants"),
        ({"answers": {}}, 422, "wants"),
        ({"answers": {"wants": "praise", "more": 1}}, 422, "more"),
        ({"answers": []}, 400, "answers"),
        ({"id": "no uuid"}, 400, "id"),
        ({"id": None}, 400, "id"),
        ({"assignment": "1"}, 400, "assignment"),
        ({"assignment": True}, 400, "assignment"),
        ({"assignment": 10**30}, 400, ""),
        ({"seconds": "long"}, 400, "seconds"),
        ({"note": 5}, 400, "note"),
        ({"note_kind": "shout"}, 422, "note_kind"),
        ({"note": "x" * 5_001}, 400, "note"),
        ({"question_version": "one"}, 400, "question_version"),
    ],
)
def test_a_bad_body_names_the_place_and_changes_nothing(project, browser, change, status, place):
    TaskFactory(project=project)
    lent = take(browser, project)["assignment"]["id"]

    response = send(browser, project, "submit", **{**answer(lent), **change})

    assert response.status_code == status
    assert place in response.json()["errors"]
    assert not Annotation.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"assignment": NaN}', b"\xff", b'"x"'])
def test_a_body_that_is_no_object_is_refused(project, browser, body):
    url = reverse("annotations:submit", args=[project.pk])

    response = browser.post(url, body, content_type="application/json")

    assert response.status_code == 400
    assert response.json()["detail"]


def test_what_a_tab_of_another_person_sends_is_not_taken(project, annotator, browser):
    TaskFactory(project=project)
    lent = take(browser, project)["assignment"]["id"]
    somebody = UserFactory()

    response = send(browser, project, "submit", user=somebody.pk, **answer(lent))

    assert response.status_code == 409
    assert response.json()["code"] == "other_person"
    assert not Annotation.objects.exists()
    assert (
        send(browser, project, "submit", user=annotator.user_id, **answer(lent)).status_code == 200
    )


@pytest.mark.parametrize("name", ["submit", "revise", "skip", "draft", "release"])
def test_nobody_acts_on_what_was_lent_to_another(project, browser, name):
    other = AssignmentFactory(task=TaskFactory(project=project))
    before = Assignment.objects.values().get(pk=other.pk)

    response = send(browser, project, name, **answer(other.pk), reason="mine")

    assert response.status_code == 404
    assert Assignment.objects.values().get(pk=other.pk) == before
    assert (
        browser.get(reverse("annotations:recent", args=[project.pk, other.pk])).status_code == 404
    )


def test_one_project_is_no_way_to_the_assignments_of_another(project, annotator, browser):
    elsewhere = MembershipFactory(user=annotator.user)
    lent = AssignmentFactory(task=TaskFactory(project=elsewhere.project), annotator=elsewhere)

    response = send(browser, project, "submit", **answer(lent.pk))

    assert response.status_code == 404


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("reviewer", 200), ("lead", 200)])
def test_who_may_annotate(project, role, status):
    TaskFactory(project=project)
    client = signed_in(MembershipFactory(project=project, role=role))

    assert client.get(reverse("annotations:annotate", args=[project.pk])).status_code == status
    assert send(client, project, "next").status_code == status


def test_a_project_of_others_is_not_there(project):
    client = signed_in(MembershipFactory())

    assert client.get(reverse("annotations:annotate", args=[project.pk])).status_code == 404
    assert send(client, project, "next").status_code == 404


def test_a_change_is_a_revision_of_the_named_answer(project, browser):
    TaskFactory(project=project)
    lent = take(browser, project)["assignment"]["id"]
    first = answer(lent)
    send(browser, project, "submit", **first)
    change = answer(lent, "question", of=first["id"])

    changed = send(browser, project, "revise", **change)
    again = send(browser, project, "revise", **change)

    assert (changed.json()["revision"], again.json()["revision"]) == (1, 1)
    assert again.json()["is_replay"] is True
    assert Annotation.objects.heads().get(assignment=lent).answers == {"wants": "question"}
    assert Annotation.objects.count() == 2


def test_a_change_of_what_stands_now_can_be_sent_again_too(project, browser):
    TaskFactory(project=project)
    lent = take(browser, project)["assignment"]["id"]
    send(browser, project, "submit", **answer(lent))
    change = answer(lent, "question", of=None)

    changed = send(browser, project, "revise", **change)
    again = send(browser, project, "revise", **change)

    assert changed.json()["annotation"] == again.json()["annotation"]
    assert again.json()["is_replay"] is True


def test_a_change_of_an_old_revision_is_a_conflict(project, browser):
    TaskFactory(project=project)
    lent = take(browser, project)["assignment"]["id"]
    first = answer(lent)
    send(browser, project, "submit", **first)
    send(browser, project, "revise", **answer(lent, "question", of=first["id"]))

    late = send(browser, project, "revise", **answer(lent, "complaint", of=first["id"]))

    assert late.status_code == 409
    assert late.json()["code"] == "not_head"


def test_a_skip_can_be_sent_twice_and_keeps_its_reason(project, browser):
    TaskFactory(project=project)
    lent = take(browser, project)["assignment"]["id"]

    skipped = [send(browser, project, "skip", assignment=lent, reason="cut off") for _ in "12"]

    assert [one.status_code for one in skipped] == [200, 200]
    assert Assignment.objects.get().skip_reason == "cut off"
    assert QueueEntry.objects.get().handed == 0


def test_a_task_given_back_is_free_for_others(project, browser):
    TaskFactory(project=project)
    lent = take(browser, project)["assignment"]["id"]

    given = [send(browser, project, "release", assignment=lent) for _ in "12"]

    assert [one.status_code for one in given] == [200, 200]
    assert QueueEntry.objects.get().handed == 0
