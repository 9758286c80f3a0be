"""What a reviewer may see of who answered."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from uuid import UUID

from apps.projects.models import Role

REVIEWS = frozenset({Role.LEAD, Role.REVIEWER})
SEES_PEOPLE = frozenset({Role.LEAD, Role.REVIEWER, Role.VIEWER})


def sees_names(*, role: str | None, is_admin: bool, is_blind: bool) -> bool:
    """Whether the annotators' names stand beside their answers while somebody decides.

    Where a project is blind this holds for its lead too: who decides must not know whose answer
    it is.
    """
    return not is_blind and (is_admin or role in SEES_PEOPLE)


def sees_progress(*, role: str | None, is_admin: bool, is_blind: bool) -> bool:
    """Whether somebody sees who is how far: a lead has to; others where names are no secret."""
    return is_admin or role == Role.LEAD or (role in SEES_PEOPLE and not is_blind)


def shuffled_place(*, task_id: int, viewer_id: int, key: UUID) -> bytes:
    """Where an answer stands when names are hidden: for one person and task always the same.

    It differs between tasks, so that "the first answer" is not the same annotator each time.
    """
    return hashlib.sha256(f"{task_id}:{viewer_id}:{key}".encode()).digest()


def may_review(*, role: str | None, tags: Collection[str], requires: Collection[str]) -> bool:
    """Whether somebody reviews at a stage: by their role, and by what the stage requires."""
    return role in REVIEWS and set(requires) <= set(tags)


def sees_author(
    *, role: str | None, is_admin: bool, is_project_blind: bool, is_stage_blind: bool
) -> bool:
    """Whether a reviewer sees whose answer it is."""
    sees = sees_names(role=role, is_admin=is_admin, is_blind=is_project_blind)
    return sees and not is_stage_blind


def sees_earlier(*, is_stage_blind: bool, is_again: bool) -> bool:
    """Whether a reviewer sees what was said before.

    Where the stage is blind only what they themselves are answered to: an answer that comes back
    is judged with the reason for which it was returned.
    """
    return is_again or not is_stage_blind
