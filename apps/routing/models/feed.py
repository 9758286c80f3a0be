"""What a model said where it is in use, what came of it later, and which of it becomes tasks."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.annotations.models import Question
from apps.projects.models import Project
from apps.tasks.models import Task

# Draws lie below this.
DRAWS = 2**31
LONGEST_KEY, LONGEST_MODEL, LONGEST_SOURCE = 200, 120, 120


class RuleKind(models.TextChoices):
    LOT = "lot", "A share, by lot"
    PROBABILITY = "probability", "By its probability"
    LABEL = "label", "By its answer"
    DISAGREEMENT = "disagreement", "Where the outcome is another"


class ChosenBy(models.TextChoices):
    """Why a prediction became a task. Only what a lot chose stands for all."""

    LOT = "lot", "By lot"
    PROBABILITY = "probability", "By its probability"
    LABEL = "label", "By its answer"
    DISAGREEMENT = "disagreement", "The outcome is another"
    FALL = "fall", "After an alarm"


class FeedPlan(models.Model):
    """How long the feed is kept, and how old a prediction must be to be judged."""

    project = models.OneToOneField(
        Project, primary_key=True, on_delete=models.CASCADE, related_name="feed_plan"
    )
    retention_days = models.PositiveSmallIntegerField(default=365)
    maturity_days = models.PositiveSmallIntegerField(default=30)
    # What came before this has been held against the rules, but for what was being written then.
    ruled_at = models.DateTimeField(null=True)
    # When the figures were last counted.
    counted_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_feed_is_kept_one_day_to_ten_years",
                condition=models.Q(retention_days__range=(1, 3650)),
            ),
            models.CheckConstraint(
                name="predictions_are_judged_before_they_are_removed",
                condition=models.Q(maturity_days__lt=models.F("retention_days")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id}: {self.maturity_days} of {self.retention_days} days"


class FeedRule(models.Model):
    """One of the rules by which predictions become tasks; the first that takes one has it."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="feed_rules", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=RuleKind.choices)
    # Whose answer is looked at, by a label and a disagreement.
    question = models.ForeignKey(Question, null=True, on_delete=models.CASCADE, related_name="+")
    # Of predictions of this model alone; empty: of all.
    model = models.CharField(max_length=LONGEST_MODEL, blank=True)
    share = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    label = models.CharField(max_length=255, blank=True)
    # So many tasks a day at most; None: without limit.
    daily = models.PositiveIntegerField(null=True)
    # Of the tasks that it makes.
    level = models.FloatField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_feed_rule_per_position",
                fields=("project", "position"),
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                name="one_lot_per_feed", fields=("project",), condition=models.Q(kind="lot")
            ),
            models.CheckConstraint(
                name="a_feed_rule_has_what_its_kind_asks_for",
                condition=models.Q(
                    kind="lot", share__isnull=False, share__gt=0, share__lte=1, model=""
                )
                | models.Q(
                    kind="probability",
                    low__isnull=False,
                    high__isnull=False,
                    low__gte=0,
                    high__lte=1,
                    low__lte=models.F("high"),
                )
                | (models.Q(kind="label", question__isnull=False) & ~models.Q(label=""))
                | models.Q(kind="disagreement", question__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.position}: {self.kind}"


class Prediction(models.Model):
    """What a model said of one thing. Only what became of it changes: its task."""

    # No constraint in the database: checking it would take a shared lock on the one row of the
    # project with every call.
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    # The caller's own name for it: outcomes name it, and its task has it as external id.
    key = models.CharField(max_length=LONGEST_KEY)
    body_hash = models.BinaryField(max_length=32)
    model = models.CharField(max_length=LONGEST_MODEL)
    predicted_at = models.DateTimeField()
    # What is shown of it where it becomes a task.
    data = models.JSONField(null=True)
    # {question name: value in its kind's canonical form}
    answers = models.JSONField()
    # How probable the model holds its answer to be.
    probability = models.FloatField(null=True)
    # By a hash of the key: the lot is drawn with it, whatever the prediction says.
    draw = models.PositiveIntegerField()
    task = models.ForeignKey(
        Task, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # Empty where no rule has made it a task: it has none, or was sent with one.
    chosen_by = models.CharField(max_length=12, choices=ChosenBy.choices, blank=True, db_default="")
    rule = models.ForeignKey(
        FeedRule, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    taken_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(name="one_prediction_per_key", fields=("project", "key")),
            models.CheckConstraint(
                name="a_prediction_is_0_to_1_probable",
                condition=models.Q(probability__isnull=True) | models.Q(probability__range=(0, 1)),
            ),
            models.CheckConstraint(
                name="what_was_chosen_was_taken",
                condition=models.Q(chosen_by="", taken_at__isnull=True)
                | (~models.Q(chosen_by="") & models.Q(taken_at__isnull=False)),
            ),
        )
        indexes = (
            models.Index(name="prediction_by_time", fields=("project", "predicted_at")),
            models.Index(name="prediction_as_it_came", fields=("project", "received_at")),
            models.Index(
                name="prediction_by_task",
                fields=("task",),
                condition=models.Q(task__isnull=False),
            ),
            models.Index(
                name="prediction_by_rule",
                fields=("rule", "taken_at"),
                condition=models.Q(rule__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.model}: {self.key}"


class Outcome(models.Model):
    """What turned out to be so, as one source knew it at one time. Only added to; the newest counts.

    It hangs on the prediction by its key: it may come before it.
    """

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    key = models.CharField(max_length=LONGEST_KEY)
    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    value = models.JSONField()
    known_at = models.DateTimeField()
    source = models.CharField(max_length=LONGEST_SOURCE, blank=True)
    # Of value and source: the same news sent twice is one.
    body_hash = models.BinaryField(max_length=16)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="an_outcome_is_told_once",
                fields=("project", "key", "question", "known_at", "body_hash"),
            ),
        )
        indexes = (models.Index(name="outcome_as_it_came", fields=("project", "received_at")),)

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"
