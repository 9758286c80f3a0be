"""A change of mind is a new revision behind the newest; nothing is overwritten."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.annotations.actions.submit import (
    BadAnswers,
    KeyReused,
    NotHead,
    revise_annotation,
)
from apps.annotations.models import Annotation
from apps.annotations.signals import TASK_CHANGED
from apps.core import outbox
from apps.tasks.models import Assignment, QueueEntry
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def first() -> Annotation:
    project = ProjectFactory()
    QuestionFactory(project=project, name="intent")
    assignment = AssignmentFactory(task=TaskFactory(project=project))
    return AnnotationFactory(assignment=assignment, answers={"intent": "praise"})


def revise(annotation: Annotation, intent: str = "question", **more) -> Annotation:
    more = {"key": uuid4(), "at": NOW, "by": annotation.annotator.user, **more}
    return revise_annotation(
        annotation_id=annotation.pk, answers={"intent": intent}, **more
    ).annotation


def test_a_revision_becomes_the_head_and_the_first_answer_stays(first, monkeypatch):
    monkeypatch.setattr(outbox, "_consumers", {TASK_CHANGED: ["a test"]})
    submitted_at = first.assignment.submitted_at

    second = revise(first, at=NOW + timedelta(minutes=1))

    assert (second.revision, second.predecessor_id) == (1, first.pk)
    assert second.answers == {"intent": "question"}
    first.refresh_from_db()
    assert first.answers == {"intent": "praise"}
    assignment = Assignment.objects.get()
    assert (assignment.head_id, assignment.submitted_at) == (second.pk, submitted_at)
    entry = QueueEntry.objects.get()
    assert (entry.submitted, entry.handed) == (1, 1)
    assert outbox.take(consumer="a test", scope_id=first.project_id) == [first.task_id]


def test_undo_goes_on_in_a_chain(first):
    head = first
    for intent in ("question", "complaint", "praise"):
        head = revise(head, intent)

    chain = list(Annotation.objects.order_by("revision").values_list("predecessor_id", flat=True))
    pks = list(Annotation.objects.order_by("revision").values_list("pk", flat=True))
    assert chain == [None, *pks[:-1]]
    assert Assignment.objects.get().head_id == head.pk


def test_a_revision_of_what_is_not_the_newest_is_refused_with_both_texts(first):
    newest = revise(first)

    with pytest.raises(NotHead) as refused:
        revise(first, "complaint")

    assert refused.value.head == newest
    assert refused.value.answers == {"intent": "complaint"}
    assert Annotation.objects.count() == 2


def test_the_same_revision_again_gives_the_first_result(first):
    key = uuid4()
    second = revise(first, key=key)
    third = revise(second, "praise")

    assert revise(first, key=key) == second
    assert Assignment.objects.get().head_id == third.pk


def test_a_key_with_other_answers_is_refused(first):
    key = uuid4()
    second = revise(first, key=key)

    with pytest.raises(KeyReused):
        revise(first, "complaint", key=key)
    with pytest.raises(KeyReused):
        revise(second, key=key)


def test_whether_a_revision_is_independent_is_for_the_caller_to_say(first):
    undone = revise(first)
    taught = revise(undone, "praise", is_independent=False)

    assert (undone.is_independent, taught.is_independent) == (True, False)


def test_a_surplus_answer_stays_surplus():
    assignment = AssignmentFactory(state="expired", lease_until=None)
    late = AnnotationFactory(assignment=assignment, is_surplus=True)

    done = revise_annotation(
        annotation_id=late.pk, by=late.annotator.user, key=uuid4(), answers={}, at=NOW
    )

    assert done.annotation.is_surplus


def test_nobody_revises_anothers_answer(first):
    lead = MembershipFactory(project=first.project, role="lead")

    with pytest.raises(Annotation.DoesNotExist):
        revise(first, by=lead.user)


def test_what_was_erased_cannot_be_revised(first):
    Annotation.objects.update(answers={}, erased_at=NOW)

    with pytest.raises(Annotation.DoesNotExist):
        revise(first)


def test_a_bad_revision_leaves_the_answer_as_it_was(first):
    with pytest.raises(BadAnswers):
        revise(first, "no such label")

    assert Annotation.objects.get() == first


def test_the_database_refuses_to_change_an_answer(first):
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Annotation.objects.update(answers={"intent": "complaint"})


def test_the_database_refuses_a_second_revision_of_the_same_answer(first):
    revise(first)

    with pytest.raises(IntegrityError, match="predecessor"), transaction.atomic():
        AnnotationFactory.build(
            assignment=first.assignment,
            task=first.task,
            project=first.project,
            annotator=first.annotator,
            predecessor=first,
            revision=2,
        ).save()
