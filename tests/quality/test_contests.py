"""An annotator objects to a rejection, or to a known answer; a third person decides."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.annotations.models import Annotation, Gold
from apps.projects.models import Membership, Project
from apps.quality.actions import drain
from apps.quality.actions.appeals import contest_verdict, decide_appeal
from apps.quality.actions.gold import set_gold
from apps.quality.actions.gold_contests import (
    GoldMoved,
    NothingToContest,
    contest_gold,
    restore_gold,
    what_changes,
)
from apps.quality.actions.review_states import IllegalReview
from apps.quality.actions.rulings import DecidedAlready, HasSeenIt, Ruling
from apps.quality.actions.scoring import score_tasks
from apps.quality.actions.stages import StageSpec
from apps.quality.models import Adjudication, Appeal, GoldScore
from apps.tasks.models import Assignment, QueueEntry, Task
from tests.clients import signed_in
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    user_of,
)
from tests.quality.reviews import ALL, case_of, given, judge, reviewer, stages, two_stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    made = ProjectFactory(overlap=1)
    QuestionFactory(project=made, name="intent")
    return Project.objects.get(pk=made.pk)


def rejected(project: Project, **how: Any) -> Annotation:
    stages(project, StageSpec("review", may=ALL))
    annotation = given(project)
    judge(annotation, reviewer(project), **{"verdict": "reject", **how})
    return annotation


def object_to(annotation: Annotation) -> Appeal:
    return contest_verdict(
        assignment_id=annotation.assignment_id,
        by=annotation.annotator,
        text="It counts.",
        at=timezone.now(),
    )


def decide(appeal: Appeal, outcome: str, **more: Any) -> Appeal:
    return decide_appeal(
        appeal_id=appeal.pk,
        by=more.pop("by", None) or reviewer(appeal.project),
        ruling=Ruling(outcome, "So it is.", **more),
        at=timezone.now(),
    )


def slots(annotation: Annotation) -> tuple[int, int, int]:
    found = QueueEntry.objects.get(pk=annotation.task_id)
    return found.overlap, found.handed, found.submitted


def practised(project: Project, said: str = "complaint") -> Annotation:
    """Somebody's answer in practice, to a task of which "praise" is known."""
    task = TaskFactory(project=project)
    set_gold(task=task, answers={"intent": "praise"}, source="test", at=timezone.now())
    return answered_by(MembershipFactory(project=project), task, said, apart="practice")


def answered_by(member: Membership, task: Task, said: str, **more: Any) -> Annotation:
    made: Annotation = AnnotationFactory(
        assignment=AssignmentFactory(task=task, annotator=member, holds_slot=False, **more),
        answers={"intent": said},
    )
    score_tasks(project=task.project, task_ids=[task.pk])
    return made


def contest(annotation: Annotation) -> Appeal:
    return contest_gold(
        assignment_id=annotation.assignment_id,
        by=annotation.annotator,
        text="It complains.",
        at=timezone.now(),
    )


def test_a_rejection_that_is_overturned_counts_again(project: Project) -> None:
    annotation = rejected(project)
    before = slots(annotation)
    appeal = object_to(annotation)
    assert case_of(annotation).state == "contested"

    decide(appeal, "overturned")

    assert case_of(annotation).state == "accepted"
    assert Assignment.objects.get(pk=annotation.assignment_id).apart == ""
    assert (before[0] + 1, 1) == (slots(annotation)[0], slots(annotation)[2])
    annotation.refresh_from_db()
    assert annotation.is_independent


def test_a_rejection_that_stays_is_not_contested_again(project: Project) -> None:
    annotation = rejected(project)
    decide(object_to(annotation), "upheld")

    assert case_of(annotation).state == "rejected"
    assert Assignment.objects.get(pk=annotation.assignment_id).apart == "set_aside"
    with pytest.raises(DecidedAlready):
        object_to(annotation)


def test_overturned_after_somebody_else_answered_it_stays_apart(project: Project) -> None:
    """A task never counts more answers than its overlap."""
    annotation = rejected(project, verdict="return", goes_to="other")
    appeal = object_to(annotation)
    QueueEntry.objects.filter(pk=annotation.task_id).update(handed=1, submitted=1)

    decide(appeal, "overturned")

    assert case_of(annotation).state == "accepted"
    assert Assignment.objects.get(pk=annotation.assignment_id).apart == "set_aside"
    assert slots(annotation) == (1, 1, 1)


def test_who_rejected_it_does_not_decide(project: Project) -> None:
    stages(project, StageSpec("review", may=ALL))
    annotation, ada = given(project), reviewer(project)
    judge(annotation, ada, "reject")

    with pytest.raises(HasSeenIt):
        decide(object_to(annotation), "upheld", by=ada)


def test_an_accepted_answer_is_not_contested(project: Project) -> None:
    two_stages(project)
    annotation = given(project)
    judge(annotation, reviewer(project), "accept")

    with pytest.raises(IllegalReview):
        object_to(annotation)


def test_a_known_answer_is_corrected_and_all_are_judged_anew(project: Project) -> None:
    annotation = practised(project)
    other = answered_by(
        MembershipFactory(project=project), annotation.task, "praise", apart="check"
    )
    scores = {one.assignment_id: one.score for one in GoldScore.objects.all()}
    assert scores == {annotation.assignment_id: 0.0, other.assignment_id: 1.0}
    appeal = contest(annotation)

    change = what_changes(task=annotation.task, answers={"intent": "complaint"})
    assert change is not None
    assert (change.answers, change.people, change.better, change.worse) == (2, 2, 1, 1)
    assert (change.before, change.after) == (0.5, 0.5)
    assert Gold.objects.get().answers == {"intent": "praise"}

    decided = decide(appeal, "overturned", answers={"intent": "complaint"})
    drain(project.pk)

    scores = {one.assignment_id: one.score for one in GoldScore.objects.all()}
    assert scores == {annotation.assignment_id: 1.0, other.assignment_id: 0.0}
    assert Gold.objects.get().explanation == "So it is."
    assert decided.decision is not None
    assert decided.gold_before == {
        "answers": {"intent": "praise"},
        "source": "test",
        "explanation": "",
    }


def test_a_lead_puts_back_what_was_known(project: Project) -> None:
    annotation = practised(project)
    appeal = decide(contest(annotation), "overturned", answers={"intent": "complaint"})
    lead = MembershipFactory(project=project, role="lead")

    restore_gold(appeal_id=appeal.pk, project=project, by=user_of(lead), at=timezone.now())
    drain(project.pk)

    assert (Gold.objects.get().answers, Gold.objects.get().source) == ({"intent": "praise"}, "test")
    assert GoldScore.objects.get().score == 0
    assert not Adjudication.objects.heads().exists()
    with pytest.raises(GoldMoved):
        restore_gold(appeal_id=appeal.pk, project=project, by=user_of(lead), at=timezone.now())


def test_upheld_what_is_known_stays(project: Project) -> None:
    annotation = practised(project)
    decide(contest(annotation), "upheld")

    assert Gold.objects.get().answers == {"intent": "praise"}
    assert not Adjudication.objects.exists()
    with pytest.raises(DecidedAlready):
        contest(annotation)


def test_only_a_missed_answer_of_one_s_own_practice_is_contested(project: Project) -> None:
    right = practised(project, "praise")
    with pytest.raises(NothingToContest):
        contest(right)
    hidden = answered_by(MembershipFactory(project=project), right.task, "complaint", apart="check")
    with pytest.raises(Assignment.DoesNotExist):
        contest(hidden)
    missed = practised(project)
    with pytest.raises(Assignment.DoesNotExist):
        contest_gold(
            assignment_id=missed.assignment_id,
            by=MembershipFactory(project=project),
            text="No.",
            at=timezone.now(),
        )


def test_an_annotator_finds_what_they_can_object_to_and_does(project: Project) -> None:
    annotation = rejected(project)
    client = signed_in(annotation.annotator)
    address = f"/p/{project.pk}/contest/{annotation.assignment_id}/"

    assert address in client.get(f"/p/{project.pk}/mine/").content.decode()
    assert "See rule 2." in client.get(address).content.decode()
    assert client.post(address, {"text": " "}).status_code == 422
    assert client.post(address, {"text": "It counts."}).status_code == 302

    mine = client.get(f"/p/{project.pk}/mine/").content.decode()
    assert address not in mine
    assert "Waits for a third person" in mine
    other = signed_in(MembershipFactory(project=project))
    assert other.get(address).status_code == 404
    assert other.post(address, {"text": "x"}).status_code == 404


def test_after_practice_the_known_answer_is_shown_and_contested(project: Project) -> None:
    annotation = practised(project)
    client = signed_in(annotation.annotator)
    address = f"/p/{project.pk}/contest/{annotation.assignment_id}/"
    assert address in client.get(f"/p/{project.pk}/mine/").content.decode()

    with CaptureQueriesContext(connection) as asked:
        page = client.get(address).content.decode()

    assert "What is known" in page
    assert len(asked) <= 14
    assert client.post(address, {"text": "It complains."}).status_code == 302
    assert Appeal.objects.get().about == "gold"


def test_a_hidden_check_is_not_told_by_the_page(project: Project) -> None:
    task = practised(project).task
    hidden = answered_by(MembershipFactory(project=project), task, "complaint", apart="check")
    client = signed_in(hidden.annotator)

    assert "/contest/" not in client.get(f"/p/{project.pk}/mine/").content.decode()
    assert client.get(f"/p/{project.pk}/contest/{hidden.assignment_id}/").status_code == 404


def test_who_decides_sees_beforehand_what_would_change(project: Project) -> None:
    annotation = practised(project)
    appeal = contest(annotation)
    client = signed_in(reviewer(project))
    address = f"/p/{project.pk}/appeals/{appeal.pk}/"

    first = " ".join(client.get(address).content.decode().split())
    own = {"take.intent": "own", "own.intent": '"praise"'}
    looked = client.post(address, {**own, "do": "look"})
    second = " ".join(looked.content.decode().split())

    assert "1 would score better, 0 worse; the mean goes from 0 % to 100 %" in first
    assert "0 would score better, 0 worse; the mean goes from 0 % to 0 %" in second
    assert Appeal.objects.get().state == "open"
    sent = {"outcome": "overturned", "explanation": "It complains."}
    answer = client.post(address, {**sent, "take.intent": str(annotation.key)})
    assert answer.status_code == 302
    assert Gold.objects.get().answers == {"intent": "complaint"}
    lead = signed_in(MembershipFactory(project=project, role="lead"))
    assert "Put back what was known" in lead.get(f"/p/{project.pk}/appeals/").content.decode()
    assert lead.post(f"{address}restore/").status_code == 302
    assert Gold.objects.get().answers == {"intent": "praise"}
