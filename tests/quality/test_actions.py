"""Conflicts open and close as answers come; decisions are kept, and never over another's."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.annotations.models import Question
from apps.annotations.signals import TASK_CHANGED
from apps.consensus.models import Consensus
from apps.core import outbox
from apps.projects.models import Project
from apps.quality.actions import (
    BadDecision,
    DecisionStands,
    adjudicate,
    distances,
    drain,
    refresh_conflicts,
    send_back,
    take_back,
)
from apps.quality.models import Adjudication, Conflict, ConflictState, Outcome
from apps.tasks.models import QueueEntry, Task
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
    answered_task,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def question() -> Question:
    return QuestionFactory(name="topic")


def task_with(question: Question, *labels: str) -> Task:
    members = [MembershipFactory(project=question.project) for _ in labels]
    return answered_task(
        project=question.project,
        answers={m: {"topic": label} for m, label in zip(members, labels, strict=True)},
    )


def conflict_of(task: Task) -> Conflict | None:
    refresh_conflicts(project=Project.objects.get(pk=task.project_id), task_ids=[task.pk])
    return Conflict.objects.filter(task=task).first()


def decide(task: Task, **changes: Any) -> Adjudication:
    return adjudicate(
        **{
            "task": task,
            "by": UserFactory(),
            "at": timezone.now(),
            "outcome": Outcome.DECIDED,
            "answers": {"topic": "praise"},
            "sources": {"topic": None},
            "reason": "",
            "follows": None,
            **changes,
        }
    )


def test_two_against_one_is_a_conflict_of_two_thirds(question: Question) -> None:
    conflict = conflict_of(task_with(question, "praise", "praise", "complaint"))

    assert conflict is not None
    assert (conflict.state, conflict.widest) == ("open", 1.0)
    assert conflict.questions == {"topic": pytest.approx(2 / 3)}


def test_who_agrees_has_no_conflict(question: Question) -> None:
    assert conflict_of(task_with(question, "praise", "praise")) is None


def test_a_task_that_waits_for_answers_is_no_conflict_yet(question: Question) -> None:
    task = task_with(question, "praise", "complaint")
    QueueEntry.objects.filter(task=task).update(overlap=3, state="open")

    assert conflict_of(task) is None


def test_what_the_question_allows_is_no_conflict() -> None:
    question = QuestionFactory(
        name="topic", kind="rating", config={"min": 1, "max": 5}, conflict_over=0.25
    )
    near, far = task_with(question, 2, 3), task_with(question, 2, 4)  # type: ignore[arg-type]

    assert conflict_of(near) is None
    assert conflict_of(far) is not None


def test_many_equal_answers_are_counted_not_compared(question: Question) -> None:
    widest, spread = distances(["praise"] * 500 + ["complaint"] * 500, question)

    assert widest == 1.0
    assert spread == pytest.approx(500 * 500 / (1000 * 999 / 2))


def test_a_conflict_goes_when_a_revision_agrees(question: Question) -> None:
    task = task_with(question, "praise", "complaint")
    assert conflict_of(task) is not None
    last = task.annotations.order_by("-pk").first()
    assert last is not None
    revision = AnnotationFactory.build(
        assignment=last.assignment, answers={"topic": "praise"}, predecessor=last, revision=1
    )
    revision.save()

    conflict = conflict_of(task)

    assert conflict is not None
    assert conflict.state == ConflictState.GONE


def test_what_was_made_after_seeing_others_does_not_settle_it(question: Question) -> None:
    task = task_with(question, "praise", "complaint")
    last = task.annotations.order_by("-pk").first()
    assert last is not None
    AnnotationFactory.build(
        assignment=last.assignment,
        answers={"topic": "praise"},
        predecessor=last,
        revision=1,
        is_independent=False,
    ).save()

    conflict = conflict_of(task)

    assert conflict is not None
    assert conflict.state == ConflictState.OPEN


def test_the_drain_takes_the_news_and_leaves_consensus_and_conflict(question: Question) -> None:
    task = task_with(question, "praise", "praise", "complaint")
    outbox.publish(event=TASK_CHANGED, scope_id=task.project_id, subject_ids=[task.pk])

    drain(task.project_id)

    consensus = Consensus.objects.get()
    assert (consensus.value, consensus.is_tie) == ("praise", False)
    assert consensus.share == pytest.approx(2 / 3)
    assert len(consensus.saw) == 3
    assert Conflict.objects.get().task == task
    assert ("quality.conflicts", task.project_id) not in outbox.waiting()


def test_a_tie_is_reported_as_a_tie(question: Question) -> None:
    task = task_with(question, "praise", "complaint")
    outbox.publish(event=TASK_CHANGED, scope_id=task.project_id, subject_ids=[task.pk])

    drain(task.project_id)

    consensus = Consensus.objects.get()
    assert (consensus.value, consensus.is_tie) == (None, True)
    assert sorted(consensus.winners) == ["complaint", "praise"]


def test_a_decision_says_who_when_and_why(question: Question) -> None:
    task = task_with(question, "praise", "complaint")
    conflict_of(task)
    reviewer = UserFactory()

    decision = decide(task, by=reviewer, reason=" clear ")

    assert (decision.answers, decision.reason) == ({"topic": "praise"}, "clear")
    assert decision.decided_by == reviewer
    assert len(decision.saw) == 2
    assert Conflict.objects.get().state == ConflictState.DECIDED


def test_a_decision_stands_when_the_task_is_measured_again(question: Question) -> None:
    task = task_with(question, "praise", "complaint")
    conflict_of(task)
    decide(task)

    conflict = conflict_of(task)

    assert conflict is not None
    assert conflict.state == ConflictState.DECIDED


def test_two_reviewers_cannot_both_decide(question: Question) -> None:
    task = task_with(question, "praise", "complaint")
    first = decide(task)

    with pytest.raises(DecisionStands):
        decide(task, answers={"topic": "complaint"})
    second = decide(task, answers={"topic": "complaint"}, follows=first.pk)

    assert second.predecessor == first
    assert list(Adjudication.objects.heads()) == [second]


def test_undo_keeps_the_history_and_opens_the_conflict(question: Question) -> None:
    task = task_with(question, "praise", "complaint")
    conflict_of(task)
    first = decide(task)

    take_back(task=task, by=UserFactory(), at=timezone.now(), follows=first.pk)

    assert Conflict.objects.get().state == ConflictState.OPEN
    assert not Adjudication.objects.heads().exists()
    assert Adjudication.objects.count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"answers": {"topic": "no such label"}},
        {"answers": {}},
        {"answers": {"topic": "praise", "mood": 3}},
        {"outcome": Outcome.NONE_RIGHT, "reason": " "},
    ],
)
def test_a_decision_that_is_not_allowed_leaves_nothing(
    question: Question, changes: dict[str, Any]
) -> None:
    task = task_with(question, "praise", "complaint")

    with pytest.raises(BadDecision):
        decide(task, **changes)

    assert not Adjudication.objects.exists()


def test_the_database_wants_a_reason_when_none_is_right(question: Question) -> None:
    task = task_with(question, "praise", "complaint")

    with pytest.raises(IntegrityError, match="says_why"), transaction.atomic():
        Adjudication.objects.create(
            project=task.project, task=task, outcome="none_right", decided_by=UserFactory()
        )


def test_the_database_changes_no_decision(question: Question) -> None:
    decide(task_with(question, "praise", "complaint"))

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Adjudication.objects.update(reason="another")


def test_what_came_to_agree_stays_out_of_the_queue_when_taken_back(question: Question) -> None:
    task = task_with(question, "praise", "complaint")
    conflict_of(task)
    first = decide(task)
    last = task.annotations.order_by("-pk").first()
    assert last is not None
    AnnotationFactory.build(
        assignment=last.assignment, answers={"topic": "praise"}, predecessor=last, revision=1
    ).save()

    take_back(task=task, by=UserFactory(), at=timezone.now(), follows=first.pk)

    assert Conflict.objects.get().state == ConflictState.GONE


def test_sent_back_it_waits_for_answers_that_are_marked(question: Question) -> None:
    task = task_with(question, "praise", "complaint")
    conflict_of(task)

    send_back(task=task, by=UserFactory(), extra=1, at=timezone.now(), follows=None)

    assert Conflict.objects.get().state == ConflictState.SENT_BACK
    entry = QueueEntry.objects.get(task=task)
    assert (entry.state, entry.overlap) == ("open", 3)
    assert conflict_of(task).state == ConflictState.SENT_BACK
    AnnotationFactory(
        assignment=AssignmentFactory(task=task, is_disputed=True), answers={"topic": "praise"}
    )
    assert conflict_of(task).state == ConflictState.OPEN


def test_conflicts_of_other_projects_stay_out_of_sight(question: Question) -> None:
    task = task_with(question, "praise", "complaint")
    conflict_of(task)
    decide(task)
    reviewer = MembershipFactory(project=task.project, role="reviewer").user
    annotator = MembershipFactory(project=task.project).user
    stranger = MembershipFactory(role="lead").user
    TaskFactory()

    for user, count in ((reviewer, 1), (annotator, 0), (stranger, 0)):
        assert Conflict.objects.visible_to(user).count() == count
        assert Adjudication.objects.visible_to(user).count() == count
        assert Consensus.objects.visible_to(user).count() == 0
