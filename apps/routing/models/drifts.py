"""Whether what came was like what was there before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now

from apps.projects.models import Project, seen_by

if TYPE_CHECKING:
    from apps.accounts.models import User


class DriftRunQuerySet(models.QuerySet["DriftRun"]):
    def visible_to(self, user: User) -> DriftRunQuerySet:
        """Leads alone."""
        return self.filter(seen_by(user, "lead"))

    def by_itself(self) -> DriftRunQuerySet:
        return self.filter(look__isnull=False)


class DriftRun(models.Model):
    """New tasks, from `first_task` to `last_task`, held against all before them. Only added to."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="drift_runs", db_index=False
    )
    first_task = models.BigIntegerField()
    last_task = models.BigIntegerField()
    before = models.PositiveIntegerField()
    now = models.PositiveIntegerField()
    # The number of a look since the last alarm; None: a lead asked, which raises none.
    look = models.PositiveIntegerField(null=True)
    # At most so large a p-value raises an alarm at this look.
    bar = models.FloatField(null=True)
    is_alarm = models.BooleanField(default=False)
    # {"apart": {value, low, high, n, p_value, words}, "fields": [...], "words": [...],
    #  "labels": {...} or None, "confidence": {...} or None, "left_out": [sentence]}
    figures = models.JSONField()
    seconds = models.FloatField()
    made_at = models.DateTimeField(db_default=Now())

    objects = DriftRunQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="only_a_look_by_itself_raises_an_alarm",
                condition=models.Q(is_alarm=False) | models.Q(look__isnull=False),
            ),
            models.CheckConstraint(
                name="a_look_by_itself_has_a_bar",
                condition=models.Q(look__isnull=True, bar__isnull=True)
                | models.Q(
                    look__isnull=False, bar__isnull=False, look__gte=1, bar__gt=0, bar__lt=1
                ),
            ),
        )
        indexes = (models.Index(name="drift_in_project", fields=("project", "-id")),)

    def __str__(self) -> str:
        return f"{self.project_id}: {self.now} against {self.before}"
