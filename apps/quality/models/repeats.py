"""What annotators said when a task came back to them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from apps.annotations.models import Annotation
from apps.projects.models import Membership, Project
from apps.tasks.models import Assignment, Task


class RepeatScore(models.Model):
    """How near the answer to a planned repeat comes to what the same person said before."""

    assignment = models.OneToOneField(
        Assignment, primary_key=True, on_delete=models.CASCADE, related_name="repeat_score"
    )
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    annotator = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    # The last that they said by themselves, before and at the repeat.
    before = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="+")
    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="+")
    # 1 less the distance between both; of several questions the mean.
    score = models.FloatField()
    # {question name: score}
    by_question = models.JSONField()
    scored_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_repeat_score_is_0_to_1", condition=models.Q(score__range=(0, 1))
            ),
        )
        indexes = (models.Index(name="repeat_score_in_project", fields=("project", "assignment")),)

    def __str__(self) -> str:
        return f"{self.assignment_id}: {self.score:.2f}"
