"""Threads: who sees which, what becomes of them, and what the database keeps true."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.annotations.actions import submit_annotation
from apps.comments.actions import (
    BadComment,
    NotNow,
    delete_comment,
    edit_comment,
    open_thread,
    resolve_thread,
)
from apps.comments.actions.threads import MOST_THREADS, Mark
from apps.comments.models import Comment, Mention, Thread
from apps.projects.models import Project
from apps.projects.permissions import project_for
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


class Room:
    """A project with a lead, a reviewer, two annotators, and one task that both have in hand."""

    def __init__(self, *, is_blind: bool) -> None:
        self.project = ProjectFactory(is_blind=is_blind, overlap=3)
        QuestionFactory(project=self.project, name="wants")
        self.lead = MembershipFactory(
            project=self.project, role="lead", user=UserFactory(name="Lena Lead")
        )
        self.reviewer = MembershipFactory(project=self.project, role="reviewer")
        self.one = MembershipFactory(project=self.project, user=UserFactory(name="Ona One"))
        self.two = MembershipFactory(project=self.project, user=UserFactory(name="Tim Two"))
        self.task = TaskFactory(project=self.project)
        self.lent = {
            who: AssignmentFactory(task=self.task, annotator=who) for who in (self.one, self.two)
        }

    def sees(self, member):
        return set(Thread.objects.visible_to(user_of(member)))

    def client(self, member):
        client = Client()
        client.force_login(user_of(member))
        return client

    def url(self, name, *more):
        return reverse(f"comments:{name}", args=[self.project.pk, *more])


@pytest.fixture(params=[True, False], ids=["blind", "open"])
def room(request):
    return Room(is_blind=request.param)


def test_an_annotator_sees_what_they_asked_and_nobody_elses(room):
    mine, others = ask(room.one, task=room.task), ask(room.two, task=room.task)
    about_text = ask(room.two)

    assert room.sees(room.one) == {mine}
    assert room.sees(room.lead) == room.sees(room.reviewer) == {mine, others, about_text}
    assert room.sees(MembershipFactory()) == set()


def test_who_was_let_go_sees_nothing_any_more(room):
    ask(room.one, task=room.task)
    room.one.is_active = False
    room.one.save()

    assert room.sees(room.one) == set()


def test_being_mentioned_shows_a_thread_after_ones_own_answer_and_never_where_it_is_blind(room):
    thread = ask(room.one, task=room.task)
    say(room.lead, thread, "@Tim Two says it is praise.")
    assert room.sees(room.two) == set()

    AnnotationFactory(assignment=room.lent[room.two], answers={"wants": "praise"})

    assert room.sees(room.two) == (set() if room.project.is_blind else {thread})
    # What was named while the project was open is hidden when it becomes blind.
    Project.objects.filter(pk=room.project.pk).update(is_blind=True)
    assert room.sees(room.two) == set()


def test_annotators_mention_those_who_lead_and_review_alone(room):
    thread = ask(room.one, "@Tim Two or @Lena Lead?", task=room.task)

    assert [one.user_id for one in Mention.objects.all()] == [room.lead.user_id]
    said = say(room.reviewer, thread, "@Tim Two knows")
    named = [] if room.project.is_blind else [room.two.user_id]
    assert list(said.mentions.values_list("user_id", flat=True)) == named


def test_names_of_annotators_are_hidden_where_it_is_blind(room):
    ask(room.one, task=room.task)

    for member in (room.lead, room.reviewer):
        page = room.client(member).get(room.url("of_task", room.task.pk)).content.decode()
        assert ("Ona One" in page) is not room.project.is_blind
    mine = room.client(room.one).get(room.url("of_task", room.task.pk)).content.decode()
    assert "Ona One" in mine
    assert "Tim Two" not in mine


def test_a_task_not_had_in_hand_is_none_to_ask_about(room):
    other = TaskFactory(project=room.project)

    assert room.client(room.one).get(room.url("of_task", other.pk)).status_code == 404
    assert room.client(room.lead).get(room.url("of_task", other.pk)).status_code == 200


def test_a_thread_is_asked_answered_resolved_and_opened_by_the_next_word(room):
    one, lead = room.client(room.one), room.client(room.lead)
    said = one.post(
        room.url("of_task", room.task.pk),
        {"text": "Is **this** it?"},
        headers={"HX-Request": "true"},
    )
    thread = Thread.objects.get()

    assert said.status_code == 200
    assert "<strong>this</strong>" in said.content.decode()
    lead.post(room.url("thread", thread.pk), {"text": "Yes."})
    lead.post(room.url("resolve", thread.pk), {"resolved": "1"})
    thread.refresh_from_db()
    assert thread.resolved_by_id == room.lead.user_id
    one.post(room.url("thread", thread.pk), {"text": "But why?"})
    thread.refresh_from_db()
    assert thread.resolved_at is None
    assert [c.text for c in thread.comments.order_by("pk")] == [
        "Is **this** it?",
        "Yes.",
        "But why?",
    ]


def test_a_mark_is_kept_with_what_it_was(room):
    body = {"text": "Too long?", "question": "wants", "object_id": "a1", "quote": "Person: Ada"}
    page = room.client(room.one).post(
        room.url("of_task", room.task.pk), body, headers={"HX-Request": "true"}
    )

    thread = Thread.objects.get()
    assert (thread.question_name, thread.object_id) == ("wants", "a1")
    assert 'data-mark="a1"' in page.content.decode()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"text": ""}, "Write something."),
        ({"text": " \n "}, "Write something."),
        ({"text": "x" * 10_001}, "At most 10,000 characters."),
        ({"text": "a\0b"}, "Null characters"),
        ({"text": "x", "question": "none"}, "no question"),
    ],
)
def test_what_cannot_stand_is_refused_with_a_sentence_and_nothing_is_kept(body, said):
    room = Room(is_blind=True)

    page = room.client(room.one).post(room.url("of_task", room.task.pk), body)

    assert page.status_code == 422
    assert said in page.content.decode()
    assert not Thread.objects.exists()


def test_a_task_has_a_bounded_number_of_open_threads():
    room = Room(is_blind=True)
    common = {"project": room.project, "task": room.task, "opened_by": user_of(room.one)}
    Thread.objects.bulk_create(Thread(**common) for _ in range(MOST_THREADS))

    with pytest.raises(BadComment, match="200 open threads"):
        ask(room.one, task=room.task)


def test_a_slip_is_mended_for_an_hour(room):
    at = timezone.now()
    comment = ask(room.one, task=room.task, at=at).comments.get()
    project = project_for(user_of(room.one), room.project.pk)
    given: Any = {"comment": comment, "project": project, "by": user_of(room.one)}

    kept = edit_comment(**given, text="@Lena Lead, which?", at=at + timedelta(minutes=59))
    assert (kept.text, kept.edited_at) == ("@Lena Lead, which?", at + timedelta(minutes=59))
    assert kept.mentions.count() == 1
    with pytest.raises(NotNow):
        edit_comment(**given, text="Other", at=at + timedelta(minutes=61))
    with pytest.raises(NotNow):
        delete_comment(**given, at=at + timedelta(minutes=61))


def test_a_lead_takes_out_what_must_not_stand_and_nobody_edits_for_another(room):
    at = timezone.now()
    comment = ask(room.one, "The patient is @Lena Lead", task=room.task, at=at).comments.get()
    late = at + timedelta(days=3)
    lead: Any = {
        "project": project_for(user_of(room.lead), room.project.pk),
        "by": user_of(room.lead),
    }
    reviewer: Any = {
        "project": project_for(user_of(room.reviewer), room.project.pk),
        "by": user_of(room.reviewer),
    }

    with pytest.raises(PermissionDenied):
        edit_comment(comment=comment, **lead, text="Changed", at=at)
    with pytest.raises(PermissionDenied):
        delete_comment(comment=comment, **reviewer, at=late)
    delete_comment(comment=comment, **lead, at=late)

    comment.refresh_from_db()
    assert (comment.text, comment.mentions.count()) == ("", 0)


def test_only_who_asked_or_answers_resolves(room):
    thread = ask(room.one, task=room.task)
    say(room.lead, thread, "@Tim Two")
    project = project_for(user_of(room.two), room.project.pk)

    with pytest.raises(PermissionDenied):
        resolve_thread(
            thread=thread,
            project=project,
            by=user_of(room.two),
            is_resolved=True,
            at=timezone.now(),
        )


def test_a_viewer_reads_and_does_not_write(room):
    viewer = MembershipFactory(project=room.project, role="viewer")
    thread = ask(room.one, task=room.task)

    page = room.client(viewer).get(room.url("of_task", room.task.pk))
    assert "Which one is it?" in page.content.decode()
    assert "<textarea" not in page.content.decode()
    for name, key in (("thread", thread.pk), ("of_task", room.task.pk)):
        answer = room.client(viewer).post(room.url(name, key), {"text": "Me too"})
        assert answer.status_code == 403
    assert Comment.objects.count() == 1


def test_the_panel_costs_the_same_however_much_was_said(room, django_assert_max_num_queries):
    client = room.client(room.lead)
    for place in range(12):
        thread = ask(room.one, task=room.task, mark=Mark("wants", f"a{place}", "x"))
        say(room.lead, thread)

    # Session, person, project, task, threads, comments, people to mention, titles.
    with django_assert_max_num_queries(9):
        page = client.get(room.url("of_task", room.task.pk))
    assert page.content.decode().count('class="thread"') == 12


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "guideline"},
        {"task": None},
        {"object_id": "a1"},
        {"resolved_at": timezone.now()},
        {"kind": "guideline", "task": None, "guideline_version": 1, "session": 1_001},
    ],
)
def test_the_database_refuses_threads_about_nothing(change):
    room = Room(is_blind=True)
    given = {"project": room.project, "task": room.task, "opened_by": user_of(room.one)}

    with pytest.raises(IntegrityError), transaction.atomic():
        Thread.objects.create(**given | change)


def test_the_database_refuses_comments_that_say_nothing():
    room = Room(is_blind=True)
    comment = ask(room.one, task=room.task).comments.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=comment.pk).update(text="")


def test_a_project_that_is_removed_takes_its_threads_along(room):
    from apps.exchange.actions.removal import remove_project  # noqa: PLC0415

    say(room.lead, ask(room.one, "@Lena Lead?", task=room.task))

    remove_project(project=room.project)

    assert not Thread.objects.exists()
    assert not Mention.objects.exists()


def test_the_guideline_is_asked_about_at_its_version(room):
    Project.objects.filter(pk=room.project.pk).update(guideline_version=3)

    thread = ask(room.one)

    assert (thread.kind, thread.guideline_version, thread.task) == ("guideline", 3, None)


def test_an_administrator_who_is_no_member_may_answer(room):
    admin = UserFactory(is_admin=True)
    project = project_for(admin, room.project.pk)

    thread = open_thread(project=project, by=admin, text="x", at=timezone.now(), task=room.task)

    assert thread.comments.get().role == "admin"


def test_who_was_answered_before_they_answered_gives_no_independent_answer(room):
    asked = ask(room.one, task=room.task)

    say(room.lead, asked, "It is praise.")

    given = [
        submit_annotation(
            assignment_id=room.lent[who].pk,
            annotator_user=user_of(who),
            key=uuid4(),
            answers={"wants": "question"},
            at=timezone.now(),
        ).annotation
        for who in (room.one, room.two)
    ]
    assert [one.is_independent for one in given] == [False, True]
