"""An answer comes in once, whenever it comes, and counts while there is a slot for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.annotations.actions.submit import (
    BadAnswers,
    KeyReused,
    Submitted,
    submit_annotation,
)
from apps.annotations.models import Annotation, Draft, Question
from apps.annotations.signals import TASK_CHANGED
from apps.core import outbox
from apps.projects.models import Project
from apps.tasks.actions import (
    AlreadySubmitted,
    expire_leases,
    release_assignment,
    withdraw_tasks,
)
from apps.tasks.models import Assignment, QueueEntry
from tests.factories import (
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    snapshot_questions,
    user_of,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PRAISE = {"intent": "praise"}


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(overlap=2)
    QuestionFactory(project=project, name="intent")
    return project


@pytest.fixture
def lease(project: Project) -> Assignment:
    MembershipFactory(project=project)
    return AssignmentFactory(task=TaskFactory(project=project))


def submit(
    assignment: Assignment, answers: Any = PRAISE, *, key: UUID | None = None, **more: Any
) -> Submitted:
    return submit_annotation(
        assignment_id=assignment.pk,
        annotator_user=user_of(assignment.annotator),
        key=key or uuid4(),
        answers=answers,
        at=more.pop("at", NOW),
        **more,
    )


def entry(assignment: Assignment) -> QueueEntry:
    return QueueEntry.objects.get(pk=assignment.task_id)


def run_out(assignment: Assignment) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(lease_until=NOW - timedelta(hours=1))
    assert expire_leases() == 1


def test_an_answer_is_kept_whole_and_fills_its_slot(lease):
    Draft.objects.create(assignment=lease, answers={})
    key = uuid4()

    done = submit(lease, key=key, seconds=3.5, note="sure", confidence=0.5)

    row = Annotation.objects.get()
    assert done.annotation == row
    assert not done.is_replay
    assert (row.answers, row.key, row.note, row.seconds) == (PRAISE, key, "sure", 3.5)
    assert (row.confidence, row.question_version, row.revision) == (0.5, 1, 0)
    assert (row.is_independent, row.is_surplus, row.submitted_at) == (True, False, NOW)
    lease.refresh_from_db()
    assert (lease.state, lease.head_id, lease.submitted_at) == ("submitted", row.pk, NOW)
    assert (entry(lease).submitted, entry(lease).handed, entry(lease).state) == (1, 1, "open")
    assert not Draft.objects.exists()


def test_the_last_answer_completes_the_task(lease):
    submit(lease)

    submit(AssignmentFactory(task=lease.task))

    assert (entry(lease).submitted, entry(lease).state) == (2, "complete")


def test_an_incomplete_task_that_nobody_is_left_for_is_stuck(project, lease):
    project.memberships.exclude(pk=lease.annotator_id).update(is_active=False)

    submit(lease)

    assert entry(lease).state == "stuck"


def test_the_news_is_told_in_the_same_transaction(lease, monkeypatch):
    monkeypatch.setattr(outbox, "_consumers", {TASK_CHANGED: ["a test"]})

    submit(lease)

    project_id = lease.annotator.project_id
    assert outbox.take(consumer="a test", scope_id=project_id) == [lease.task_id]


def test_the_same_again_gives_the_first_result(lease):
    key = uuid4()
    first = submit(lease, key=key, seconds=2)

    again = submit(lease, key=key, seconds=7, at=NOW + timedelta(hours=1))

    assert again == Submitted(first.annotation, is_replay=True)
    assert Annotation.objects.count() == 1
    assert entry(lease).submitted == 1


def test_the_same_again_needs_no_longer_fit_the_questions(project, lease):
    key = uuid4()
    first = submit(lease, key=key)
    Question.objects.update(config={"labels": []})
    snapshot_questions(project)

    assert submit(lease, key=key).annotation == first.annotation


@pytest.mark.parametrize(
    "change",
    [
        {"answers": {"intent": "question"}},
        {"note": "other"},
        {"note": "same", "note_kind": "question"},
    ],
)
def test_a_key_with_something_else_is_refused(lease, change):
    key = uuid4()
    submit(lease, key=key, note="same")

    with pytest.raises(KeyReused):
        submit(lease, key=key, **{"note": "same", **change})

    assert Annotation.objects.count() == 1


def test_a_key_of_another_task_is_refused(project, lease):
    key = uuid4()
    submit(lease, key=key)
    other = AssignmentFactory(task=TaskFactory(project=project), annotator=lease.annotator)

    with pytest.raises(KeyReused):
        submit(other, key=key)


def test_two_people_may_use_the_same_key(lease):
    key = uuid4()
    submit(lease, key=key)

    assert not submit(AssignmentFactory(task=lease.task), key=key).is_replay


def test_a_second_answer_is_told_to_revise(lease):
    submit(lease)

    with pytest.raises(AlreadySubmitted, match="Revise"):
        submit(lease)


def test_nobody_answers_for_another(project, lease):
    other = MembershipFactory(project=project)

    with pytest.raises(Assignment.DoesNotExist):
        submit_annotation(
            assignment_id=lease.pk,
            annotator_user=other.user,
            key=uuid4(),
            answers=PRAISE,
            at=NOW,
        )
    assert entry(lease).submitted == 0


def test_a_late_answer_counts_while_its_slot_is_free(lease):
    run_out(lease)

    annotation = submit(lease).annotation

    assert not annotation.is_surplus
    assert (entry(lease).submitted, entry(lease).handed) == (1, 1)


def test_a_late_answer_that_nobody_took_back_yet_counts(lease):
    Assignment.objects.update(lease_until=NOW - timedelta(hours=1))

    assert not submit(lease).annotation.is_surplus
    assert (entry(lease).submitted, entry(lease).handed) == (1, 1)


def test_a_late_answer_without_a_slot_is_surplus_and_not_lost(lease):
    run_out(lease)
    others = AssignmentFactory.create_batch(2, task=lease.task)

    annotation = submit(lease).annotation

    assert annotation.is_surplus
    lease.refresh_from_db()
    assert (lease.state, lease.holds_slot, lease.head_id) == ("submitted", False, annotation.pk)
    assert (entry(lease).submitted, entry(lease).handed) == (0, 2)
    for other in others:
        assert not submit(other).annotation.is_surplus
    assert entry(lease).state == "complete"


def test_an_answer_to_what_was_given_back_counts_as_a_late_one(lease):
    release_assignment(assignment_id=lease.pk, user=lease.annotator.user)

    assert not submit(lease).annotation.is_surplus
    assert (entry(lease).submitted, entry(lease).handed) == (1, 1)


def test_an_answer_to_a_withdrawn_task_is_surplus(project, lease):
    withdraw_tasks(project=project, task_ids=[lease.task_id])

    assert submit(lease).annotation.is_surplus
    assert (entry(lease).state, entry(lease).submitted) == ("withdrawn", 0)


@pytest.mark.parametrize(
    ("answers", "place"),
    [
        ({}, "intent"),
        ({"intent": None}, "intent"),
        ({"intent": "no such label"}, "intent"),
        ({"intent": ["praise"]}, "intent"),
        ({"intent": "praise", "other": 1}, "other"),
        ([], "answers"),
        ("praise", "answers"),
        (None, "answers"),
        ({"intent": "nul \0"}, "answers"),
        ({"intent": "\ud800"}, "answers"),
    ],
)
def test_a_bad_answer_names_its_question_and_leaves_nothing(lease, answers, place):
    with pytest.raises(BadAnswers) as bad:
        submit(lease, answers)

    assert list(bad.value.errors) == [place]
    assert not Annotation.objects.exists()
    lease.refresh_from_db()
    assert (lease.state, entry(lease).submitted) == ("leased", 0)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("seconds", -1),
        ("seconds", float("inf")),
        ("seconds", "12"),
        ("confidence", 1.01),
        ("confidence", True),
        ("note", "n" * 10_001),
        ("note_kind", "shout"),
        ("note_kind", None),
        ("question_version", 7),
    ],
)
def test_what_stands_beside_the_answers_is_checked(lease, place, value):
    with pytest.raises(BadAnswers) as bad:
        submit(lease, **{place: value})

    assert list(bad.value.errors) == [place]


def test_an_optional_question_may_stay_open(project, lease):
    QuestionFactory(project=project, name="more", is_required=False)

    assert submit(lease, {"intent": "praise", "more": None}).annotation.answers == PRAISE


def test_a_page_opened_before_a_question_was_added_can_still_send(project, lease):
    QuestionFactory(project=project, name="since")

    annotation = submit(lease, question_version=1).annotation

    assert annotation.question_version == 1
    with pytest.raises(BadAnswers):
        submit(AssignmentFactory(task=lease.task), question_version=2)


def test_a_label_retired_since_is_still_accepted(project, lease):
    question = Question.objects.get()
    question.config["labels"][2]["retired"] = True
    question.save()
    snapshot_questions(project)

    assert submit(lease, question_version=1).annotation.answers == PRAISE


def test_a_submit_takes_nine_questions_to_the_database(lease):
    with CaptureQueriesContext(connection) as queries:
        submit(lease)

    asked = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(asked) <= 10, asked
