"""How much of each label a lead wants of a question."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.annotations.models import Question
from apps.projects.models import Project


class PlannedLabelQuerySet(models.QuerySet["PlannedLabel"]):
    def for_project(self, project: Project) -> PlannedLabelQuerySet:
        """Of questions that are still asked, in the order in which they were planned."""
        return self.filter(
            question__project=project, question__retired_at__isnull=True
        ).select_related("question")


class PlannedLabel(models.Model):
    """At least such a share of the labelled tasks, or so many of them, are to have this label."""

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="planned_labels", db_index=False
    )
    # The value of a label; it may be retired or renamed since.
    label = models.TextField()
    share = models.FloatField(null=True)
    number = models.PositiveIntegerField(null=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now())

    objects = PlannedLabelQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="a_label_is_planned_once", fields=("question", "label")),
            models.CheckConstraint(
                name="a_share_or_a_number_is_planned",
                # What is unknown would pass.
                condition=models.Q(
                    share__isnull=False, share__gt=0, share__lte=1, number__isnull=True
                )
                | models.Q(share__isnull=True, number__isnull=False, number__gt=0),
            ),
        )

    def __str__(self) -> str:
        return f"{self.question_id}: {self.label}"
