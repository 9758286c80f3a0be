"""A reviewer takes their last verdict back: for a while, and only until somebody has acted on it.

The verdict stays in the history with a row that says so; what followed from it is put back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.annotations.models import Gold
from apps.core.audit import record
from apps.projects.models import Membership
from apps.quality.actions.candidates import answered, place_of
from apps.quality.actions.decisions import adjudicate, take_back
from apps.quality.actions.review_queue import HELD_MINUTES
from apps.quality.actions.review_states import check_review_move
from apps.quality.actions.verdicts import lock_case, put_back
from apps.quality.models import (
    DECISIONS,
    Adjudication,
    Appeal,
    GoesTo,
    Outcome,
    Review,
    ReviewCase,
    ReviewState,
    TakenBack,
    Verdict,
)
from apps.tasks.actions import Refused

# As long as a decision on the bench.
AN_HOUR = timedelta(hours=1)


class TooLate(Refused):
    code = "too_late_to_undo"


def last_verdict(*, by: Membership, at: datetime) -> Review | None:
    """Their newest that is not an hour old and not taken back; whether it may be is asked by `undo`."""
    mine = Review.objects.standing().filter(seat__reviewer=by, decided_at__gt=at - AN_HOUR)
    return mine.order_by("-pk").first()


@transaction.atomic
def undo_verdict(*, review_id: int, by: Membership, at: datetime) -> ReviewCase:
    """The answer waits at the same stage, before the same reviewer. The same again changes nothing.

    Raises Review.DoesNotExist for another's, TooLate, DecisionStands.
    """
    mine = Review.objects.filter(seat__reviewer=by, project=by.project_id)
    review = mine.select_related("seat__stage", "annotation").get(pk=review_id)
    case = lock_case(assignment_id=review.seat.assignment_id, project_id=by.project_id)
    if TakenBack.objects.filter(review=review).exists():
        return case
    _check(case, review, by, at)
    _take_back_decision(case, review, by, at)
    _put_answer_back(review)
    TakenBack.objects.create(review=review, undone_at=at)
    case.stage, case.state = review.seat.stage, check_review_move(case.state, "undo")
    found = answered(case.project, [review.annotation.task_id])
    place = next((place_of(case.stage, one) for one in found if one.assignment_id == case.pk), None)
    case.place = case.place if place is None else place
    now = timezone.now()
    case.held_by, case.held_until = by, now + timedelta(minutes=HELD_MINUTES)
    case.changed_at = now
    case.save()
    task = f"task {review.annotation.task_id}"
    record("review.undone", project=by.project, subject=task, by=by.user, verdict=review.verdict)
    return case


def _check(case: ReviewCase, review: Review, by: Membership, at: datetime) -> None:
    if review.decided_at <= at - AN_HOUR:
        raise TooLate("That is more than an hour ago.")
    last = Review.objects.last_of(case.pk)
    if last is None or last.pk != review.pk:
        raise TooLate("Somebody has reviewed the answer since.")
    if case.state == ReviewState.CONTESTED or Appeal.objects.filter(review=review).exists():
        raise TooLate("Its annotator has objected to it; a third person decides.")
    if not case.annotation_id == case.assignment.head_id == review.annotation_id:
        raise TooLate("Its annotator has changed the answer since.")
    is_held = case.held_until is not None and case.held_until > timezone.now()
    if is_held and case.held_by_id != by.pk:
        raise TooLate("Somebody has the answer before them at the next stage.")
    if review.seat.stage.retired_at is not None:
        raise TooLate("The stage was taken out since.")


def _take_back_decision(case: ReviewCase, review: Review, by: Membership, at: datetime) -> None:
    """What the verdict decided about the task: the last word before it holds again."""
    task = case.assignment.task
    words = Adjudication.objects.filter(task=task, decided_by=by.user_id)
    made = words.filter(decided_at=review.decided_at).select_related("predecessor").first()
    if made is None or by.user is None:
        return
    if Gold.objects.filter(task=task, source=f"decision {made.pk}").exists():
        raise TooLate("What it decided was made known since.")
    before = made.predecessor
    if before is None or before.outcome not in DECISIONS:
        take_back(task=task, by=by.user, at=at, follows=made.pk)
        return
    adjudicate(
        task=task,
        by=by.user,
        at=at,
        outcome=Outcome(before.outcome),
        answers=before.answers,
        sources=before.sources,
        reason=before.reason,
        follows=made.pk,
    )


def _put_answer_back(review: Review) -> None:
    """Set aside by the verdict it counts again, unless its slot has gone to somebody."""
    was_aside = review.verdict == Verdict.REJECT or review.goes_to == GoesTo.OTHER
    if was_aside and review.has_slot_before and not put_back(review):
        raise TooLate("Somebody else was asked already, so the answer cannot count again.")
