"""Who looked at what, where a project is regulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

if TYPE_CHECKING:
    from apps.projects.models import Project


class Seen(models.TextChoices):
    """What of a task was shown. Each is more than the one before."""

    FILES = "files", "Files of cases"
    TASK = "task", "The case"
    ANSWERS = "answers", "The case and answers"
    EXPORT = "export", "A file of all answers"


class LookQuerySet(models.QuerySet["Look"]):
    def of_project(self, project: Project) -> LookQuerySet:
        return self.filter(project=project)

    def newest_first(self) -> LookQuerySet:
        return self.order_by("-seen_at", "-pk")


class Look(models.Model):
    """Something of a task was sent to somebody. Only added to, at the time of the database: a
    trigger holds both. Goes with its project alone.
    """

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="looks", db_index=False
    )
    # A plain number: the look stays when its task is deleted. None: all tasks of the project, or
    # files of theirs.
    task_id = models.BigIntegerField(null=True)
    # None: whoever had an address that opens it without an account.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    what = models.CharField(max_length=8, choices=Seen.choices)
    # The name of the page or call.
    route = models.CharField(max_length=60)
    request_id = models.CharField(max_length=64, blank=True, db_default="")
    seen_at = models.DateTimeField(db_default=Now())

    objects = LookQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_look_at_one_task_names_it",
                condition=models.Q(what__in=("files", "export"), task_id__isnull=True)
                | models.Q(what__in=("task", "answers"), task_id__isnull=False),
            ),
        )
        indexes = (
            models.Index(name="looks_by_number", fields=("project", "id")),
            models.Index(name="looks_by_time", fields=("project", "seen_at", "id")),
            models.Index(name="looks_at_task", fields=("project", "task_id", "seen_at")),
            models.Index(name="looks_of_person", fields=("project", "person", "seen_at")),
        )

    def __str__(self) -> str:
        return f"{self.what} of {self.task_id} by {self.person_id}"
