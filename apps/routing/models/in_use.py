"""How good models are where they are in use: counts for the page, and looks whether one has fallen."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from apps.annotations.models import Question
from apps.projects.models import Project
from apps.routing.models.feed import LONGEST_MODEL


class FeedCount(models.Model):
    """What one model said about one question, counted by week. All of a project are made anew."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="feed_counts", db_index=False
    )
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    model = models.CharField(max_length=LONGEST_MODEL)
    predictions = models.PositiveIntegerField()
    last_at = models.DateTimeField()
    # By week (its Monday) and source, in lists: see `Counted` in apps.routing.actions.feed_counts.
    counts = models.JSONField()
    # What counted as old enough.
    maturity_days = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_count_per_question_and_model", fields=("project", "question", "model")
            ),
        )

    def __str__(self) -> str:
        return f"{self.model}: {self.predictions}"


class FeedLook(models.Model):
    """Predictions that have become old enough, held against those of the same model before them.

    Only added to. The first of a model, and the first after an alarm, is held against nothing.
    """

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="feed_looks", db_index=False
    )
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    model = models.CharField(max_length=LONGEST_MODEL)
    # Predictions made after `since_at` (None: from the first on), and up to `until_at`.
    since_at = models.DateTimeField(null=True)
    until_at = models.DateTimeField()
    right = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    before_right = models.PositiveIntegerField(default=0)
    before_number = models.PositiveIntegerField(default=0)
    # How old predictions had to be. What was looked at by another age is nothing to compare with.
    maturity_days = models.PositiveSmallIntegerField()
    p_value = models.FloatField(null=True)
    # Its number among the project's looks since the last alarm; None: held against nothing.
    look = models.PositiveIntegerField(null=True)
    bar = models.FloatField(null=True)
    is_alarm = models.BooleanField(default=False)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="no_more_right_than_looked_at",
                condition=models.Q(right__lte=models.F("number"))
                & models.Q(before_right__lte=models.F("before_number")),
            ),
            models.CheckConstraint(
                name="only_a_look_at_a_model_against_before_raises_an_alarm",
                condition=models.Q(
                    look__isnull=True, bar__isnull=True, p_value__isnull=True, is_alarm=False
                )
                | models.Q(
                    look__isnull=False,
                    bar__isnull=False,
                    p_value__isnull=False,
                    look__gte=1,
                    bar__gt=0,
                    bar__lt=1,
                    before_number__gt=0,
                ),
            ),
            models.UniqueConstraint(
                name="one_look_at_a_stretch_of_predictions",
                fields=("project", "question", "model", "until_at"),
            ),
        )
        indexes = (models.Index(name="feed_look_in_project", fields=("project", "-id")),)

    def __str__(self) -> str:
        return f"{self.model}: {self.right} of {self.number}"
