"""Signatures: who, when, what it means, and of exactly which content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from apps.accounts.actions import Confirmed
from apps.core.json import canonical
from apps.projects.actions.faults import BadProject
from apps.projects.models import Amendment, Project, Protocol, Signature, Signed


@dataclass(frozen=True)
class Subject:
    """What is signed: a row, and what it says as JSON."""

    kind: Signed
    pk: int
    content: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON (keys in order, no spaces), with what it is and its key."""
        named = {"kind": self.kind.value, "id": self.pk, "content": self.content}
        return hashlib.sha256(canonical(named)).hexdigest()


def subject_of_amendment(amendment: Amendment) -> Subject:
    """Needs `select_related("opened_by")` in lists. What closes it comes later, and is not in it."""
    return Subject(
        Signed.AMENDMENT,
        amendment.pk,
        {
            "project": amendment.project_id,
            "number": amendment.number,
            "reason": amendment.reason,
            "opened_by": amendment.opened_by_id,
            "opened_at": amendment.opened_at.isoformat(),
        },
    )


@transaction.atomic
def sign(
    *, project: Project, subjects: Sequence[Subject], meaning: str, by: Confirmed
) -> list[Signature]:
    """One signature for each. What the person has signed in this meaning before stands as it is."""
    protocol = Protocol.objects.filter(project=project, is_on=True).first()
    if protocol is None:
        raise BadProject({"meaning": "The project has no protocol, so nothing is signed in it."})
    if meaning not in protocol.meanings:
        raise BadProject({"meaning": f"Choose one of: {'; '.join(protocol.meanings)}."})
    Signature.objects.bulk_create(
        [
            Signature(
                project=project,
                kind=one.kind,
                subject_id=one.pk,
                digest=one.digest,
                signer=by.user,
                signer_name=by.user.name or by.user.email,
                signer_email=by.user.email,
                meaning=meaning,
            )
            for one in subjects
        ],
        ignore_conflicts=True,
    )
    mine = Signature.objects.filter(project=project, signer=by.user, meaning=meaning)
    kinds = {one.kind for one in subjects}
    found = [
        row
        for kind in kinds
        for row in mine.of(kind, [one.pk for one in subjects if one.kind == kind])
    ]
    return sorted(found, key=lambda row: row.pk)


def fits(signature: Signature, subject: Subject | None) -> bool:
    """Whether it is of this content still; None is what is there no more."""
    return (
        subject is not None
        and (signature.kind, signature.subject_id) == (subject.kind, subject.pk)
        and signature.digest == subject.digest
    )


def signatures_by_subject(rows: Iterable[Signature]) -> dict[int, list[Signature]]:
    found: dict[int, list[Signature]] = {}
    for row in rows:
        found.setdefault(row.subject_id, []).append(row)
    return found
