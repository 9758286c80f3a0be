"""What people sign of their own work: readings, the newest revision of each, decisions and verdicts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.accounts.actions import Confirmed
from apps.annotations.models import Annotation, AnnotationQuerySet
from apps.core.json import canonical
from apps.projects.actions.faults import BadProject
from apps.projects.actions.signatures import Subject, fits, sign, subject_of_amendment
from apps.projects.models import Amendment, Project, Signature, Signed
from apps.quality.models import (
    Adjudication,
    AdjudicationQuerySet,
    Review,
    Verdict,
)
from apps.quality.models.reviews import ReviewQuerySet
from apps.tasks.models import Task

if TYPE_CHECKING:
    from apps.accounts.models import User

# Signed by one password at once.
MOST_AT_ONCE = 200
# What a verdict is signed with: see `subject_of_verdict`.
VERDICT_PARTS = ("annotation__task", "seat", "correction__task")
SIGNED_VERDICTS = (Verdict.ACCEPT, Verdict.CORRECT, Verdict.REJECT)
Signable = Annotation | Adjudication | Review


@dataclass(frozen=True)
class Named:
    """What somebody has on their page: a row, and the digest of what they see of it."""

    kind: Signed
    pk: int
    digest: str


def subject_of_reading(given: Annotation) -> Subject:
    """Needs `select_related("task")` in lists. The case is in it by its digest."""
    return Subject(
        Signed.READING,
        given.pk,
        {
            "project": given.project_id,
            "case": _case(given.task),
            "annotator": given.annotator_id,
            "assignment": given.assignment_id,
            "revision": given.revision,
            "key": str(given.key),
            "question_version": given.question_version,
            "answers": given.answers,
            "note": given.note,
            "confidence": given.confidence,
            "submitted_at": given.submitted_at.isoformat(),
        },
    )


def subject_of_decision(made: Adjudication) -> Subject:
    """Needs `select_related("task")` in lists."""
    return Subject(
        Signed.DECISION,
        made.pk,
        {
            "project": made.project_id,
            "case": _case(made.task),
            "outcome": made.outcome,
            "answers": made.answers,
            "sources": made.sources,
            "reason": made.reason,
            "saw": made.saw,
            "decided_by": made.decided_by_id,
            "decided_at": made.decided_at.isoformat(),
        },
    )


def subject_of_verdict(given: Review) -> Subject:
    """Needs `VERDICT_PARTS` in lists. The reading that was judged is in it by its digest, and so is
    the decision that a correction made: the verdict approves them as they were."""
    correction = given.correction
    return Subject(
        Signed.VERDICT,
        given.pk,
        {
            "project": given.project_id,
            "reading": {
                "annotation": given.annotation_id,
                "sha256": subject_of_reading(given.annotation).digest,
            },
            "stage": given.seat.stage_id,
            "reviewer": given.seat.reviewer_id,
            "verdict": given.verdict,
            "reason": given.reason,
            "decision": correction
            and {"id": correction.pk, "sha256": subject_of_decision(correction).digest},
            "decided_at": given.decided_at.isoformat(),
        },
    )


def _case(task: Task) -> dict[str, int | str]:
    return {"task": task.pk, "sha256": hashlib.sha256(canonical(task.data)).hexdigest()}


def readings_to_sign(project: Project, user: User) -> AnnotationQuerySet:
    """The person's newest revisions that count and that they have not signed, oldest first.

    A revision is another row: it waits again, and what was signed before stays signed.
    """
    mine = Annotation.objects.heads_that_count().filter(
        project=project, annotator__user=user, erased_at__isnull=True
    )
    return mine.exclude(_signed(Signed.READING, user)).order_by("pk")


def decisions_to_sign(project: Project, user: User) -> AdjudicationQuerySet:
    """Those of the person's that hold. What a correction decided is signed with its verdict."""
    mine = Adjudication.objects.heads().filter(
        project=project, decided_by=user, review__isnull=True
    )
    return mine.exclude(_signed(Signed.DECISION, user)).order_by("pk")


def verdicts_to_sign(project: Project, user: User) -> ReviewQuerySet:
    """Those by which the person has approved, corrected or rejected a reading, and that stand. To
    return or escalate one says nothing for good."""
    mine = Review.objects.standing().filter(
        project=project, seat__reviewer__user=user, verdict__in=SIGNED_VERDICTS
    )
    waiting = mine.exclude(_signed(Signed.VERDICT, user)).filter(annotation__erased_at__isnull=True)
    return waiting.select_related(*VERDICT_PARTS).order_by("pk")


def subjects_to_sign(project: Project, user: User, most: int) -> list[tuple[Subject, Signable]]:
    """What waits for the person, at most so many of each kind; the oldest of each first."""
    readings = readings_to_sign(project, user).select_related("task")[:most]
    decisions = decisions_to_sign(project, user).select_related("task")[:most]
    return [
        *((subject_of_reading(row), row) for row in readings),
        *((subject_of_decision(row), row) for row in decisions),
        *((subject_of_verdict(row), row) for row in verdicts_to_sign(project, user)[:most]),
    ]


def count_to_sign(project: Project, user: User, most: int) -> int:
    """Counted up to so many of each kind."""
    waiting = (readings_to_sign, decisions_to_sign, verdicts_to_sign)
    return sum(find(project, user)[:most].count() for find in waiting)


def _signed(kind: Signed, user: User) -> Exists:
    return Exists(Signature.objects.filter(kind=kind, subject_id=OuterRef("pk"), signer=user))


@transaction.atomic
def sign_own(
    *, project: Project, shown: Sequence[Named], meaning: str, by: Confirmed
) -> list[Signature]:
    """Sign what the person was shown; all of it or nothing. Raises BadProject.

    Only what waits for them can be signed, and only as it was on their page.
    """
    if not 1 <= len(shown) <= MOST_AT_ONCE:
        raise BadProject({"subjects": f"Tick 1 to {MOST_AT_ONCE} of them."})
    waiting = {
        **_waiting(Signed.READING, project, by.user, shown),
        **_waiting(Signed.DECISION, project, by.user, shown),
        **_waiting(Signed.VERDICT, project, by.user, shown),
    }
    subjects = []
    for place, one in enumerate(shown):
        found = waiting.get((one.kind, one.pk))
        if found is None or found.digest != one.digest:
            raise BadProject(
                {
                    f"subjects.{place}": f"{one.kind.label} {one.pk} is not as you were shown it: it was"
                    " revised, signed or taken back meanwhile. Nothing was signed; look at it again."
                }
            )
        subjects.append(found)
    return sign(project=project, subjects=subjects, meaning=meaning, by=by)


def _waiting(
    kind: Signed, project: Project, user: User, shown: Sequence[Named]
) -> dict[tuple[Signed, int], Subject]:
    keys = [one.pk for one in shown if one.kind == kind]
    if not keys:
        return {}
    found: Iterable[Subject]
    if kind == Signed.READING:
        readings = readings_to_sign(project, user).filter(pk__in=keys).select_related("task")
        found = map(subject_of_reading, readings)
    elif kind == Signed.DECISION:
        decisions = decisions_to_sign(project, user).filter(pk__in=keys).select_related("task")
        found = map(subject_of_decision, decisions)
    else:
        found = map(subject_of_verdict, verdicts_to_sign(project, user).filter(pk__in=keys))
    return {(one.kind, one.pk): one for one in found}


def verified(signatures: Sequence[Signature]) -> list[tuple[Signature, bool]]:
    """Each with whether what was signed is the same still. One question for each kind."""
    subjects = {(one.kind, one.pk): one for kind in Signed for one in _subjects(kind, signatures)}
    return [
        (row, fits(row, subjects.get((Signed(row.kind), row.subject_id)))) for row in signatures
    ]


def _subjects(kind: Signed, signatures: Sequence[Signature]) -> Iterable[Subject]:
    keys = [row.subject_id for row in signatures if row.kind == kind]
    if not keys:
        return []
    if kind == Signed.READING:
        given = Annotation.objects.filter(pk__in=keys).select_related("task")
        return map(subject_of_reading, given)
    if kind == Signed.DECISION:
        made = Adjudication.objects.filter(pk__in=keys).select_related("task")
        return map(subject_of_decision, made)
    if kind == Signed.VERDICT:
        said = Review.objects.filter(pk__in=keys).select_related(*VERDICT_PARTS)
        return map(subject_of_verdict, said)
    return map(subject_of_amendment, Amendment.objects.filter(pk__in=keys))
