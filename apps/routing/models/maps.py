"""Where a project's tasks lie on its map, and which tasks a lead has raised from a page of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.projects.models import Project


class Chart(models.Model):
    """The map of a project: five bytes a task, compressed. It is made anew as a whole.

    A row, not a file: the processes that show it may run on other machines than the one that
    computed it, and it has 428 KB for 100,000 tasks.
    """

    project = models.OneToOneField(
        Project, primary_key=True, on_delete=models.CASCADE, related_name="chart"
    )
    # Keys in ascending order, as what each adds to the one before; then, task by task, two numbers of
    # 16 bits, and the number of its part. Without keys to tasks: those that are gone are left out
    # where it is shown.
    tasks = models.BinaryField()
    places = models.BinaryField()
    parts = models.BinaryField()
    # [{"words": [[word, of these, of others]], "x", "y", "task"}]
    described = models.JSONField(default=list)
    placed = models.PositiveIntegerField()
    # How many there were, and the newest of them.
    known = models.PositiveIntegerField()
    last_task = models.BigIntegerField()
    seconds = models.FloatField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="no_more_on_a_map_than_there_are",
                condition=models.Q(placed__lte=models.F("known")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id}: {self.placed}"


class Why(models.TextChoices):
    PART = "part", "A part of the map"
    NEW = "new", "New tasks, by lot"


class Raise(models.Model):
    """Tasks that a lead put on another level together, with the levels they had: it can be undone."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="raises", db_index=False
    )
    why = models.CharField(max_length=10, choices=Why.choices)
    level = models.FloatField()
    # As in `Chart`; the levels before are numbers of 64 bits.
    tasks = models.BinaryField()
    before = models.BinaryField()
    number = models.PositiveIntegerField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(name="a_raise_has_tasks", condition=models.Q(number__gte=1)),
        )
        indexes = (models.Index(name="raise_in_project", fields=("project", "-id")),)

    def __str__(self) -> str:
        return f"{self.project_id}: {self.number} to {self.level}"
