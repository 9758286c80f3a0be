"""What was asked and answered becomes part of the guideline; who asked is told."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Notice, Told
from apps.comments.actions import NotNow
from apps.comments.actions.folding import entry_of, take_up_note
from apps.comments.models import Comment, Thread
from apps.projects.models import Guideline, Membership, Project
from tests.api.team import make_team
from tests.comments.factories import ask, say
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
    user_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(is_blind=False, guideline_version=1)
    QuestionFactory(project=project, name="intent")
    Guideline.objects.create(project=project, number=1, text="# Rules\n\nBe kind.\n\n# Edge cases")
    return project


@pytest.fixture
def ann(project: Project) -> Membership:
    return MembershipFactory(project=project, user=UserFactory(name="Ada"))


@pytest.fixture
def lead(project: Project) -> Membership:
    return MembershipFactory(project=project, role="lead")


@pytest.fixture
def thread(project: Project, ann: Membership, lead: Membership) -> Thread:
    task = TaskFactory(project=project)
    AssignmentFactory(task=task, annotator=ann)
    thread = ask(ann, "Is thanks\n\npraise?", task=task)
    say(lead, thread, "# Yes\nIt is.")
    return thread


def client_of(member: Membership) -> Client:
    client = Client()
    client.force_login(user_of(member))
    return client


def fold(thread: Thread, by: Membership, **body: Any) -> Any:
    address = reverse("comments:fold", args=[thread.project_id, thread.pk])
    return client_of(by).post(address, {"base_version": 1, **body})


def editor(thread: Thread, by: Membership, under: str = "") -> str:
    address = reverse("comments:fold", args=[thread.project_id, thread.pk])
    answer = client_of(by).get(address, {"under": under})
    text: str = answer.context["form"].initial["text"]
    return text


def test_the_editor_has_the_question_and_the_answer_under_a_heading(
    thread: Thread, lead: Membership
) -> None:
    entry = (
        f"**Question:** Is thanks praise? (task #{thread.task_id})\n\n**Answer:** \\# Yes\nIt is."
    )
    assert entry_of(thread) == entry

    assert editor(thread, lead).endswith(f"# Edge cases\n\n## Questions and answers\n\n{entry}\n")
    assert f"Be kind.\n\n{entry}\n\n# Edge cases" in editor(thread, lead, "Rules")


def test_it_is_published_and_the_thread_says_where_and_who_asked_is_told(
    thread: Thread, lead: Membership, ann: Membership
) -> None:
    answer = fold(thread, lead, text=editor(thread, lead), summary="Thanks are praise.")

    assert answer.status_code == 302
    made = Guideline.objects.get(number=2)
    assert (made.summary, made.must_confirm) == ("Thanks are praise.", False)
    found = Thread.objects.get()
    assert found.folded_in == 2
    assert found.resolved_by == user_of(lead)
    address = reverse("comments:thread", args=[thread.project_id, thread.pk])
    page = client_of(ann).get(address).content.decode()
    assert f"/p/{thread.project_id}/guideline/compare/?new=2" in page
    assert "Answered in version 2" in page
    told = Notice.objects.get(kind=Told.FOLDED)
    assert told.user == user_of(ann)
    assert "is answered in version 2 of the guideline" in told.text
    guideline = client_of(lead).get(reverse("projects:guideline", args=[thread.project_id]))
    assert guideline.context["tasks_named"] == [thread.task_id]
    mine = client_of(ann).get(reverse("projects:guideline", args=[thread.project_id]))
    assert mine.context["tasks_named"] == []


def test_a_question_about_the_guideline_is_folded_too(
    project: Project, ann: Membership, lead: Membership
) -> None:
    thread = ask(ann, "What is kind?")
    say(lead, thread, "Not to shout.")

    fold(thread, lead, text=editor(thread, lead))

    assert Thread.objects.get().folded_in == 2
    assert "(task #" not in Guideline.objects.get(number=2).text


@pytest.mark.parametrize("case", ["unchanged", "behind"])
def test_what_is_no_new_version_is_refused(case: str, thread: Thread, lead: Membership) -> None:
    text = Guideline.objects.get().text if case == "unchanged" else "New"
    answer = fold(thread, lead, text=text, base_version=1 if case == "unchanged" else 0)

    assert answer.status_code == 422
    assert Thread.objects.get().folded_in is None
    assert not Notice.objects.filter(kind=Told.FOLDED).exists()


@pytest.mark.parametrize("role", ["reviewer", "annotator", "viewer"])
def test_only_leads_fold(role: str, project: Project, thread: Thread) -> None:
    other = MembershipFactory(project=project, role=role)

    assert fold(thread, other, text="New").status_code == 403
    page = client_of(other).get(reverse("comments:of_guideline", args=[project.pk]))
    assert "Into the guideline" not in page.content.decode()


def test_a_lead_is_offered_it_once_there_is_an_answer(
    thread: Thread, lead: Membership, ann: Membership
) -> None:
    def page(one: Thread) -> str:
        address = reverse("comments:thread", args=[one.project_id, one.pk])
        return client_of(lead).get(address).content.decode()

    assert "Into the guideline" not in page(ask(ann, "And this?"))
    assert 'data-key="f"' in page(thread)
    assert thread.task is not None
    panel = client_of(lead).get(
        reverse("comments:of_task", args=[thread.project_id, thread.task.pk])
    )
    assert 'data-key="f"' not in panel.content.decode()


def test_a_note_that_asks_becomes_a_thread_once(
    project: Project, ann: Membership, lead: Membership
) -> None:
    given = AnnotationFactory(
        assignment=AssignmentFactory(task=TaskFactory(project=project), annotator=ann),
        answers={"intent": "praise"},
        note="Is this praise?",
        note_kind="question",
    )
    client = client_of(lead)
    page = client.get(reverse("annotations:task", args=[project.pk, given.task_id]))
    assert "Answer it in a thread" in page.content.decode()
    address = reverse("comments:take_up", args=[project.pk, given.pk])

    first, again = (client.post(address).headers["Location"] for _ in range(2))

    assert first == again == reverse("comments:thread", args=[project.pk, Thread.objects.get().pk])
    said = Comment.objects.get()
    assert (said.author, said.role, said.text) == (user_of(ann), "annotator", "Is this praise?")
    assert said.created_at == given.submitted_at
    assert Thread.objects.visible_to(user_of(ann)).exists()


def test_a_note_that_asks_nothing_stays_one(project: Project, ann: Membership) -> None:
    given = AnnotationFactory(
        assignment=AssignmentFactory(task=TaskFactory(project=project), annotator=ann),
        answers={"intent": "praise"},
        note="Hard.",
    )

    with pytest.raises(NotNow):
        take_up_note(annotation=given, project=project, at=timezone.now())


def test_by_the_api_the_answer_is_put_in_or_the_whole_text_is_given() -> None:
    team = make_team(is_blind=False)
    thread = ask(team.members["annotator"], "What is kind?")
    say(team.members["lead"], thread, "Not to shout.")
    path = f"threads/{thread.pk}/fold/"

    told = team.lead.post(path, {"under": "Rules"})

    assert (told.status_code, told.json()["folded_in"]) == (200, 1)
    text = Guideline.objects.get(project=team.project).text
    assert text.startswith("## Rules\n\n**Question:** What is kind?")
    assert team.lead.post(path, {"text": text}).status_code == 422
    assert team.lead.post(path, {"text": "All new", "base_version": 0}).status_code == 422
    assert team.lead.post(path, {"text": "All new"}).json()["folded_in"] == 2
    assert team.reviewer.post(path, {"text": "Mine"}).status_code == 403
