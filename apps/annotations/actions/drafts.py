"""What is typed and not yet sent is kept, and keeps the lease."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from apps.annotations.actions.answers import check_beside, clean_answers, questions_at
from apps.annotations.models import Draft
from apps.tasks.actions import renew_lease
from apps.tasks.models import Assignment, AssignmentState

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True)
class SavedDraft:
    draft: Draft
    assignment: Assignment

    @property
    def is_held(self) -> bool:
        """Whether the annotator has the task still, or again. If not, the answer may be surplus."""
        return self.assignment.state == AssignmentState.LEASED


@transaction.atomic
def save_draft(
    *,
    assignment_id: int,
    annotator_user: User,
    answers: Any,
    at: datetime,
    note: str = "",
    note_kind: str = "note",
    question_version: int | None = None,
) -> SavedDraft:
    """Keep what was typed, and renew the lease, also when it had run out and the slot is free.

    A draft that was under way when the answer arrived is refused (AlreadySubmitted): it must not
    come back as if it were newer. Raises Assignment.DoesNotExist, BadAnswers, IllegalMove.
    """
    own = renew_lease(assignment_id=assignment_id, user=annotator_user)
    _, questions = questions_at(own.member.project, question_version)
    beside = check_beside(note=note, note_kind=note_kind)
    draft, _ = Draft.objects.update_or_create(
        assignment=own.assignment,
        defaults={
            "answers": clean_answers(questions=questions, answers=answers, is_draft=True),
            "note": beside.note,
            "note_kind": beside.note_kind,
            "saved_at": at,
        },
    )
    return SavedDraft(draft, own.assignment)
