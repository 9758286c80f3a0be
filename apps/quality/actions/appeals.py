"""Objections, decided by somebody who has not seen the task before, with an explanation.

Whatever is locked, the task's queue entry comes first.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from apps.annotations.actions import revise_annotation
from apps.annotations.models import Annotation
from apps.core.audit import record
from apps.projects.actions.sections import headings_of
from apps.projects.models import Guideline, Membership, Project
from apps.quality.actions.gold_contests import correct_gold
from apps.quality.actions.review_states import check_review_move
from apps.quality.actions.rulings import (
    BadAppeal,
    DecidedAlready,
    HasSeenIt,
    Ruling,
    clean_appeal_text,
    decide_task,
)
from apps.quality.actions.telling import tell_of_appeal, tell_of_ruling
from apps.quality.actions.verdicts import (
    accept_case,
    leave,
    lock_case,
    put_back,
)
from apps.quality.models import Adjudication, Appeal, AppealState, Review, Seat
from apps.quality.permissions import may_review
from apps.tasks.models import Assignment, QueueEntry

if TYPE_CHECKING:
    from apps.accounts.models import User

# Where there is no heading to cite.
NO_GUIDELINE = "The project has no guideline."
WHOLE_GUIDELINE = "The guideline as a whole."


@transaction.atomic
def contest_verdict(*, assignment_id: int, by: Membership, text: str, at: datetime) -> Appeal:
    """The annotator objects to a return or a rejection, once.

    Raises ReviewCase.DoesNotExist for another's answer, IllegalReview, DecidedAlready, BadAppeal.
    """
    case = lock_case(assignment_id=assignment_id, project_id=by.project_id)
    if case.annotator_id != by.pk:
        raise type(case).DoesNotExist
    state = check_review_move(case.state, "contest")
    review = Review.objects.last_of(assignment_id)
    if Appeal.objects.filter(review=review).exists():
        raise DecidedAlready("This was contested before, and somebody else has decided it.")
    appeal = Appeal.objects.create(
        project_id=case.project_id,
        task_id=case.assignment.task_id,
        review=review,
        author=by,
        text=clean_appeal_text(text, "text"),
        opened_at=at,
    )
    case.state, case.changed_at = state, at
    case.save()
    tell_of_appeal(appeal, at=at)
    return appeal


@transaction.atomic
def decide_appeal(*, appeal_id: int, by: Membership, ruling: Ruling, at: datetime) -> Appeal:
    """Raises Appeal.DoesNotExist, HasSeenIt, DecidedAlready, BadAppeal, BadDecision."""
    first = Appeal.objects.get(pk=appeal_id, project=by.project_id)
    list(QueueEntry.objects.select_for_update(no_key=True).filter(task=first.task_id))
    appeal = (
        Appeal.objects.select_for_update(of=("self",))
        .select_related("project", "task__project", "review__annotation", "scored", "author")
        .get(pk=appeal_id)
    )
    if appeal.state != AppealState.OPEN:
        raise DecidedAlready("This appeal does not wait any more: it was decided, or taken back.")
    person = check_third(appeal, by)
    rule = _check(appeal, ruling)
    appeal.decision = _follow(appeal, person, ruling, at)
    record(
        "appeal.decided",
        project=by.project,
        subject=f"appeal {appeal.pk}",
        by=person,
        outcome=ruling.outcome,
    )
    appeal.state, appeal.explanation, appeal.rule = ruling.outcome, ruling.explanation.strip(), rule
    appeal.guideline_version = appeal.project.guideline_version
    appeal.decided_by, appeal.decided_at = by, at
    appeal.save()
    tell_of_ruling(appeal, at=at)
    return appeal


def check_third(appeal: Appeal, by: Membership) -> User:
    """The person. Raises HasSeenIt for who answered, reviewed, decided or judged an appeal about the task."""
    if by.user is None or not may_review(role=by.role, tags=(), requires=()):
        raise HasSeenIt("Appeals are decided by reviewers and leads.")
    if appeal.task_id in seen_by(by, [appeal.task_id]):
        raise HasSeenIt("You have had this task before you. Somebody else decides the appeal.")
    return by.user


def seen_by(member: Membership, task_ids: Collection[int]) -> set[int]:
    """Those of the tasks that somebody has had before them, in whatever part: four reads for all."""
    answered = Assignment.objects.filter(annotator=member, task__in=task_ids)
    reviewed = Seat.objects.filter(reviewer=member, assignment__task__in=task_ids)
    decided = Adjudication.objects.filter(decided_by=member.user_id, task__in=task_ids)
    judged = Appeal.objects.filter(decided_by=member, task__in=task_ids)
    return {
        *answered.values_list("task_id", flat=True),
        *reviewed.values_list("assignment__task_id", flat=True),
        *decided.values_list("task_id", flat=True),
        *judged.values_list("task_id", flat=True),
    }


def headings(project: Project) -> list[str]:
    """The rules that an explanation may cite: the guideline's headings."""
    return list(dict.fromkeys(head[:300] for head in headings_of(_guideline(project))))


def _guideline(project: Project) -> str:
    found = Guideline.objects.filter(project=project, number=project.guideline_version)
    return found.values_list("text", flat=True).first() or ""


def _check(appeal: Appeal, ruling: Ruling) -> str:
    """The rule that is cited. Raises BadAppeal."""
    errors: dict[str, str] = {}
    if ruling.outcome not in {AppealState.UPHELD, AppealState.OVERTURNED}:
        errors["outcome"] = "Say whether it is upheld or overturned."
    rules = headings(appeal.project)
    if rules and ruling.rule not in rules:
        errors["rule"] = "Cite a heading of the guideline as it stands."
    if (ruling.is_gold or ruling.is_example) and ruling.outcome != AppealState.OVERTURNED:
        errors["outcome"] = "Only what is overturned becomes known, or an example."
    if errors:
        raise BadAppeal(errors)
    clean_appeal_text(ruling.explanation, "explanation")
    if rules:
        return ruling.rule
    return WHOLE_GUIDELINE if _guideline(appeal.project).strip() else NO_GUIDELINE


def _follow(appeal: Appeal, by: User, ruling: Ruling, at: datetime) -> Adjudication | None:
    """What is decided about the task by it, if anything is."""
    is_over = ruling.outcome == AppealState.OVERTURNED
    if appeal.scored is not None:
        return correct_gold(appeal, by, ruling, at) if is_over else None
    answers = dict(ruling.answers)
    if appeal.review:
        _follow_case(appeal, appeal.review, is_over=is_over)
        answers = appeal.review.annotation.answers
    if is_over and (appeal.review is None or ruling.is_gold or ruling.is_example):
        return decide_task(appeal, by, ruling, answers, at)
    return None


def _follow_case(appeal: Appeal, review: Review, *, is_over: bool) -> None:
    """Overturned, a rejected answer counts again while its slot is free; else it stays apart."""
    case = lock_case(assignment_id=review.annotation.assignment_id, project_id=appeal.project_id)
    is_rejection = appeal.about == "reject"
    if not is_over:
        leave(case, "uphold_rejection" if is_rejection else "uphold")
        return
    if is_rejection:
        put_back(review)
    accept_case(case)


def send_again(
    *, annotation_id: int, by: User, answers: Mapping[str, Any], at: datetime
) -> Annotation:
    """Another answer after a return."""
    return revise_annotation(
        annotation_id=annotation_id,
        by=by,
        key=uuid.uuid4(),
        answers=dict(answers),
        at=at,
    ).annotation
