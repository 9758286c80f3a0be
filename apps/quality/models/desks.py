"""Where people outside of a project object to what it says of a task."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.projects.models import Project

LONGEST_WORDS = 1_000


class AppealDesk(models.Model):
    """How a project takes appeals from outside. A project without a row has no page for them."""

    project = models.OneToOneField(
        Project, primary_key=True, on_delete=models.CASCADE, related_name="appeal_desk"
    )
    # Whether the signed addresses open a page.
    is_open = models.BooleanField(default=False, db_default=False)
    # Which of the declared fields the page shows; none unless the lead says so.
    shown = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    # What the page tells first.
    words = models.TextField(max_length=LONGEST_WORDS, blank=True, db_default="")
    # Within so many days an appeal should be decided.
    target_days = models.PositiveSmallIntegerField(default=7, db_default=7)
    # So many days after its decision what an appellant wrote is erased; None keeps it.
    keep_days = models.PositiveSmallIntegerField(null=True, blank=True)
    # Addresses name it: raised, all that were given out end.
    series = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="an_appeal_has_1_to_365_days",
                condition=models.Q(target_days__range=(1, 365)),
            ),
            models.CheckConstraint(
                name="an_appeal_is_kept_1_to_3650_days",
                condition=models.Q(keep_days__isnull=True) | models.Q(keep_days__range=(1, 3650)),
            ),
        )

    def __str__(self) -> str:
        return f"appeals of {self.project_id}: {'open' if self.is_open else 'closed'}"
