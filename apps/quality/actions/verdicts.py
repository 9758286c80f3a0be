"""What reviewers say about answers, and what follows from it.

Locks are taken in one order: the task's queue entry, then the case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core.audit import record
from apps.core.faults import BadInput
from apps.projects.models import Membership
from apps.quality.actions.candidates import Answered, answered, place_of, takes
from apps.quality.actions.decisions import BadDecision, adjudicate
from apps.quality.actions.review_states import check_review_move
from apps.quality.actions.reviewing import stages_of
from apps.quality.actions.telling import tell_of_verdict
from apps.quality.models import (
    Adjudication,
    GoesTo,
    Outcome,
    Review,
    ReviewCase,
    Seat,
    Stage,
    Verdict,
)
from apps.quality.permissions import may_review
from apps.tasks.actions import Refused
from apps.tasks.actions.aside import SetAside, put_back_many, set_aside
from apps.tasks.actions.feedback import was_told
from apps.tasks.models import Assignment, QueueEntry

LONGEST_REASON = 5_000


class NotYours(Refused):
    """Somebody else has it before them, or it is one's own, or one has judged it already."""

    code = "not_yours_to_review"


class AnswerChanged(Refused):
    code = "answer_changed"


class BadVerdict(BadInput):
    """{"reason": sentence}."""

    code = "bad_verdict"


@dataclass(frozen=True)
class Said:
    """A verdict on the revision `annotation_id`, as it is sent."""

    verdict: str
    annotation_id: int
    reason: str = ""
    goes_to: str = ""
    # With a correction: the right answers to all questions, and the last word that it follows.
    answers: Mapping[str, Any] = field(default_factory=dict)
    follows: int | None = None


@transaction.atomic
def give_verdict(*, assignment_id: int, by: Membership, said: Said, at: datetime) -> Review:
    """Keep a verdict, and let the answer go on. The same verdict again is the first one.

    Raises ReviewCase.DoesNotExist, BadVerdict, BadDecision, and for the wrong moment or person
    NotYours, AnswerChanged, IllegalReview or DecisionStands.
    """
    case = lock_case(assignment_id=assignment_id, project_id=by.project_id)
    if first := _replayed(case, by, said):
        return first
    _check_person(case, by)
    check_review_move(case.state, "accept")
    if case.annotation_id != said.annotation_id or case.assignment.head_id != said.annotation_id:
        raise AnswerChanged("The answer was changed meanwhile. Look at it again.")
    _check_said(case, said)
    seat, _ = Seat.objects.get_or_create(
        assignment_id=assignment_id,
        reviewer=by,
        defaults={"stage": case.stage, "annotator_id": case.annotator_id},
    )
    before = Review.objects.filter(seat=seat, annotation=said.annotation_id)
    review = Review.objects.create(
        project_id=case.project_id,
        seat=seat,
        annotation_id=said.annotation_id,
        turn=before.count(),
        has_slot_before=case.assignment.holds_slot,
        verdict=said.verdict,
        reason=said.reason.strip(),
        goes_to=said.goes_to if said.verdict == Verdict.RETURN else "",
        correction=_correct(case, by, said, at),
        decided_at=at,
    )
    _record(case, by, said.verdict)
    is_lent = said.goes_to == GoesTo.OTHER and said.verdict == Verdict.RETURN
    if said.verdict == Verdict.ACCEPT:
        _take_back_correction(case, by, said, at)
    FOLLOWS["lend" if is_lent else said.verdict](case)
    if said.verdict in {Verdict.RETURN, Verdict.REJECT}:
        _tell(case, review)
    return review


def _tell(case: ReviewCase, review: Review) -> None:
    """Whoever reads what a reviewer thinks of an answer gives no second opinion on its task."""
    author = case.annotator.user_id
    was_told(task_id=case.assignment.task_id, user_ids=[author] if author else [])
    tell_of_verdict(review, to=case.annotator, at=review.decided_at)


def _record(case: ReviewCase, by: Membership, verdict: str) -> None:
    task = f"task {case.assignment.task_id}"
    record("review.given", project=by.project, subject=task, by=by.user, verdict=verdict)


def lock_case(*, assignment_id: int, project_id: int) -> ReviewCase:
    task = Assignment.objects.filter(pk=assignment_id).values("task_id")
    list(QueueEntry.objects.select_for_update(no_key=True).filter(task_id__in=task))
    return (
        ReviewCase.objects.select_for_update(of=("self",))
        .select_related("stage", "project", "assignment__task__project", "annotator__user")
        .get(pk=assignment_id, project=project_id)
    )


def _replayed(case: ReviewCase, by: Membership, said: Said) -> Review | None:
    first = (
        Review.objects.standing()
        .filter(seat__assignment=case.pk, seat__reviewer=by, annotation=said.annotation_id)
        .first()
    )
    if first is None:
        return None
    if (first.verdict, first.reason) == (said.verdict, said.reason.strip()):
        return first
    raise NotYours("You have judged this answer already.")


def _check_person(case: ReviewCase, by: Membership) -> None:
    if by.pk == case.annotator_id:
        raise NotYours("Nobody reviews their own answer.")
    if not may_review(role=by.role, tags=by.tags, requires=case.stage.requires):
        raise NotYours(f"The stage {case.stage} is for others.")
    if (
        case.held_by_id not in {None, by.pk}
        and case.held_until
        and (case.held_until > timezone.now())
    ):
        raise NotYours("Somebody else has this answer before them.")
    elsewhere = Seat.objects.filter(assignment=case.pk, reviewer=by).exclude(stage=case.stage)
    if elsewhere.exists():
        raise NotYours("You have reviewed this answer at another stage.")


def _check_said(case: ReviewCase, said: Said) -> None:
    errors: dict[str, str] = {}
    if said.verdict not in case.stage.may:
        errors["verdict"] = f"At this stage one may: {', '.join(case.stage.may)}."
    if len(said.reason) > LONGEST_REASON or "\0" in said.reason:
        errors["reason"] = f"Give a reason of at most {LONGEST_REASON:,} characters."
    if said.verdict in {Verdict.RETURN, Verdict.REJECT} and not said.reason.strip():
        errors["reason"] = "Say why."
    if said.verdict == Verdict.RETURN:
        errors |= _check_goes_to(case, said.goes_to)
    if said.verdict == Verdict.ESCALATE and _behind(case) is None:
        errors["verdict"] = "There is no stage behind this one."
    if errors:
        raise BadVerdict(errors)


def _check_goes_to(case: ReviewCase, goes_to: str) -> dict[str, str]:
    if goes_to not in GoesTo.values:
        return {"goes_to": "Say whether it goes to the same person or to another."}
    author = case.annotator
    is_there = author.user_id is not None and author.is_active
    if goes_to == GoesTo.SAME and not is_there:
        return {"goes_to": "Its annotator does not work here any more. Return it to another."}
    return {}


def _correct(case: ReviewCase, by: Membership, said: Said, at: datetime) -> Adjudication | None:
    """A correction is a decision about the task: the annotator's answer stays as they gave it."""
    if said.verdict != Verdict.CORRECT or by.user is None:
        return None
    judged = case.assignment.annotations.get(pk=said.annotation_id)
    key, own = str(judged.key), judged.answers
    if said.answers == own:
        raise BadDecision({"answers": "Nothing is corrected. Accept it instead."})
    return adjudicate(
        task=case.assignment.task,
        by=by.user,
        at=at,
        outcome=Outcome.DECIDED,
        answers=said.answers,
        sources={
            name: key if name in own and own[name] == value else None
            for name, value in said.answers.items()
        },
        reason=said.reason,
        follows=said.follows,
    )


def _take_back_correction(case: ReviewCase, by: Membership, said: Said, at: datetime) -> None:
    """Who accepts an answer as it was given decides so, where a stage before had corrected it."""
    corrected = (
        Review.objects.standing()
        .filter(annotation=said.annotation_id, correction__isnull=False, correction__successor=None)
        .select_related("annotation")
        .first()
    )
    if corrected and by.user:
        adjudicate(
            task=case.assignment.task,
            by=by.user,
            at=at,
            outcome=Outcome.DECIDED,
            answers=corrected.annotation.answers,
            sources=dict.fromkeys(corrected.annotation.answers, corrected.annotation.key),
            reason=said.reason,
            follows=corrected.correction_id,
        )


def _behind(case: ReviewCase) -> Stage | None:
    behind = (one for one in stages_of(case.project) if one.position > case.stage.position)
    return next(behind, None)


def _found(case: ReviewCase) -> Answered | None:
    found = answered(case.project, [case.assignment.task_id])
    return next((one for one in found if one.assignment_id == case.pk), None)


def accept_case(case: ReviewCase) -> None:
    """To the next stage that takes it; accepted, when there is none."""
    found = _found(case)
    behind = [one for one in stages_of(case.project) if one.position > case.stage.position]
    stage = next((one for one in behind if found and takes(one, found)), None)
    if stage is None or found is None:
        return leave(case, "accept")
    return _pass_on(case, stage, found)


def _escalate(case: ReviewCase) -> None:
    stage, found = _behind(case), _found(case)
    if stage and found:
        _pass_on(case, stage, found)


def _pass_on(case: ReviewCase, stage: Stage, found: Answered) -> None:
    case.stage, case.place = stage, place_of(stage, found)
    leave(case, "pass_on")


def _return(case: ReviewCase) -> None:
    """It comes back to its annotator with the reason."""
    leave(case, "return")


def _lend_to_another(case: ReviewCase) -> None:
    """Its slot is free again, and whoever asks for work next may get it; its annotator does not."""
    set_aside(assignment_id=case.pk, is_asked_anew=True)
    leave(case, "reject")


def _reject(case: ReviewCase) -> None:
    set_aside(assignment_id=case.pk, is_asked_anew=False)
    leave(case, "reject")


def put_back(review: Review) -> bool:
    """Let the answer that this verdict set aside count again; whether its slot was still free."""
    judged = review.annotation
    done = SetAside(
        assignment_id=judged.assignment_id,
        task_id=judged.task_id,
        has_slot=review.has_slot_before,
        is_narrowed=review.has_slot_before and review.verdict == Verdict.REJECT,
    )
    return bool(put_back_many(project_id=review.project_id, done=[done]))


def leave(case: ReviewCase, move: str) -> None:
    case.state = check_review_move(case.state, move)
    case.held_by, case.held_until, case.changed_at = None, None, timezone.now()
    case.save()


FOLLOWS: dict[str, Callable[[ReviewCase], None]] = {
    Verdict.ACCEPT: accept_case,
    Verdict.CORRECT: accept_case,
    Verdict.RETURN: _return,
    "lend": _lend_to_another,
    Verdict.ESCALATE: _escalate,
    Verdict.REJECT: _reject,
}
