"""The rules between questions that a lead wrote."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.projects.models import Project


class RuleQuerySet(models.QuerySet["ProjectRule"]):
    def standing(self) -> RuleQuerySet:
        return self.filter(retired_at__isnull=True).order_by("position", "pk")


class ProjectRule(models.Model):
    """What answers must keep. One that is changed is retired, and a new one takes its place, so what
    was found by the old one stays what it was."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="rules", db_index=False
    )
    # As `rule_text.read_rule` reads it.
    text = models.CharField(max_length=500)
    # What a finding says of answers that contradict it.
    words = models.CharField(max_length=300)
    position = models.PositiveSmallIntegerField(default=0, db_default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="a_rule_stands_once",
                fields=("project", "text"),
                condition=models.Q(retired_at__isnull=True),
            ),
            models.CheckConstraint(
                name="a_rule_says_something",
                condition=~models.Q(text="") & ~models.Q(words=""),
            ),
        )
        indexes = (models.Index(name="rule_in_project", fields=("project", "retired_at")),)

    def __str__(self) -> str:
        return self.text
