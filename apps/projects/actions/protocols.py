"""What leads do with the protocol of a project, and what its amendments changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.functions import Now

from apps.accounts.actions import Confirmed
from apps.core.audit import record
from apps.core.models import AuditEvent
from apps.projects.actions.faults import BadProject, Errors, clean_text
from apps.projects.actions.protocol_states import (
    LOCKED,
    Move,
    check_move,
    check_protocol,
    lock_protocol,
)
from apps.projects.actions.signatures import (
    fits,
    sign,
    signatures_by_subject,
    subject_of_amendment,
)
from apps.projects.models import Amendment, Project, Protocol, ProtocolState, Signature, Signed
from apps.projects.models.protocols import LONGEST_MEANING, MOST_MEANINGS

if TYPE_CHECKING:
    from apps.accounts.models import User

LONGEST_REASON = 5_000
# What an amendment may have changed: what a locked protocol refuses, and that it is switched off.
AMENDS = (*LOCKED, "protocol.off")


@dataclass(frozen=True)
class Amended:
    """One amendment with what was signed and what was changed while it was open, in order."""

    amendment: Amendment
    signatures: list[tuple[Signature, bool]]
    changes: list[AuditEvent]


def protocol_of(project: Project) -> Protocol:
    """With its state; one that is switched off where the project never had any."""
    found = Protocol.objects.with_state().filter(project=project).first()
    if found is None:
        found = Protocol(project=project)
        found.state = ProtocolState.OFF
    return found


@transaction.atomic
def switch_protocol(*, project: Project, is_on: bool, by: User, at: datetime) -> Protocol:
    """On, or off; raises NotNow. Switched off by an open amendment, that is closed by it."""
    Protocol.objects.get_or_create(project=project)
    locked = lock_protocol(project)
    check_move(ProtocolState(locked.state), Move.SWITCH_ON if is_on else Move.SWITCH_OFF)
    locked.is_on, locked.changed_by, locked.changed_at = is_on, by, at
    locked.save(update_fields=["is_on", "changed_by", "changed_at"])
    record("protocol.on" if is_on else "protocol.off", project=project, by=by)
    if locked.state == ProtocolState.AMENDED:
        made = _close(project=project, by=by)
        record("amendment.closed", project=project, by=by, subject=made)
    return protocol_of(project)


@transaction.atomic
def set_meanings(*, project: Project, meanings: Sequence[str], by: User, at: datetime) -> Protocol:
    """What a signature may mean from now on. Those that were given keep theirs."""
    errors: Errors = {}
    cleaned = [
        clean_text(one, LONGEST_MEANING, f"meanings.{i}", errors) for i, one in enumerate(meanings)
    ]
    cleaned = list(dict.fromkeys(one for one in cleaned if one))
    if not errors and not 1 <= len(cleaned) <= MOST_MEANINGS:
        errors["meanings"] = f"Give 1 to {MOST_MEANINGS} sentences."
    if errors:
        raise BadProject(errors)
    check_protocol(project=project, action="protocol.meanings")
    protocol, _ = Protocol.objects.get_or_create(project=project)
    if protocol.meanings != cleaned:
        record("protocol.meanings", project=project, by=by, changed=[protocol.meanings, cleaned])
    protocol.meanings, protocol.changed_by, protocol.changed_at = cleaned, by, at
    protocol.save(update_fields=["meanings", "changed_by", "changed_at"])
    return protocol_of(project)


@transaction.atomic
def open_amendment(*, project: Project, reason: str, meaning: str, by: Confirmed) -> Amendment:
    """Signed by who opens it. Raises NotNow unless the protocol is locked."""
    errors: Errors = {}
    reason = clean_text(reason, LONGEST_REASON, "reason", errors)
    if not reason:
        errors.setdefault("reason", "Say why the protocol must be changed.")
    if errors:
        raise BadProject(errors)
    Protocol.objects.get_or_create(project=project)
    check_move(ProtocolState(lock_protocol(project).state), Move.AMEND)
    number = Amendment.objects.filter(project=project).count() + 1
    record("amendment.opened", project=project, by=by.user, subject=f"amendment {number}")
    made: Amendment = Amendment.objects.create(
        project=project, number=number, reason=reason, opened_by=by.user
    )
    sign(project=project, subjects=[subject_of_amendment(made)], meaning=meaning, by=by)
    return made


@transaction.atomic
def close_amendment(*, project: Project, by: User) -> Amendment:
    """The protocol is locked again. Raises NotNow when none is open."""
    Protocol.objects.get_or_create(project=project)
    check_move(ProtocolState(lock_protocol(project).state), Move.CLOSE)
    made = _close(project=project, by=by)
    record("amendment.closed", project=project, by=by, subject=made)
    return made


def _close(*, project: Project, by: User) -> Amendment:
    mine = Amendment.objects.open_in(project).get()
    # By the database's clock, as the events of the audit log that lie between its two times.
    Amendment.objects.filter(pk=mine.pk).update(closed_by=by, closed_at=Now())
    mine.refresh_from_db()
    return mine


def amended(amendments: Sequence[Amendment]) -> list[Amended]:
    """Of one project, with `opened_by` and `closed_by`. Two questions to the database for all."""
    if not amendments:
        return []
    signatures = signatures_by_subject(
        Signature.objects.of(Signed.AMENDMENT, [one.pk for one in amendments])
    )
    events = AuditEvent.objects.filter(
        project_id=amendments[0].project_id,
        action__in=AMENDS,
        happened_at__gte=min(one.opened_at for one in amendments),
    )
    found = list(events.order_by("pk"))
    return [
        Amended(
            one,
            [(row, fits(row, subject_of_amendment(one))) for row in signatures.get(one.pk, [])],
            [event for event in found if _is_within(event, one)],
        )
        for one in amendments
    ]


def _is_within(event: AuditEvent, amendment: Amendment) -> bool:
    """No change slips past: each waits for the protocol's row, which opening and closing hold."""
    if event.happened_at < amendment.opened_at:
        return False
    return amendment.closed_at is None or event.happened_at <= amendment.closed_at


def as_json(one: Amended) -> dict[str, Any]:
    """As it is exported, and as the API gives it."""
    made = one.amendment
    return {
        "number": made.number,
        "reason": made.reason,
        "opened_by": made.opened_by.email,
        "opened_at": made.opened_at,
        "closed_by": made.closed_by.email if made.closed_by is not None else None,
        "closed_at": made.closed_at,
        "signatures": [signature_as_json(row, is_good) for row, is_good in one.signatures],
        "changes": [
            {
                "event": event.pk,
                "at": event.happened_at,
                "by": event.actor,
                "action": event.action,
                "subject": event.subject,
                "detail": event.detail,
            }
            for event in one.changes
        ],
    }


def signature_as_json(row: Signature, is_good: bool) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "subject": row.subject_id,
        "meaning": row.meaning,
        "name": row.signer_name,
        "email": row.signer_email,
        "signed_at": row.signed_at,
        "digest": row.digest,
        "fits": is_good,
    }
