"""Answers come in: once, whenever they come, and never over another."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction

from apps.annotations.actions.answers import (
    BadAnswers,
    Shown,
    check_beside,
    clean_answers,
    questions_at,
)
from apps.annotations.models import Annotation, Draft
from apps.annotations.signals import TASK_CHANGED
from apps.core import outbox
from apps.core.json import BadValue, canonical, check_json
from apps.tasks.actions import Refused, lock_own, settle
from apps.tasks.actions.states import check_move
from apps.tasks.models import Assignment

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.projects.models import Membership

__all__ = [
    "BadAnswers",
    "KeyReused",
    "NotHead",
    "Submitted",
    "clean_answers",
    "revise_annotation",
    "submit_annotation",
]


class KeyReused(Refused):
    """The key came before, with something else. To send another answer is to revise."""

    code = "key_reused"


class NotHead(Refused):
    """Another revision came first: `head` is what stands now, `answers` what was sent."""

    code = "not_head"

    def __init__(self, *, head: Annotation, answers: Any) -> None:
        super().__init__(
            "This answer was changed in the meantime. Look at both, then revise the newer one."
        )
        self.head = head
        self.answers = answers


@dataclass(frozen=True)
class Submitted:
    annotation: Annotation
    # The same was sent before; this is what it led to then.
    is_replay: bool


@dataclass(frozen=True)
class Sent:
    """What a client sends: the key it made, the answers and what stands beside them."""

    key: UUID
    answers: Any
    note: str
    confidence: float | None
    seconds: float | None
    question_version: int | None
    is_independent: bool
    at: datetime

    def hash_for(self, subject: str) -> bytes:
        """Of what was said and about what; not of the circumstances, which a retry may count anew."""
        body = [subject, self.answers, self.note, self.confidence]
        try:
            check_json(body)
        except BadValue as bad:
            raise BadAnswers({"answers": bad.message}) from bad
        return hashlib.sha256(canonical(body)).digest()


@transaction.atomic
def submit_annotation(
    *,
    assignment_id: int,
    annotator_user: User,
    key: UUID,
    answers: Any,
    at: datetime,
    seconds: float | None = None,
    note: str = "",
    confidence: float | None = None,
    question_version: int | None = None,
    is_independent: bool = True,
) -> Submitted:
    """The annotator's answers to a task they were lent.

    They are kept however late they come. They count while the lease holds its slot, or while a
    slot is free; else they are surplus. Raises Assignment.DoesNotExist, BadAnswers, KeyReused,
    AlreadySubmitted.
    """
    sent = Sent(key, answers, note, confidence, seconds, question_version, is_independent, at)
    own = lock_own(assignment_id=assignment_id, user=annotator_user)
    body_hash = sent.hash_for(f"assignment:{assignment_id}")
    if first := _replayed(own.member, key, body_hash):
        return Submitted(first, is_replay=True)
    check_move(own.assignment, "submit")
    annotation = _write(sent, own.member, own.assignment, body_hash, is_surplus=not own.can_count)
    settle(own=own, head_id=annotation.pk, at=at)
    Draft.objects.filter(pk=assignment_id).delete()
    return Submitted(annotation, is_replay=False)


@transaction.atomic
def revise_annotation(
    *,
    annotation_id: int,
    by: User,
    key: UUID,
    answers: Any,
    at: datetime,
    seconds: float | None = None,
    note: str = "",
    confidence: float | None = None,
    question_version: int | None = None,
    is_independent: bool = True,
) -> Submitted:
    """One's own answers, changed: a new revision behind the newest.

    An undo before one saw anything of others is independent, and says so. Raises
    Annotation.DoesNotExist, BadAnswers, KeyReused, NotHead.
    """
    sent = Sent(key, answers, note, confidence, seconds, question_version, is_independent, at)
    assignment_id = (
        Annotation.objects.filter(erased_at__isnull=True)
        .values_list("assignment_id", flat=True)
        .get(pk=annotation_id)
    )
    try:
        own = lock_own(assignment_id=assignment_id, user=by)
    except Assignment.DoesNotExist:
        raise Annotation.DoesNotExist from None
    body_hash = sent.hash_for(f"annotation:{annotation_id}")
    if first := _replayed(own.member, key, body_hash):
        return Submitted(first, is_replay=True)
    head = Annotation.objects.filter(assignment=assignment_id).latest("revision")
    if head.pk != annotation_id:
        raise NotHead(head=head, answers=answers)
    annotation = _write(
        sent, own.member, own.assignment, body_hash, is_surplus=head.is_surplus, after=head
    )
    Assignment.objects.filter(pk=assignment_id).update(head_id=annotation.pk)
    return Submitted(annotation, is_replay=False)


def _replayed(member: Membership, key: UUID, body_hash: bytes) -> Annotation | None:
    """What the key led to before. The annotator is locked, so a twin in flight is through by now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, body_hash FROM annotations_annotation"
            " WHERE annotator_id = %s AND key = %s::uuid",
            (member.pk, key),
        )
        first = cursor.fetchone()
    if first is None:
        return None
    if bytes(first[1]) != body_hash:
        raise KeyReused("This key was used for another answer. Make a new key for each answer.")
    return Annotation.objects.get(pk=first[0])


def _write(
    sent: Sent,
    member: Membership,
    assignment: Assignment,
    body_hash: bytes,
    *,
    is_surplus: bool,
    after: Annotation | None = None,
) -> Annotation:
    version, questions = questions_at(member.project, sent.question_version)
    note, seconds, confidence = check_beside(
        note=sent.note, seconds=sent.seconds, confidence=sent.confidence
    )
    annotation = Annotation.objects.create(
        project_id=member.project_id,
        task_id=assignment.task_id,
        annotator=member,
        assignment=assignment,
        key=sent.key,
        body_hash=body_hash,
        predecessor=after,
        revision=after.revision + 1 if after else 0,
        question_version=version,
        answers=clean_answers(
            questions=questions,
            answers=sent.answers,
            shown=Shown(member.project, assignment.task_id),
        ),
        note=note,
        seconds=seconds,
        confidence=confidence,
        is_independent=sent.is_independent,
        is_surplus=is_surplus,
        submitted_at=sent.at,
    )
    outbox.publish(event=TASK_CHANGED, scope_id=member.project_id, subject_ids=[assignment.task_id])
    return annotation
