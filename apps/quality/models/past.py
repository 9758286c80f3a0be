"""What happened to tasks and stands nowhere else, since the row that said it says something newer.

The database itself writes both, by triggers: no way in is forgotten.
"""

from __future__ import annotations

from django.db import models

from apps.annotations.models import Question
from apps.tasks.models import AssignmentState, Task


class PastLease(models.Model):
    """A lease that ended without an answer. The same assignment may be lent again."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    assignment_id = models.BigIntegerField()
    # How it ended: skipped, returned or expired.
    how = models.CharField(max_length=10, choices=AssignmentState.choices)
    leased_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.task_id} in {self.assignment_id}: {self.how}"


class ConsensusChange(models.Model):
    """The consensus of a task became another. The first one is no change, and one that goes, as when
    its answers are taken back, is not told: what took them is."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    # None of a tie.
    was = models.JSONField(null=True)
    became = models.JSONField(null=True)
    # That by which it is the new one.
    aggregator = models.CharField(max_length=40)
    # The row as it stood before, whole: by which method and fit, from which annotations, how sure.
    # None of changes from before that was kept.
    before = models.JSONField(null=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.task_id}.{self.question_id}: {self.was} to {self.became}"
