"""Sessions in which everybody answers the same tasks, and then speaks about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.projects.models import LOOKERS, Project, seen_by
from apps.tasks.models.checks import FIRST_ROUND

if TYPE_CHECKING:
    from apps.accounts.models import User


class CalibrationQuerySet(models.QuerySet["Calibration"]):
    def visible_to(self, user: User) -> CalibrationQuerySet:
        """To annotators only once the discussion is open: before it they would see others' work."""
        is_open = models.Q(opened_at__isnull=False)
        return self.filter(seen_by(user, *LOOKERS, besides=is_open))


class Calibration(models.Model):
    """Everybody answers some tasks alone; then their answers are laid open and discussed.

    The tasks are `tasks.CalibrationTask`s of its round.
    """

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="calibrations", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    # The guideline that stood when it began.
    guideline_version = models.PositiveIntegerField()
    # How its tasks were picked, in words.
    picked = models.CharField(max_length=300)
    task_count = models.PositiveSmallIntegerField()
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    begun_at = models.DateTimeField(db_default=Now())
    # From then on all answers are open to everybody, and nobody answers any more.
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(null=True)

    # When the leads were told that everybody is through.
    through_at = models.DateTimeField(null=True)

    objects = CalibrationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_calibration_per_number", fields=("project", "number")
            ),
            models.UniqueConstraint(
                name="one_calibration_at_a_time",
                fields=("project",),
                condition=models.Q(opened_at__isnull=True),
            ),
            models.CheckConstraint(
                name="who_opens_a_discussion_is_named",
                condition=models.Q(opened_at__isnull=True, opened_by__isnull=True)
                | models.Q(opened_at__isnull=False, opened_by__isnull=False),
            ),
            models.CheckConstraint(
                name="a_calibration_has_tasks", condition=models.Q(task_count__gt=0)
            ),
        )

    def __str__(self) -> str:
        return f"Calibration {self.number}"

    @property
    def is_open(self) -> bool:
        """Whether its discussion is open to everybody."""
        return self.opened_at is not None

    @property
    def round(self) -> int:
        """Of its assignments."""
        return FIRST_ROUND + self.number
