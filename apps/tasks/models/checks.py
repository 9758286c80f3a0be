"""Tasks that are lent out of turn: to check annotators, and to let all answer the same ones."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now, Random

from apps.projects.models import Project
from apps.tasks.models.assignments import FIRST_REPEAT
from apps.tasks.models.tasks import Task


class CheckTask(models.Model):
    """A task whose answer is known, and which may be mixed in among anybody's tasks."""

    task = models.OneToOneField(
        Task, primary_key=True, on_delete=models.CASCADE, related_name="check_task"
    )
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    # From 0 to 1 by chance. The search begins at a random place, so it reads a few rows of many.
    place = models.FloatField(db_default=Random())
    # What was answered before its answer was known says nothing fair about who answered.
    known_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (models.Index(name="check_by_place", fields=("project", "place")),)

    def __str__(self) -> str:
        return f"check {self.task_id}"


# Planned repeats that come in with a file have small numbers, so that both never meet.
FIRST_ROUND = 1_000


class CalibrationTask(models.Model):
    """A task that every annotator is lent before their own, as long as it is open.

    Each session has a round of assignments of its own: who answered the task before, in another
    session or as their ordinary work, answers it once more.
    """

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="calibrations")
    round = models.PositiveSmallIntegerField()
    # In which order all get them.
    place = models.PositiveSmallIntegerField()
    is_open = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_calibration_of_a_task_per_round", fields=("project", "round", "task")
            ),
            models.CheckConstraint(
                name="a_calibration_has_a_round_of_its_own",
                condition=models.Q(round__gt=FIRST_ROUND, round__lt=FIRST_REPEAT),
            ),
        )
        indexes = (
            models.Index(
                name="calibration_to_lend",
                fields=("project", "place"),
                condition=models.Q(is_open=True),
            ),
        )

    def __str__(self) -> str:
        return f"calibration {self.round}: {self.task_id}"
