"""Tasks by lot of which successive models are asked, to tell whether they still change their minds."""

from __future__ import annotations

from django.db import models

from apps.annotations.models import Question


class StopSet(models.Model):
    """Of one question; none of its tasks is ever learned from: all are of the hold-out."""

    question = models.OneToOneField(
        Question, primary_key=True, on_delete=models.CASCADE, related_name="stop_set"
    )
    # The lot that drew it, and of how many tasks; where any of these is another it is drawn anew.
    seed = models.PositiveIntegerField()
    exploration = models.FloatField()
    known = models.PositiveIntegerField()
    values = models.JSONField()
    # Packed: the tasks by key, and of each of the last rounds the place of what its model said.
    tasks = models.BinaryField()
    said = models.BinaryField()
    # Of how many labelled tasks the model of each of these rounds learned, the newest last.
    labelled = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.question_id}: {self.labelled}"
