"""The annotating page: drafts, undo, the ends, the guideline."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.annotations.models import Draft
from apps.projects.models import Guideline, Membership, Project
from apps.tasks.models import Task
from tests.annotations.annotating import answer, send, signed_in, take
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
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


def test_a_draft_is_kept_and_comes_back_with_the_task(project, browser):
    TaskFactory(project=project)
    lent = take(browser, project)["assignment"]["id"]

    kept = send(
        browser,
        project,
        "draft",
        assignment=lent,
        answers={"wants": "praise"},
        note="unsure",
        note_kind="question",
    )

    assert kept.status_code == 200
    assert 1700 < kept.json()["seconds_left"] <= 1800
    draft = take(browser, project)["draft"]
    assert draft["answers"] == {"wants": "praise"}
    assert (draft["note"], draft["note_kind"]) == ("unsure", "question")


def test_a_draft_that_arrives_after_its_answer_is_not_kept(project, browser):
    TaskFactory(project=project)
    lent = take(browser, project)["assignment"]["id"]
    send(browser, project, "submit", **answer(lent))

    late = send(browser, project, "draft", assignment=lent, answers={"wants": "question"})

    assert late.status_code == 409
    assert late.json()["code"] == "already_submitted"
    assert not Draft.objects.exists()


def test_the_last_ten_answers_are_offered_for_undo_newest_first(project, annotator, browser):
    for place in range(12):
        lent = AssignmentFactory(task=TaskFactory(project=project), annotator=annotator)
        AnnotationFactory(
            assignment=lent,
            answers={"wants": "praise"},
            note=f"note {place}",
            note_kind="question" if place % 2 else "note",
            submitted_at=timezone.now(),
        )

    page = browser.get(reverse("annotations:annotate", args=[project.pk]))

    recent = page.context["recent"]
    assert [one["note"] for one in recent] == [f"note {place}" for place in range(11, 1, -1)]
    assert [one["note_kind"] for one in recent] == ["question", "note"] * 5
    assert recent[0]["chips"] == [{"text": "praise", "colour": "c3"}]


def test_an_answered_task_opens_again_with_its_answer(project, browser):
    TaskFactory(project=project)
    lent = take(browser, project)["assignment"]["id"]
    send(browser, project, "submit", **answer(lent, "complaint"))

    item = browser.get(reverse("annotations:recent", args=[project.pk, lent])).json()

    assert 'value="complaint" data-key="2" checked' in item["html"]


@pytest.mark.parametrize(
    ("make", "shown"),
    [
        ("empty", "empty"),
        ("done", "done"),
        ("others", "yours_done"),
        ("in_hand", "busy"),
        ("paused", "paused"),
        ("quota", "yours_done"),
    ],
)
def test_each_reason_for_no_task_has_a_page_of_its_own(project, annotator, browser, make, shown):
    if make == "others":
        mine = AssignmentFactory(task=TaskFactory(project=project), annotator=annotator)
        AnnotationFactory(assignment=mine)
        MembershipFactory(project=project)
    elif make == "done":
        task = TaskFactory(project=project, queue__overlap=1)
        AnnotationFactory(
            assignment=AssignmentFactory(task=task, annotator=MembershipFactory(project=project))
        )
    elif make == "in_hand":
        task = TaskFactory(project=project, queue__overlap=1)
        AssignmentFactory(task=task, annotator=MembershipFactory(project=project))
    elif make == "paused":
        TaskFactory(project=project)
        Project.objects.update(state="paused")
    elif make == "quota":
        TaskFactory(project=project)
        Membership.objects.filter(pk=annotator.pk).update(daily_quota=0)

    page = browser.get(reverse("annotations:annotate", args=[project.pk])).content.decode()

    assert f'data-no-more="{shown}"' in page


def test_a_new_guideline_is_shown_with_what_changed_until_it_is_confirmed(
    project, annotator, browser
):
    for number, text in (
        (1, "# Old\nold rule\n# Same\nsame"),
        (2, "# Old\nnew rule\n# Same\nsame"),
    ):
        Guideline.objects.create(project=project, number=number, text=text)
    Project.objects.update(guideline_version=2)
    Membership.objects.filter(pk=annotator.pk).update(guideline_read=1)
    url = reverse("annotations:annotate", args=[project.pk])

    first = browser.get(url)
    confirmed = send(browser, project, "confirm", number=2)
    second = browser.get(url)

    assert first.context["must_confirm"] is True
    assert [section["is_new"] for section in first.context["sections"]] == [True, False]
    assert confirmed.status_code == 200
    assert second.context["must_confirm"] is False
    told = browser.get(reverse("annotations:show_guideline", args=[project.pk])).json()
    assert "new rule" in told["drawer"]


def test_the_page_asks_the_database_a_fixed_number_of_questions(
    project, annotator, browser, django_assert_max_num_queries
):
    TaskFactory.create_batch(12, project=project)
    for task in Task.objects.all()[:10]:
        AnnotationFactory(assignment=AssignmentFactory(task=task, annotator=annotator))

    with django_assert_max_num_queries(30):
        browser.get(reverse("annotations:annotate", args=[project.pk]))


def test_nobody_signed_in_is_sent_to_sign_in(project):
    assert Client().get(reverse("annotations:annotate", args=[project.pk])).status_code == 302
    assert send(Client(), project, "next").status_code == 302
    assert Client().get(reverse("annotations:session")).status_code == 302
