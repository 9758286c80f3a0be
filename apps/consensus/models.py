"""The answer computed from several, with where it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from apps.annotations.models import Question
from apps.projects.models import Project
from apps.tasks.models import Task

if TYPE_CHECKING:
    from apps.accounts.models import User


class ConsensusQuerySet(models.QuerySet["Consensus"]):
    def visible_to(self, user: User) -> ConsensusQuerySet:
        return self.filter(task__in=Task.objects.visible_to(user))


class Consensus(models.Model):
    """What the answers of one task to one question come to. A tie stays a tie: it has no value."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, related_name="consensus", db_index=False
    )
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    aggregator = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    value = models.JSONField(null=True)
    # All values that share the first place: one, or several in a tie.
    winners = models.JSONField()
    # The share of the answers that agree with the winner.
    share = models.FloatField()
    is_tie = models.BooleanField()
    # The annotations that it was computed from.
    saw = ArrayField(models.BigIntegerField())
    computed_at = models.DateTimeField(db_default=Now())

    objects = ConsensusQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_consensus_per_task_question_and_aggregator",
                fields=("task", "question", "aggregator"),
            ),
            models.CheckConstraint(
                name="a_tie_has_no_value",
                condition=models.Q(is_tie=False) | models.Q(value__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.task_id}.{self.question_id}: {self.value}"
