"""What the suggestions of a source do to the answers."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from apps.annotations.models import Question
from apps.projects.models import Project


class SuggestionStudy(models.Model):
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="suggestion_studies", db_index=False
    )
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=200)
    # {"same": {shown, hidden, value, low, high, n_shown, n_hidden}, "alike": the same,
    #  "people": [[annotator, accepted, changed, ignored]]}
    figures = models.JSONField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_study_per_source_and_question", fields=("project", "question", "source")
            ),
        )

    def __str__(self) -> str:
        return f"{self.source} for {self.question_id}"
