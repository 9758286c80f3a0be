"""What a reviewer may see of who answered."""

from __future__ import annotations

import hashlib
from uuid import UUID

from apps.projects.models import Role

SEES_PEOPLE = frozenset({Role.LEAD, Role.REVIEWER, Role.VIEWER})


def sees_names(*, role: str | None, is_admin: bool, is_blind: bool) -> bool:
    """Whether the annotators' names stand beside their answers while somebody decides.

    Where a project is blind this holds for its lead too: who decides must not know whose answer
    it is.
    """
    return not is_blind and (is_admin or role in SEES_PEOPLE)


def shuffled_place(*, task_id: int, viewer_id: int, key: UUID) -> bytes:
    """Where an answer stands when names are hidden: for one person and task always the same.

    It differs between tasks, so that "the first answer" is not the same annotator each time.
    """
    return hashlib.sha256(f"{task_id}:{viewer_id}:{key}".encode()).digest()
