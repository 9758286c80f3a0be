"""Answers come in: once, whenever they come, and never over another."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from apps.annotations.actions.answers import (
    BadAnswers,
    Shown,
    check_beside,
    clean_answers,
    questions_at,
)
from apps.annotations.actions.orders import Orders, has_orders, orders_of
from apps.annotations.actions.suggestions import are_shown, uses_of
from apps.annotations.models import Annotation
from apps.annotations.signals import TASK_CHANGED
from apps.core import outbox
from apps.core.json import BadValue, canonical, check_json, dumps
from apps.core.statements import fetch_first
from apps.tasks.actions import SETTLE, Own, Refused, lock_own, settling
from apps.tasks.actions.states import check_move
from apps.tasks.models import Assignment, AssignmentState, Task

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


REUSED = "This key was used for another answer. Make a new key for each answer."


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
    note_kind: str
    confidence: float | None
    seconds: float | None
    question_version: int | None
    is_independent: bool
    # Whether the client was given the suggestions that the task may have: then the answer is not
    # independent of them. None: as the project has it.
    saw_suggestions: bool | None
    at: datetime
    # On our own page, which shows what is compared in an order of its own.
    is_shuffled: bool
    # By question the source with whose suggestion the answer began; None: nobody says.
    suggestions: Any

    def hash_for(self, subject: str) -> bytes:
        """Of what was said and about what; not of the circumstances, which a retry may count anew."""
        body = [subject, self.answers, self.note, self.note_kind, self.confidence]
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
    note_kind: str = "note",
    confidence: float | None = None,
    question_version: int | None = None,
    is_independent: bool = True,
    saw_suggestions: bool | None = False,
    is_shuffled: bool = False,
    suggestions: Any = None,
    annotator_id: int | None = None,
) -> Submitted:
    """The annotator's answers to a task they were lent; to none lent to another `annotator_id`.

    They are kept however late they come. They count while the lease holds its slot, or while a
    slot is free; else they are surplus. Raises Assignment.DoesNotExist, BadAnswers, KeyReused,
    AlreadySubmitted.
    """
    beside = (note, note_kind, confidence, seconds, question_version)
    seen = (is_independent, saw_suggestions, at, is_shuffled, suggestions)
    sent = Sent(key, answers, *beside, *seen)
    own = lock_own(assignment_id=assignment_id, user=annotator_user, annotator_id=annotator_id)
    body_hash = sent.hash_for(f"assignment:{assignment_id}")
    if own.assignment.state == AssignmentState.SUBMITTED and (
        first := _replayed(own.member, key, body_hash)
    ):
        return Submitted(first, is_replay=True)
    check_move(own.assignment, "submit")
    return _write(sent, own, body_hash, is_surplus=own.is_late)


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
    note_kind: str = "note",
    confidence: float | None = None,
    question_version: int | None = None,
    is_independent: bool = True,
    saw_suggestions: bool | None = False,
    is_shuffled: bool = False,
    suggestions: Any = None,
) -> Submitted:
    """One's own answers, changed: a new revision behind the newest.

    An undo before one saw anything of others is independent, and says so. Raises
    Annotation.DoesNotExist, BadAnswers, KeyReused, NotHead.
    """
    beside = (note, note_kind, confidence, seconds, question_version)
    seen = (is_independent, saw_suggestions, at, is_shuffled, suggestions)
    sent = Sent(key, answers, *beside, *seen)
    own = _lock_answered(annotation_id, by)
    body_hash = sent.hash_for(f"annotation:{annotation_id}")
    if first := _replayed(own.member, key, body_hash):
        return Submitted(first, is_replay=True)
    head = Annotation.objects.filter(assignment=own.assignment).latest("revision")
    if head.pk != annotation_id:
        raise NotHead(head=head, answers=answers)
    return _write(sent, own, body_hash, is_surplus=head.is_surplus, after=head)


def _lock_answered(annotation_id: int, by: User) -> Own:
    """The person's own assignment that the annotation answers."""
    answered = Annotation.objects.filter(pk=annotation_id, erased_at__isnull=True)
    try:
        return lock_own(assignment_id=answered.get().assignment_id, user=by)
    except Assignment.DoesNotExist:
        raise Annotation.DoesNotExist from None


def _replayed(member: Membership, key: UUID, body_hash: bytes) -> Annotation | None:
    """What the key led to before. The annotator is locked, so a twin in flight is through by now."""
    first = Annotation.objects.filter(annotator=member, key=key).first()
    if first is None:
        return None
    if bytes(first.body_hash) != body_hash:
        raise KeyReused(REUSED)
    first.annotator = member
    return first


# The answer, the news of it and what it changes elsewhere: one statement, one way to the database.
# With a key that is used already it changes nothing, and gives nothing back.
ROW = [field.attname for field in Annotation._meta.concrete_fields]  # noqa: SLF001
WRITTEN = ("id", "is_independent", "created_at")
# What is kept as JSON, or not at all.
CIRCUMSTANCES = ("shown", "suggestions")
WRITE = """
WITH said AS (
  INSERT INTO annotations_annotation (project_id, task_id, annotator_id, assignment_id, key,
    body_hash, predecessor_id, revision, question_version, answers, note, note_kind, seconds,
    confidence,
    is_independent, is_surplus, shown, suggestions, submitted_at)
  VALUES (%(project_id)s, %(task_id)s, %(annotator_id)s, %(assignment_id)s, %(key)s,
    %(body_hash)s, %(predecessor_id)s, %(revision)s, %(question_version)s, %(answers)s,
    %(note)s, %(note_kind)s, %(seconds)s, %(confidence)s,
    %(is_independent)s AND NOT (%(saw_suggestions)s AND EXISTS (
      SELECT FROM annotations_suggestion WHERE task_id = %(task_id)s)),
    %(is_surplus)s, %(shown)s, %(suggestions)s, %(submitted_at)s)
  ON CONFLICT (annotator_id, key) DO NOTHING
  RETURNING {written}
), told AS (
  INSERT INTO core_outboxrow (consumer, scope_id, subject_id)
  SELECT consumer, %(project_id)s, %(task_id)s FROM said, unnest(%(consumers)s::text[]) consumer
), {more}
SELECT {written} FROM said
"""
FIRST = WRITE.format(
    written=", ".join(WRITTEN),
    more="typed AS (DELETE FROM annotations_draft d USING said"  # noqa: S608
    f" WHERE d.assignment_id = %(assignment_id)s), {SETTLE}",
)
REVISION = WRITE.format(
    written=", ".join(WRITTEN),
    more="moved AS (UPDATE tasks_assignment a SET head_id = said.id FROM said"
    " WHERE a.id = %(assignment_id)s)",
)


def _write(
    sent: Sent, own: Own, body_hash: bytes, *, is_surplus: bool, after: Annotation | None = None
) -> Submitted:
    said = _said(sent, own, body_hash, after) | {"is_surplus": is_surplus}
    row = fetch_first(
        REVISION if after else FIRST,
        {
            **said,
            "answers": dumps(said["answers"]).decode(),
            **{name: dumps(said[name]).decode() if said[name] else None for name in CIRCUMSTANCES},
            "is_independent": sent.is_independent and not own.assignment.has_feedback,
            "saw_suggestions": _saw_suggestions(sent, own),
            "consumers": outbox.consumers_of(TASK_CHANGED),
            **settling(own),
        },
    )
    if row is None:
        raise KeyReused(REUSED)
    return Submitted(_read(said, row, own), is_replay=False)


def _saw_suggestions(sent: Sent, own: Own) -> bool:
    if sent.saw_suggestions is None:
        return are_shown(own.member.project, own.assignment.task_id)
    return sent.saw_suggestions


def _said(sent: Sent, own: Own, body_hash: bytes, after: Annotation | None) -> dict[str, Any]:
    """What was sent, checked, by the columns of an annotation."""
    version, questions = questions_at(own.member.project, sent.question_version)
    beside = check_beside(
        note=sent.note,
        note_kind=sent.note_kind,
        seconds=sent.seconds,
        confidence=sent.confidence,
    )
    answers = clean_answers(
        questions=questions,
        answers=sent.answers,
        shown=Shown(own.member.project, own.assignment.task_id),
    )
    return {
        "project_id": own.member.project_id,
        "task_id": own.assignment.task_id,
        "annotator_id": own.member.pk,
        "assignment_id": own.assignment.pk,
        "key": sent.key,
        "body_hash": body_hash,
        "predecessor_id": after.pk if after else None,
        "revision": after.revision + 1 if after else 0,
        "question_version": version,
        "answers": answers,
        **beside._asdict(),
        "shown": _shown(sent, own.member, own.assignment),
        "suggestions": uses_of(
            task_id=own.assignment.task_id,
            questions=questions,
            answers=answers,
            began=sent.suggestions,
        ),
        "submitted_at": sent.at,
    }


def _read(said: dict[str, Any], row: tuple[Any, ...], own: Own) -> Annotation:
    """As the database has it now, without asking it again."""
    values = {**said, **dict(zip(WRITTEN, row, strict=True)), "erased_at": None}
    annotation: Annotation = Annotation.from_db("default", ROW, [values[name] for name in ROW])
    annotation.annotator, annotation.assignment = own.member, own.assignment
    return annotation


def _shown(sent: Sent, member: Membership, assignment: Assignment) -> Orders | None:
    """The order in which the annotator saw what was compared; None: as it stands in the data."""
    if not sent.is_shuffled or not has_orders(fields := member.project.fields):
        return None
    data: dict[str, Any] = Task.objects.values_list("data", flat=True).get(pk=assignment.task_id)
    orders = orders_of(
        fields, data, task_id=assignment.task_id, annotator_id=assignment.annotator_id
    )
    return orders or None
