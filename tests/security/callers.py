"""Who asks, and what an annotator must never read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

MEMBERS = ("lead", "reviewer", "annotator", "viewer")
# Who has nothing to do with the project, or no longer: for them it does not exist.
OUTSIDE = ("outsider", "foreign_lead", "former")
# Whose credentials do not hold: they are nobody.
NOBODY = ("anonymous", "closed", "revoked")
CALLERS = (*MEMBERS, "admin", *OUTSIDE, *NOBODY)
BACKEND = "apps.accounts.permissions.PasswordBackend"
# What an annotator must never read: it is in others' rows, in gold, in meta.
CANARIES = {
    "name": "Canaryname Hidden",
    "email": "canary-mail@example.org",
    "answer": "canary-answer",
    "note": "canary-note",
    "gold": "canary-gold",
    "meta": "canary-meta",
    "reason": "canary-reason",
    "draft": "canary-draft",
    "external": "canary-external",
    "thread": "canary-thread",
}


def leaks(answer: Any, of: Iterable[str] = CANARIES) -> list[str]:
    """Which of them stand in an answer or its headers."""
    text = answer.body.decode(errors="replace") + str(dict(answer.headers))
    return [one for one in of if CANARIES[one] in text]
