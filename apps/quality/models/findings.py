"""What the checks found in a project's answers, and what a lead did about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from apps.annotations.models import Question
from apps.projects.models import Project, seen_by

if TYPE_CHECKING:
    from apps.accounts.models import User


class FindingState(models.TextChoices):
    OPEN = "open", "To be looked at"
    SENT = "sent", "Sent to review"
    DISMISSED = "dismissed", "Dismissed"
    GONE = "gone", "Not found any more"


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, user: User) -> FindingQuerySet:
        """Leads alone: findings judge people by name."""
        return self.filter(seen_by(user, "lead"))

    def surest_first(self) -> FindingQuerySet:
        """What follows from a rule before what may be chance."""
        return self.order_by(models.F("p").asc(nulls_first=True), "-task_count", "pk")


class Finding(models.Model):
    """One thing that looks wrong. The next run of its check finds it again by its `key`."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="findings", db_index=False
    )
    # The name of a check; one whose file is gone says nothing new.
    kind = models.CharField(max_length=40)
    # None: it is about no question in particular.
    question = models.ForeignKey(
        Question, null=True, on_delete=models.CASCADE, related_name="findings"
    )
    key = models.BinaryField(max_length=32)
    # With {person} and {other} for the names of `annotators`, which may change or be hidden.
    words = models.CharField(max_length=500)
    # Without keys: what was deleted meanwhile is left out where they are shown. At most so many.
    tasks = ArrayField(models.BigIntegerField(), default=list)
    task_count = models.PositiveIntegerField()
    annotators = ArrayField(models.BigIntegerField(), default=list)
    # The chance of a false alarm, corrected for all that the check looked at; None: it is a rule.
    p = models.FloatField(null=True)
    state = models.CharField(max_length=10, choices=FindingState.choices, default="open")
    reason = models.TextField(blank=True, default="", db_default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField(db_default=Now())
    # The last run that found it.
    seen_at = models.DateTimeField(db_default=Now())

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="a_finding_is_kept_once", fields=("project", "key")),
            models.CheckConstraint(
                name="a_chance_of_a_false_alarm_is_0_to_1",
                condition=models.Q(p__isnull=True) | models.Q(p__range=(0, 1)),
            ),
            models.CheckConstraint(
                name="who_acts_on_a_finding_is_named",
                condition=models.Q(
                    state__in=("sent", "dismissed"),
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                | models.Q(
                    state__in=("open", "gone"), decided_by__isnull=True, decided_at__isnull=True
                ),
            ),
            models.CheckConstraint(
                name="who_dismisses_a_finding_says_why",
                condition=~models.Q(state="dismissed") | ~models.Q(reason=""),
            ),
        )
        indexes = (models.Index(name="finding_in_project", fields=("project", "state", "kind")),)

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}"


class CheckRun(models.Model):
    """When the checks last read a project, and what they read."""

    project = models.OneToOneField(
        Project, primary_key=True, on_delete=models.CASCADE, related_name="check_run"
    )
    made_at = models.DateTimeField()
    seconds = models.FloatField()
    answers = models.PositiveIntegerField()
    # The newest annotation and the version of the questions that it read: what came later is new.
    last_annotation = models.BigIntegerField()
    question_version = models.PositiveIntegerField()
    # In sentences, what was not looked at and why.
    left_out = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.project_id}: {self.answers}"
