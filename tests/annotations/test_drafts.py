"""What was typed is kept, and keeps the task with the person who types."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.annotations.actions.drafts import SavedDraft, save_draft
from apps.annotations.actions.submit import BadAnswers, submit_annotation
from apps.annotations.models import Draft
from apps.tasks.actions import AlreadySubmitted, expire_leases
from apps.tasks.models import Assignment, QueueEntry
from tests.factories import (
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    lease_end,
    user_of,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def lease() -> Assignment:
    project = ProjectFactory(overlap=1)
    QuestionFactory(project=project, name="intent")
    QuestionFactory(project=project, name="tone")
    return AssignmentFactory(task=TaskFactory(project=project))


def save(lease: Assignment, **more) -> SavedDraft:
    more = {"answers": {"intent": "praise"}, "at": NOW, **more}
    return save_draft(assignment_id=lease.pk, annotator_user=user_of(lease.annotator), **more)


def test_a_draft_is_kept_and_the_newest_stands(lease):
    save(lease)
    save(lease, answers={"intent": "question"}, note="hm", note_kind="question")

    draft = Draft.objects.get()
    assert (draft.answers, draft.note, draft.saved_at) == ({"intent": "question"}, "hm", NOW)
    assert draft.note_kind == "question"


def test_nothing_is_asked_without_words(lease):
    save(lease, note="", note_kind="question")

    assert Draft.objects.get().note_kind == "note"


def test_a_draft_may_be_half_said(lease):
    save(lease, answers={"intent": "complai", "tone": None})

    assert Draft.objects.get().answers == {"intent": "complai"}


def test_saving_a_draft_renews_the_lease(lease):
    soon = timezone.now() + timedelta(seconds=5)
    Assignment.objects.update(lease_until=soon, is_ahead=True)

    saved = save(lease)

    assert saved.is_held
    assert lease_end(saved.assignment) > soon + timedelta(minutes=20)
    assert not saved.assignment.is_ahead


def run_out() -> None:
    Assignment.objects.update(lease_until=NOW - timedelta(hours=1))
    assert expire_leases() == 1


def test_a_draft_after_the_lease_ran_out_is_kept_and_takes_the_task_up_again(lease):
    run_out()

    assert save(lease).is_held
    assert QueueEntry.objects.get().handed == 1


def test_a_draft_after_the_task_went_to_another_is_kept_and_says_so(lease):
    run_out()
    AssignmentFactory(task=lease.task)

    assert not save(lease).is_held
    assert Draft.objects.get().answers == {"intent": "praise"}
    assert QueueEntry.objects.get().handed == 1


def test_a_draft_that_comes_after_the_answer_does_not_come_back(lease):
    submit_annotation(
        assignment_id=lease.pk,
        annotator_user=lease.annotator.user,
        key=uuid4(),
        answers={"intent": "praise", "tone": "praise"},
        at=NOW,
    )

    with pytest.raises(AlreadySubmitted):
        save(lease)
    assert not Draft.objects.exists()


def test_nobody_writes_anothers_draft(lease):
    other = MembershipFactory(project=lease.task.project)

    with pytest.raises(Assignment.DoesNotExist):
        save_draft(assignment_id=lease.pk, annotator_user=other.user, answers={}, at=NOW)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"answers": {"other": 1}}, "other"),
        ({"answers": {"intent": "nul \0"}}, "intent"),
        ({"answers": {"intent": {"deep": ["\ud800"]}}}, "intent"),
        ({"answers": 3}, "answers"),
        ({"note": "nul \0"}, "note"),
        ({"note_kind": "shout"}, "note_kind"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_named(lease, change, place):
    with pytest.raises(BadAnswers) as bad:
        save(lease, **change)

    assert list(bad.value.errors) == [place]
    assert not Draft.objects.exists()
