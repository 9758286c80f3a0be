"""The protocol of a regulated project, its amendments, and what people have signed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce, Now

if TYPE_CHECKING:
    from apps.projects.models import Project

LONGEST_MEANING, MOST_MEANINGS = 120, 20


class ProtocolState(StrEnum):
    """See `apps.projects.actions.protocol_states`."""

    OFF = "off"
    OPEN = "open"
    LOCKED = "locked"
    AMENDED = "amended"


def usual_meanings() -> list[str]:
    return ["I have read this case myself", "Decided", "Reviewed", "Approved"]


def _state() -> models.Case:
    """Of a row of protocols."""
    amendments = Amendment.objects.filter(
        project=models.OuterRef("project"), closed_at__isnull=True
    )
    return models.Case(
        models.When(is_on=False, then=models.Value(ProtocolState.OFF)),
        models.When(locked_at__isnull=True, then=models.Value(ProtocolState.OPEN)),
        models.When(models.Exists(amendments), then=models.Value(ProtocolState.AMENDED)),
        default=models.Value(ProtocolState.LOCKED),
        output_field=models.CharField(),
    )


class ProtocolQuerySet(models.QuerySet["Protocol"]):
    def with_state(self) -> ProtocolQuerySet:
        """Adds `state`, one of ProtocolState."""
        added = {"state": _state()}
        return self.annotate(**added)

    def is_on_in_outer_project(self) -> models.Exists:
        return models.Exists(self.filter(project=models.OuterRef("pk"), is_on=True))

    def state_of_outer_project(self) -> models.Func:
        """As a column beside projects; most have no protocol."""
        mine = self.filter(project=models.OuterRef("pk")).values(found=_state())
        return Coalesce(models.Subquery(mine), models.Value(ProtocolState.OFF))


class Protocol(models.Model):
    """That a project is regulated: what it measures stands still from its first answer on.

    The database itself writes `locked_at`, with the first answer: see the triggers.
    """

    project = models.OneToOneField(
        "projects.Project", primary_key=True, on_delete=models.CASCADE, related_name="protocol"
    )
    is_on = models.BooleanField(default=False, db_default=False)
    locked_at = models.DateTimeField(null=True)
    # What a signature may mean.
    meanings = ArrayField(models.CharField(max_length=LONGEST_MEANING), default=usual_meanings)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(db_default=Now())

    objects = ProtocolQuerySet.as_manager()

    # Only after `with_state`.
    state: str

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_signature_can_mean_something", condition=~models.Q(meanings=[])
            ),
        )

    def __str__(self) -> str:
        return f"protocol of {self.project_id}"


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    def open_in(self, project: Project) -> AmendmentQuerySet:
        return self.filter(project=project, closed_at__isnull=True)


class Amendment(models.Model):
    """Opens a locked protocol for a reason, which a lead has signed. Closed once, never changed:
    a trigger holds it."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="amendments"
    )
    number = models.PositiveIntegerField()
    reason = models.TextField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(db_default=Now())
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="one_amendment_per_number", fields=("project", "number")),
            models.UniqueConstraint(
                name="one_open_amendment_per_project",
                fields=("project",),
                condition=models.Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="an_amendment_has_a_reason", condition=~models.Q(reason="")
            ),
            models.CheckConstraint(
                name="who_closed_an_amendment_is_known",
                condition=models.Q(closed_by__isnull=True, closed_at__isnull=True)
                | models.Q(closed_by__isnull=False, closed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"amendment {self.number}"


class Signed(models.TextChoices):
    """What can be signed."""

    READING = "reading", "Reading"
    DECISION = "decision", "Decision"
    VERDICT = "verdict", "Verdict"
    AMENDMENT = "amendment", "Amendment"


class SignatureQuerySet(models.QuerySet["Signature"]):
    def of(self, kind: Signed, subject_ids: list[int]) -> SignatureQuerySet:
        return self.filter(kind=kind, subject_id__in=subject_ids).order_by("pk")


class Signature(models.Model):
    """Somebody has given their password once more, and said what that means, of this content.

    Only added to, at the time of the database: a trigger holds both. 21 CFR Part 11: the printed
    name, time and meaning (11.50); `digest` links it to the content, so that it cannot be moved to
    another (11.70).
    """

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="signatures"
    )
    kind = models.CharField(max_length=10, choices=Signed.choices)
    # The key of the revision, decision or amendment: tables of apps above this one.
    subject_id = models.BigIntegerField()
    # SHA-256 of the subject's canonical content, in hexadecimal digits.
    digest = models.CharField(max_length=64)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # As they were when it was signed.
    signer_name = models.CharField(max_length=254)
    signer_email = models.CharField(max_length=254)
    meaning = models.CharField(max_length=LONGEST_MEANING)
    signed_at = models.DateTimeField(db_default=Now())

    objects = SignatureQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_signature_per_person_and_meaning",
                fields=("kind", "subject_id", "signer", "meaning"),
            ),
            models.CheckConstraint(
                name="a_signature_means_something", condition=~models.Q(meaning="")
            ),
        )
        indexes = (models.Index(name="signatures_of_project", fields=("project", "id")),)

    def __str__(self) -> str:
        return f"{self.meaning}: {self.signer_name}"
