"""Tasks: what is annotated once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now

from apps.projects.models import LOOKERS, Project, seen_by

if TYPE_CHECKING:
    from apps.accounts.models import User


# The database's function, of a project's and a task's key. Routing, above, writes it and says what
# the lot is drawn by; here and in statements of other apps it is only asked.
LEFT_TO_CHANCE = "is_left_to_chance"


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User) -> TaskQuerySet:
        """Tasks of projects in which the person may look at all tasks (not annotators)."""
        return self.filter(seen_by(user, *LOOKERS))

    def left_to_chance(self, *, is_so: bool) -> TaskQuerySet:
        """Those of the hold-out, on which models are judged; else all others."""
        lot = models.Func(
            "project_id", "pk", function=LEFT_TO_CHANCE, output_field=models.BooleanField()
        )
        return self.filter(lot) if is_so else self.exclude(lot)


class Task(models.Model):
    """What is annotated once; *unit* in statistics. Annotators see only its declared fields."""

    # Indexed below, together with what is asked for beside it.
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="tasks", db_index=False
    )
    external_id = models.CharField(max_length=255, null=True)  # noqa: DJ001  (unique when given)
    data = models.JSONField()
    meta = models.JSONField(default=dict)
    content_hash = models.BinaryField(max_length=32)
    # Tasks that belong together (a document, a patient, a chat): the cluster of the statistics.
    group = models.CharField(max_length=255, null=True)  # noqa: DJ001  (absent is not "")
    # The import run that brought it; exchange is above us, so a plain number.
    import_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    # When its content was replaced by a tombstone.
    erased_at = models.DateTimeField(null=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_task_per_external_id", fields=("project", "external_id")
            ),
        )
        indexes = (
            models.Index(name="task_in_project", fields=("project", "id")),
            models.Index(
                name="task_by_content",
                fields=("project", "content_hash"),
                condition=models.Q(external_id__isnull=True),
            ),
            models.Index(
                name="task_by_group",
                fields=("project", "group"),
                condition=models.Q(group__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.external_id or f"#{self.pk}"
