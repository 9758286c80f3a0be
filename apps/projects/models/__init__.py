"""Projects, who works in them, and the guideline they work by."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from apps.projects.models.looks import Look, LookQuerySet, Seen
from apps.projects.models.protocols import (
    Amendment,
    Protocol,
    ProtocolState,
    Signature,
    Signed,
)
from apps.projects.models.seeing import LOOKERS, own_memberships, seen_by

if TYPE_CHECKING:
    from apps.accounts.models import User

# Those of looks and protocols stand in files of their own.
__all__ = [
    "LOOKERS",
    "Amendment",
    "Guideline",
    "Invitation",
    "Layout",
    "Look",
    "LookQuerySet",
    "Membership",
    "MembershipQuerySet",
    "Project",
    "ProjectQuerySet",
    "ProjectState",
    "Protocol",
    "ProtocolState",
    "Role",
    "Seen",
    "Signature",
    "Signed",
    "SkipPolicy",
    "Terms",
    "default_field",
    "seen_by",
]


class Role(models.TextChoices):
    LEAD = "lead", "Lead"
    REVIEWER = "reviewer", "Reviewer"
    ANNOTATOR = "annotator", "Annotator"
    VIEWER = "viewer", "Viewer"


class ProjectState(models.TextChoices):
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    ARCHIVED = "archived", "Archived"


class SkipPolicy(models.TextChoices):
    """What becomes of a task that somebody skips."""

    OTHERS = "others", "It goes to others"
    LATER = "later", "It comes back to me later"
    DROP = "drop", "This answer is done without"


class Layout(models.TextChoices):
    STACKED = "stacked", "one under the other"
    SIDE = "side", "side by side"


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User, *roles: str) -> ProjectQuerySet:
        """Projects of which the person is a member, with one of these roles where any are named; an
        administrator sees all."""
        there = self.filter(deleted_at__isnull=True)
        if user.is_admin:
            return there
        return there.filter(models.Exists(own_memberships(user, *roles, project="pk")))

    def deleted_for(self, user: User, *, since: datetime) -> ProjectQuerySet:
        """Deleted projects that the person led and can bring back."""
        gone = self.filter(deleted_at__gt=since)
        if user.is_admin:
            return gone
        led = Membership.objects.active().filter(
            project=models.OuterRef("pk"), user_id=user.pk, role=Role.LEAD
        )
        return gone.filter(models.Exists(led))

    def with_role_of(self, user: User) -> ProjectQuerySet:
        """Adds `role`, None for an administrator who is no member, and what its protocol says."""
        mine = Membership.objects.filter(
            project=models.OuterRef("pk"), user_id=user.pk, is_active=True
        )
        # As a mapping, since the model declares the names for the type checker.
        added = {
            "role": models.Subquery(mine.values("role")[:1]),
            "protocol_state": Protocol.objects.state_of_outer_project(),
            "is_regulated": Protocol.objects.is_on_in_outer_project(),
        }
        return self.annotate(**added)


class Project(models.Model):
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, db_default="")
    state = models.CharField(
        max_length=10, choices=ProjectState.choices, default="active", db_default="active"
    )
    # What a task shows: [{"name", "display", "title"?, "config"?}], in order.
    fields = models.JSONField(default=list)
    # How several fields of a task stand to each other.
    layout = models.CharField(
        max_length=10, choices=Layout.choices, default=Layout.STACKED, db_default=Layout.STACKED
    )
    overlap = models.PositiveSmallIntegerField(default=3, db_default=3)
    # The share of tasks that get the overlap; the rest get one answer.
    overlap_share = models.FloatField(default=1.0, db_default=1.0)
    is_blind = models.BooleanField(default=True, db_default=True)
    skip_policy = models.CharField(
        max_length=8, choices=SkipPolicy.choices, default="others", db_default="others"
    )
    is_first_key_sent = models.BooleanField(default=True, db_default=True)
    # Annotators begin with what a model or rule proposes; such answers are not independent of it.
    is_suggestion_shown = models.BooleanField(default=False, db_default=False)
    # The share of the tasks that are answered without, so that what suggestions do can be measured.
    suggestion_hidden_share = models.FloatField(default=0.1, db_default=0.1)
    lease_minutes = models.PositiveSmallIntegerField(default=30, db_default=30)
    # Slices by which agreement is kept: [{"name", "path": "meta.language"}].
    slices = models.JSONField(default=list)
    # What each answer costs, for the forecasts; None when nobody said.
    answer_cost = models.DecimalField(max_digits=8, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR", db_default="EUR")
    # Known answers mixed in among an annotator's tasks: the first so many, then such a share of
    # those of whom nothing is known yet. None at all when both are 0.
    first_checks = models.PositiveSmallIntegerField(default=0, db_default=0)
    check_rate = models.FloatField(default=0, db_default=0)
    # The share of an annotator's answers for which a task comes back that they have answered
    # already: after so many other answers and so many hours, and at most so often.
    repeat_share = models.FloatField(default=0, db_default=0)
    repeat_answers = models.PositiveSmallIntegerField(default=50, db_default=50)
    repeat_hours = models.PositiveSmallIntegerField(default=24, db_default=24)
    repeat_most = models.PositiveSmallIntegerField(default=1, db_default=1)
    # Tasks of the same priority are handed out in an order of their own, in which none stands out.
    is_mixed = models.BooleanField(default=False, db_default=False)
    # Raised when the order of the queue changes; annotators then look from its head again.
    queue_generation = models.BigIntegerField(default=0, db_default=0)
    question_version = models.PositiveIntegerField(default=0, db_default=0)
    guideline_version = models.PositiveIntegerField(default=0, db_default=0)
    # Which of the demo's projects this is: it is shown with hints, and can be put back.
    demo = models.CharField(max_length=40, blank=True, default="", db_default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    deleted_at = models.DateTimeField(null=True)

    objects = ProjectQuerySet.as_manager()

    # Only after `with_role_of`.
    role: str | None
    protocol_state: str
    is_regulated: bool

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="overlap_is_1_to_100", condition=models.Q(overlap__range=(1, 100))
            ),
            models.CheckConstraint(
                name="overlap_share_is_0_to_1", condition=models.Q(overlap_share__range=(0, 1))
            ),
            models.CheckConstraint(
                name="repeats_are_a_tenth_at_most",
                condition=models.Q(repeat_share__range=(0, 0.1), repeat_most__range=(1, 5)),
            ),
            models.CheckConstraint(
                name="suggestions_are_hidden_for_a_share",
                condition=models.Q(suggestion_hidden_share__range=(0, 1)),
            ),
            models.CheckConstraint(
                name="a_project_checks_a_share", condition=models.Q(check_rate__range=(0, 1))
            ),
            models.CheckConstraint(
                name="a_lease_lasts_1_minute_to_a_day",
                condition=models.Q(lease_minutes__range=(1, 1440)),
            ),
            models.UniqueConstraint(
                name="one_project_per_demo", fields=("demo",), condition=~models.Q(demo="")
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> str:
        """How background jobs name this project."""
        return f"project:{self.pk}"

    @property
    def has_checks(self) -> bool:
        return self.first_checks > 0 or self.check_rate > 0

    @property
    def field_names(self) -> list[str]:
        return [field["name"] for field in self.fields]


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> MembershipQuerySet:
        return self.filter(is_active=True)

    def people(self) -> MembershipQuerySet:
        return self.filter(user__isnull=False)

    def external(self) -> MembershipQuerySet:
        return self.filter(user__isnull=True)

    def visible_to(self, user: User) -> MembershipQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))


class Membership(models.Model):
    """A person in a project. It is also the *annotator*: what one answers hangs on it.

    An external annotator has a name from a file and no account.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="memberships"
    )
    external_name = models.CharField(max_length=255, null=True)  # noqa: DJ001  (unique when given)
    role = models.CharField(max_length=10, choices=Role.choices, default="annotator")
    languages = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    skills = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    groups = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    daily_quota = models.PositiveIntegerField(null=True, blank=True)
    total_quota = models.PositiveIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True, db_default=True)
    # The newest guideline version that the person has confirmed.
    guideline_read = models.PositiveIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(db_default=Now())

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_membership_per_person_and_project", fields=("project", "user")
            ),
            models.UniqueConstraint(
                name="one_external_annotator_per_name", fields=("project", "external_name")
            ),
            models.CheckConstraint(
                name="an_annotator_has_an_account_or_an_external_name",
                condition=models.Q(user__isnull=False, external_name__isnull=True)
                | models.Q(user__isnull=True, external_name__isnull=False),
            ),
            models.CheckConstraint(
                name="an_external_member_only_annotates",
                condition=models.Q(user__isnull=False) | models.Q(role="annotator"),
            ),
        )

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """Needs `select_related("user")` in lists."""
        return str(self.user) if self.user_id else (self.external_name or "")

    @property
    def tags(self) -> list[str]:
        """What the person brings, in the form in which a task requires it."""
        return [
            *(f"language:{x}" for x in self.languages),
            *(f"skill:{x}" for x in self.skills),
            *(f"group:{x}" for x in self.groups),
        ]


class Terms(models.Model):
    """On what terms an annotator gets tasks. Who has no row gets them on those of the project."""

    annotator = models.OneToOneField(
        Membership, primary_key=True, on_delete=models.CASCADE, related_name="terms"
    )
    # The share of tasks that are checks.
    check_rate = models.FloatField()
    # So many more tasks are practice.
    practice_left = models.PositiveSmallIntegerField(default=0, db_default=0)
    paused_at = models.DateTimeField(null=True)
    # What the annotator is told.
    pause_reason = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_rate_of_checks_is_0_to_1", condition=models.Q(check_rate__range=(0, 1))
            ),
            models.CheckConstraint(
                name="who_is_paused_is_told_why",
                condition=models.Q(paused_at__isnull=True) | ~models.Q(pause_reason=""),
            ),
        )

    def __str__(self) -> str:
        return f"terms of {self.annotator_id}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, *, at: datetime) -> InvitationQuerySet:
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=at)


class Invitation(models.Model):
    """A link that lets somebody in: into a project with a role, or into the installation alone."""

    digest = models.CharField(max_length=64, unique=True)
    email = models.EmailField(max_length=254, blank=True, db_default="")
    project = models.ForeignKey(
        Project, null=True, on_delete=models.CASCADE, related_name="invitations"
    )
    role = models.CharField(max_length=10, choices=Role.choices, blank=True, db_default="")
    is_admin = models.BooleanField(default=False, db_default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="an_invitation_to_a_project_names_a_role",
                condition=models.Q(project__isnull=True, role="")
                | (models.Q(project__isnull=False) & ~models.Q(role="")),
            ),
            models.CheckConstraint(
                name="an_invitation_to_a_project_makes_no_administrator",
                condition=models.Q(project__isnull=True) | models.Q(is_admin=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.email or 'anyone'} as {self.role or 'a user'}"


class Guideline(models.Model):
    """One version of a project's guideline, in Markdown. Versions are never changed."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="guidelines")
    number = models.PositiveIntegerField()
    text = models.TextField()
    # What changed, in a sentence that annotators read.
    summary = models.CharField(max_length=300, blank=True, db_default="")
    must_confirm = models.BooleanField(default=True, db_default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(name="one_guideline_per_number", fields=("project", "number")),
        )

    def __str__(self) -> str:
        return f"{self.project} v{self.number}"


def default_field() -> dict[str, Any]:
    return {"name": "text", "display": "text"}
