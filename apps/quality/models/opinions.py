"""What a model that had not learned from a task thought of its label."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from apps.annotations.models import Question
from apps.tasks.models import Task


class OpinionRun(models.Model):
    """The last time that a model was asked about a question's labels; its opinions are replaced as a
    whole, since each is measured by all of them."""

    question = models.OneToOneField(
        Question, primary_key=True, on_delete=models.CASCADE, related_name="opinion_run"
    )
    # The training beside it, as a number: whoever trains models is above.
    model_run = models.BigIntegerField()
    # Values of labels, in the order of the probabilities.
    values = models.JSONField()
    # The model was taught so many times, each time without one part of the tasks.
    folds = models.PositiveSmallIntegerField()
    tasks = models.PositiveIntegerField()
    seconds = models.FloatField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="no_model_judges_what_it_learned_from", condition=models.Q(folds__gte=2)
            ),
        )

    def __str__(self) -> str:
        return f"{self.question_id}: {self.tasks}"


class Opinion(models.Model):
    run = models.ForeignKey(
        OpinionRun, on_delete=models.CASCADE, related_name="opinions", db_index=False
    )
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    # The label that it had, by its place among the run's values.
    label = models.PositiveSmallIntegerField()
    # The probability of each label, 4 bytes each, the least significant byte first.
    said = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="one_opinion_of_a_task", fields=("run", "task")),
        )

    def __str__(self) -> str:
        return f"{self.task_id}: {self.label}"
