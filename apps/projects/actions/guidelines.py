"""The guideline: published in versions, and confirmed by who works by it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Greatest

from apps.core.audit import record
from apps.projects.actions.faults import BadProject, Errors, clean_text
from apps.projects.actions.protocol_states import check_protocol
from apps.projects.models import Guideline, Membership, Project

if TYPE_CHECKING:
    from apps.accounts.models import User

LONGEST = 100_000
MOVED = "Somebody published version {} meanwhile. Take its changes over, then publish again."


@transaction.atomic
def publish_guideline(
    *,
    project: Project,
    text: str,
    by: User | None,
    at: datetime,
    summary: str = "",
    must_confirm: bool = True,
    base_version: int | None = None,
) -> Guideline:
    """A new version of the guideline. The same text again gives the version that stands.

    With `base_version` it is refused when somebody published another version since.
    """
    errors: Errors = {}
    text = clean_text(text.replace("\r\n", "\n"), LONGEST, "text", errors)
    summary = clean_text(summary, 300, "summary", errors)
    locked = Project.objects.select_for_update().get(pk=project.pk)
    if base_version is not None and base_version != locked.guideline_version:
        errors["text"] = MOVED.format(locked.guideline_version)
    if errors:
        raise BadProject(errors)
    last = Guideline.objects.filter(project=locked, number=locked.guideline_version).first()
    if last is not None and last.text == text:
        return last
    check_protocol(project=locked, action="guideline.published")
    project.guideline_version = locked.guideline_version = locked.guideline_version + 1
    locked.save(update_fields=["guideline_version"])
    record("guideline.published", project=locked, by=by, subject=f"v{locked.guideline_version}")
    return Guideline.objects.create(
        project=locked,
        number=locked.guideline_version,
        text=text,
        summary=summary,
        must_confirm=must_confirm,
        created_by=by,
        created_at=at,
    )


def confirm_guideline(*, membership: Membership, number: int) -> None:
    """The person has read version `number`. Never goes back, and not beyond what is published."""
    Membership.objects.filter(pk=membership.pk, project__guideline_version__gte=number).update(
        guideline_read=Greatest("guideline_read", number)
    )
