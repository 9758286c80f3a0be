"""What a lead decided about the order of the queue; without a row, what Concord does by itself."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.annotations.models import Question
from apps.projects.models import Project
from apps.routing.models.endpoints import Endpoint


class When(models.TextChoices):
    AUTO = "auto", "When many tasks wait"
    ALWAYS = "always", "Always"
    NEVER = "never", "Never: tasks stay in the order in which they came"


class Weighing(models.TextChoices):
    AUTO = "auto", "Where a label is rare and that surely finds labels better"
    ALWAYS = "always", "Always"
    NEVER = "never", "Never"


class Plan(models.Model):
    project = models.OneToOneField(
        Project, primary_key=True, on_delete=models.CASCADE, related_name="routing_plan"
    )
    # Whether the queue is put in order.
    when = models.CharField(max_length=10, choices=When.choices, default="auto")
    # Whose model puts it in order; None: the first that can be learned.
    question = models.ForeignKey(Question, null=True, on_delete=models.SET_NULL, related_name="+")
    # A model of one's own puts it in order; None: the one that learns here.
    endpoint = models.ForeignKey(Endpoint, null=True, on_delete=models.SET_NULL, related_name="+")
    strategy = models.CharField(max_length=40, default="margin")
    parameters = models.JSONField(default=dict)
    # A second strategy, which chooses such a share of what is not left to chance; empty: none.
    beside = models.CharField(max_length=40, blank=True, default="", db_default="")
    beside_share = models.FloatField(default=0.3, db_default=0.3)
    # The share of the tasks that is left to chance, and on which models are judged.
    exploration = models.FloatField(default=0.1)
    # Drawn once: the hold-out stays the same tasks for good.
    seed = models.PositiveIntegerField(default=0)
    is_suggesting = models.BooleanField(default=True)
    # Below this probability nothing is proposed. Of two labels one always has a half.
    bar = models.FloatField(default=0.7)
    # Whether models also learn from what they are sure of, where the hold-out says that it helps.
    is_self_training = models.BooleanField(default=False, db_default=False)
    # Whether models of one label count rare labels as much as frequent ones.
    weighing = models.CharField(
        max_length=10, choices=Weighing.choices, default="auto", db_default="auto"
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="exploration_is_at_most_half",
                condition=models.Q(exploration__gte=0, exploration__lte=0.5),
            ),
            models.CheckConstraint(
                name="each_strategy_has_its_share",
                condition=models.Q(beside_share__gt=0, beside_share__lt=1),
            ),
            models.CheckConstraint(
                name="a_bar_for_suggestions_is_0_to_1", condition=models.Q(bar__range=(0, 1))
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id}: {self.strategy}, {self.when}"
