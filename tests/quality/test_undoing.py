"""A reviewer takes the last verdict back, until somebody has acted on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.annotations.models import Annotation
from apps.projects.models import Project
from apps.quality.actions.appeals import contest_verdict
from apps.quality.actions.decisions import DecisionStands, adjudicate
from apps.quality.actions.gold import gold_of_decision
from apps.quality.actions.history import TaskHistory
from apps.quality.actions.reversals import reversals_of
from apps.quality.actions.stages import StageSpec
from apps.quality.actions.undoing import TooLate, undo_verdict
from apps.quality.models import Adjudication, Outcome, Review, TakenBack
from apps.tasks.models import Assignment, QueueEntry
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, UserFactory, user_of
from tests.quality.reviews import (
    ALL,
    case_of,
    given,
    judge,
    next_for,
    reviewer,
    revise,
    stages,
    two_stages,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    made = ProjectFactory(overlap=1)
    QuestionFactory(project=made, name="intent")
    return Project.objects.get(pk=made.pk)


def undo(review: Review, **more: Any) -> None:
    by = more.pop("by", review.seat.reviewer)
    undo_verdict(review_id=review.pk, by=by, at=more.pop("at", timezone.now()))


def slots(annotation: Annotation) -> tuple[int, int, int, str]:
    entry = QueueEntry.objects.get(pk=annotation.task_id)
    apart = Assignment.objects.get(pk=annotation.assignment_id).apart
    return entry.overlap, entry.handed, entry.submitted, apart


@pytest.mark.parametrize(
    ("verdict", "more"),
    [
        ("accept", {}),
        ("escalate", {}),
        ("return", {}),
        ("return", {"goes_to": "other"}),
        ("reject", {}),
        ("correct", {"answers": {"intent": "question"}}),
    ],
)
def test_each_verdict_is_taken_back_whole_and_another_follows(
    project: Project, verdict: str, more: dict[str, Any]
) -> None:
    first, _ = two_stages(project)
    annotation, ada = given(project), reviewer(project)
    before = slots(annotation)
    review = judge(annotation, ada, verdict, **more)

    undo(review)
    undo(review)

    case = case_of(annotation)
    assert (case.state, case.stage, case.held_by) == ("waiting", first, ada)
    assert slots(annotation) == before
    assert not Adjudication.objects.heads().exists()
    assert next_for(ada) == case
    again = judge(annotation, ada, "reject", reason="Rather so.")
    assert Review.objects.count() == 2
    assert list(Review.objects.standing()) == [again]
    assert TakenBack.objects.get().review == review


def test_what_was_decided_before_a_correction_holds_again(project: Project) -> None:
    stages(project, StageSpec("review", may=ALL))
    annotation, ada = given(project), reviewer(project)
    earlier = adjudicate(
        task=annotation.task,
        by=UserFactory(),
        at=timezone.now(),
        outcome=Outcome.DECIDED,
        answers={"intent": "complaint"},
        sources={},
        reason="Because.",
        follows=None,
    )
    answers = {"intent": "question"}
    review = judge(annotation, ada, "correct", answers=answers, follows=earlier.pk)

    undo(review)

    head = Adjudication.objects.heads().get()
    assert (head.answers, head.reason) == ({"intent": "complaint"}, "Because.")
    assert Adjudication.objects.count() == 3


def accepted_next(project: Project, annotation: Annotation, review: Review) -> None:
    judge(annotation, reviewer(project), "accept")


def held_next(project: Project, annotation: Annotation, review: Review) -> None:
    assert next_for(reviewer(project)) is not None


def revised(project: Project, annotation: Annotation, review: Review) -> None:
    revise(annotation, "complaint")


def an_hour_on(project: Project, annotation: Annotation, review: Review) -> datetime:
    return timezone.now() + timedelta(minutes=61)


@pytest.mark.parametrize("deed", [accepted_next, held_next, revised, an_hour_on])
def test_it_is_too_late_once_somebody_has_acted(project: Project, deed: Any) -> None:
    two_stages(project)
    annotation, ada = given(project), reviewer(project)
    review = judge(annotation, ada, "accept")

    at = deed(project, annotation, review) or timezone.now()

    with pytest.raises(TooLate):
        undo(review, at=at)

    assert not TakenBack.objects.exists()


def test_a_contested_return_is_not_taken_back(project: Project) -> None:
    stages(project, StageSpec("review", may=ALL))
    annotation = given(project)
    review = judge(annotation, reviewer(project), "return")
    contest_verdict(
        assignment_id=annotation.assignment_id,
        by=annotation.annotator,
        text="No.",
        at=timezone.now(),
    )

    with pytest.raises(TooLate, match="objected"):
        undo(review)


def test_what_others_were_asked_for_is_not_taken_back(project: Project) -> None:
    stages(project, StageSpec("review", may=ALL))
    annotation = given(project)
    review = judge(annotation, reviewer(project), "return", goes_to="other")
    QueueEntry.objects.filter(pk=annotation.task_id).update(handed=1)

    with pytest.raises(TooLate, match="asked already"):
        undo(review)

    assert case_of(annotation).state == "rejected"


def test_a_correction_that_was_decided_over_or_made_known_stays(project: Project) -> None:
    stages(project, StageSpec("review", may=ALL))
    over, known = given(project), given(project)
    reviews = [
        judge(one, reviewer(project), "correct", answers={"intent": "question"})
        for one in (over, known)
    ]
    adjudicate(
        task=over.task,
        by=UserFactory(),
        at=timezone.now(),
        outcome=Outcome.DECIDED,
        answers={"intent": "praise"},
        sources={},
        reason="",
        follows=reviews[0].correction_id,
    )
    gold_of_decision(task=known.task, at=timezone.now())

    with pytest.raises(DecisionStands):
        undo(reviews[0])
    with pytest.raises(TooLate, match="made known"):
        undo(reviews[1])


def test_another_s_verdict_is_not_there(project: Project) -> None:
    stages(project, StageSpec("review"))
    review = judge(given(project), reviewer(project), "accept")

    with pytest.raises(Review.DoesNotExist):
        undo(review, by=reviewer(project))


def test_history_keeps_both_and_the_figures_count_what_stands(project: Project) -> None:
    two_stages(project)
    annotation, ada = given(project), reviewer(project)
    undo(judge(annotation, ada, "accept"))
    judge(annotation, ada, "return")
    lead = user_of(MembershipFactory(project=project, role="lead"))
    seen = Project.objects.with_role_of(lead).get(pk=project.pk)

    words = [
        one.words for one in TaskHistory(annotation.task, seen, lead, hides_names=False).events()
    ]

    assert sum(word == "Verdict taken back" for word in words) == 1
    assert [one.verdicts for one in reversals_of(project)] == [1]


def test_the_page_offers_it_and_takes_it(project: Project) -> None:
    stages(project, StageSpec("review", may=ALL))
    annotation, ada = given(project), reviewer(project)
    client = Client()
    client.force_login(user_of(ada))
    page = f"/p/{project.pk}/review/"
    assert "undo/" not in client.get(page).content.decode()
    review = judge(annotation, ada, "accept")
    address = f"{page}verdicts/{review.pk}/undo/"
    assert address in client.get(page).content.decode()

    answer = client.post(address, follow=True)

    assert "Taken back. Judge it anew." in answer.content.decode()
    assert f'value="{annotation.pk}"' in answer.content.decode()
    client.force_login(user_of(reviewer(project)))
    assert client.post(address).status_code == 404
