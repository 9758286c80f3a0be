"""Known answers: scored as answers come, mixed in by what is known, pausing whom they show to be bad."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.utils import timezone

from apps.annotations.actions import BadAnswers, revise_annotation, submit_annotation
from apps.annotations.models import Gold
from apps.consensus.models import Consensus
from apps.projects.models import Membership, Project, Terms
from apps.quality.actions import drain
from apps.quality.actions.gate_states import WrongMove
from apps.quality.actions.gating import move_annotator
from apps.quality.actions.gold import (
    BadPlan,
    NoDecision,
    forget_gold,
    gold_of_decision,
    set_gold,
)
from apps.quality.models import (
    Adjudication,
    GateEvent,
    GateState,
    GoldScore,
)
from apps.tasks.actions import NoMore, hand_out
from apps.tasks.models import CheckTask, QueueEntry
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
    answered_task,
    user_of,
)
from tests.quality.known import answer, known, next_of, plan, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(overlap=1)
    QuestionFactory(project=project, name="intent")
    return project


@pytest.fixture
def ann(project: Project) -> Membership:
    return MembershipFactory(project=project)


def test_an_answer_to_a_check_is_scored_and_counts_for_nothing_else(
    project: Project, ann: Membership
) -> None:
    (task,) = known(project)
    plan(project, first_checks=5)

    gate = work(ann, "complaint")

    score = GoldScore.objects.get(annotator=ann)
    assert (score.task_id, score.score, score.by_question) == (task.pk, 0.0, {"intent": 0.0})
    assert score.is_evidence
    assert (gate.answers, gate.mean) == (1, 0.0)
    assert Consensus.objects.get(task=task).value == "praise"
    assert QueueEntry.objects.get(task=task).submitted == 1


def test_the_score_is_that_of_the_kinds_distance(project: Project, ann: Membership) -> None:
    QuestionFactory(project=project, name="tags", kind="multi_choice")
    (task,) = known(project)
    set_gold(
        task=task,
        answers={"intent": "praise", "tags": ["praise", "complaint"]},
        source="test",
        at=timezone.now(),
    )
    plan(project)
    submit_annotation(
        assignment_id=next_of(ann).pk,
        annotator_user=user_of(ann),
        key=uuid.uuid4(),
        answers={"intent": "praise", "tags": ["praise"]},
        at=timezone.now(),
    )

    drain(project.pk)

    score = GoldScore.objects.get(annotator=ann)
    assert score.by_question == {"intent": 1.0, "tags": 0.5}
    assert score.score == 0.75


def test_a_revision_is_scored_in_place_of_the_first(project: Project, ann: Membership) -> None:
    known(project)
    plan(project)
    first = answer(ann, "complaint")
    drain(project.pk)
    revise_annotation(
        annotation_id=first.pk,
        by=user_of(ann),
        key=uuid.uuid4(),
        answers={"intent": "praise"},
        at=timezone.now(),
    )

    drain(project.pk)

    assert GoldScore.objects.get(annotator=ann).score == 1.0


def test_when_what_is_known_changes_all_is_scored_anew(project: Project, ann: Membership) -> None:
    (task,) = known(project)
    plan(project)
    assert work(ann, "complaint").mean == 0.0

    set_gold(task=task, answers={"intent": "complaint"}, source="test", at=timezone.now())
    drain(project.pk)

    assert GateState.objects.get(annotator=ann).mean == 1.0
    forget_gold(gold=Gold.objects.get(task=task))
    drain(project.pk)
    assert not GoldScore.objects.exists()
    assert not CheckTask.objects.exists()
    assert GateState.objects.get(annotator=ann).answers == 0


def test_what_was_answered_before_it_was_known_is_no_evidence(
    project: Project, ann: Membership
) -> None:
    """Else who disagreed where the answers differed would be judged by just these tasks."""
    task = answered_task(project=project, answers={ann: {"intent": "complaint"}})
    plan(project)
    set_gold(task=task, answers={"intent": "praise"}, source="test", at=timezone.now())

    drain(project.pk)

    score = GoldScore.objects.get(annotator=ann)
    assert (score.score, score.is_evidence) == (0.0, False)
    assert GateState.objects.get(annotator=ann).answers == 0


def test_a_bad_annotator_is_paused_told_why_and_the_lead_sees_the_evidence(
    project: Project, ann: Membership
) -> None:
    known(project, number=20)
    TaskFactory(project=project)
    plan(project, first_checks=20)

    gate = work(ann, *["complaint"] * 10)

    assert gate.state == "paused"
    told = hand_out(annotator=ann, project=project, at=timezone.now())
    assert isinstance(told, NoMore)
    assert told.is_stopped
    assert "The lead has been told" in told.message
    event = GateEvent.objects.get()
    assert (event.move, event.by) == ("pause", None)
    assert "0% on 10 known answers" in event.reason


def test_the_lead_may_want_to_be_told_only(project: Project, ann: Membership) -> None:
    known(project, number=20)
    plan(project, first_checks=20, is_pausing=False)

    gate = work(ann, *["complaint"] * 10)

    assert (gate.state, gate.caught_after is None) == ("active", False)
    assert not GateEvent.objects.exists()


def test_a_good_annotator_works_on_and_is_asked_less(project: Project, ann: Membership) -> None:
    known(project, number=60)
    plan(project, first_checks=60)
    before = project.check_rate

    gate = work(ann, *["praise"] * 55)

    assert gate.state == "active"
    assert gate.evidence < 0
    assert Terms.objects.get(annotator=ann).check_rate == pytest.approx(0.03)
    assert before == 0.15


def test_who_is_reinstated_is_tested_anew(project: Project, ann: Membership) -> None:
    known(project, number=30)
    plan(project, first_checks=30)
    work(ann, *["complaint"] * 10)
    lead = user_of(MembershipFactory(project=project, role="lead"))

    gate = move_annotator(
        member=ann,
        move="reinstate",
        by=lead,
        at=timezone.now(),
        reason="The guideline was unclear.",
    )

    assert (gate.state, gate.answers, gate.caught_after) == ("active", 0, None)
    assert work(ann, "praise").answers == 1
    assert [event.move for event in GateEvent.objects.order_by("pk")] == ["pause", "reinstate"]


def test_practice_comes_with_known_tasks_and_ends_by_itself(
    project: Project, ann: Membership
) -> None:
    known(project, number=10)
    plan(project, first_checks=0, practice=3)
    lead = user_of(MembershipFactory(project=project, role="lead"))
    move_annotator(member=ann, move="retrain", by=lead, at=timezone.now())

    gate = work(ann, "complaint", "complaint")
    assert gate.state == "practising"
    assert Terms.objects.get(annotator=ann).practice_left == 1
    gate = work(ann, "praise")

    assert (gate.state, gate.answers) == ("active", 0)
    assert Terms.objects.get(annotator=ann).practice_left == 0
    assert GoldScore.objects.filter(annotator=ann, is_evidence=False).count() == 3


@pytest.mark.parametrize("move", ["reinstate", "finish"])
def test_a_move_without_an_arrow_is_refused(ann: Membership, move: str) -> None:
    with pytest.raises(WrongMove, match="working"):
        move_annotator(member=ann, move=move, by=UserFactory(), at=timezone.now())


def test_a_decision_becomes_known(project: Project, ann: Membership) -> None:
    task = TaskFactory(project=project)
    with pytest.raises(NoDecision):
        gold_of_decision(task=task, at=timezone.now())
    decision = Adjudication.objects.create(
        project=project,
        task=task,
        outcome="decided",
        answers={"intent": "praise"},
        decided_by=UserFactory(),
    )

    gold = gold_of_decision(task=task, at=timezone.now())

    assert (gold.answers, gold.source) == ({"intent": "praise"}, f"decision {decision.pk}")
    assert CheckTask.objects.filter(task=task).exists()


def test_to_know_nothing_is_refused(project: Project) -> None:
    with pytest.raises(BadAnswers):
        set_gold(task=TaskFactory(project=project), answers={}, source="", at=timezone.now())


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ({"floor": 0.3}, "floor"),
        ({"ceiling": 0.7}, "ceiling"),
        ({"good": 0.5}, "good"),
        ({"alpha": 0.5}, "alpha"),
        ({"gate": "x"}, "gate"),
        ({"first_checks": 300}, "first_checks"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(
    project: Project, given: dict[str, Any], at: str
) -> None:
    with pytest.raises(BadPlan) as refused:
        plan(project, **given)

    assert at in refused.value.errors


def test_switched_off_nothing_is_mixed_in_and_nobody_paused(
    project: Project, ann: Membership
) -> None:
    known(project, number=20)
    plan(project, first_checks=20)
    plan(project, is_on=False)
    ordinary = TaskFactory(project=project)

    assert not project.has_checks
    assert next_of(ann).task_id == ordinary.pk
