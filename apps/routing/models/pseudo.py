"""What a model gives itself to learn from. It is no answer: nothing that counts answers reads it."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from apps.annotations.models import Question
from apps.tasks.models import Task


class PseudoLabel(models.Model):
    """Of a task that nobody had answered. The newest training's, but for those that were answered
    since: these stay, to tell how right such labels are."""

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    value = models.TextField()
    probability = models.FloatField()
    # Whether people came to the same; None while they have not answered.
    is_right = models.BooleanField(null=True)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_pseudo_label_per_task_and_question", fields=("question", "task")
            ),
            models.CheckConstraint(
                name="a_pseudo_label_is_0_to_1_probable",
                condition=models.Q(probability__range=(0, 1)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.task_id}: {self.value}"
