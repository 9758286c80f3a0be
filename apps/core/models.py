"""What runs in the background, and the news that waits to be taken up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class JobState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class JobRunQuerySet(models.QuerySet["JobRun"]):
    def live(self) -> JobRunQuerySet:
        return self.exclude(state__in=ENDED)

    def in_scope(self, scope: str) -> JobRunQuerySet:
        return self.filter(scope=scope)

    def never_taken_up(self, *, at: datetime, patience: timedelta) -> JobRunQuerySet:
        """Queued rows whose wake-up was lost on the way."""
        return self.filter(state=JobState.QUEUED, woken_at__lt=at - patience)

    def without_heartbeat(self, *, at: datetime, patience: timedelta) -> JobRunQuerySet:
        """Running rows whose worker has gone."""
        return self.filter(state=JobState.RUNNING, heartbeat_at__lt=at - patience)


class JobRun(models.Model):
    """One piece of background work. It is a row here before it is a message to a worker."""

    kind = models.CharField(max_length=80)
    arguments = models.JSONField(default=dict)
    queue = models.CharField(max_length=20)
    scope = models.CharField(max_length=80, blank=True, db_default="")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(
        max_length=12, choices=JobState.choices, db_default=JobState.QUEUED, default=JobState.QUEUED
    )
    done = models.BigIntegerField(default=0, db_default=0)
    total = models.BigIntegerField(null=True)
    message = models.CharField(max_length=500, blank=True, db_default="")
    result = models.JSONField(null=True)
    error = models.TextField(blank=True, db_default="")
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    request_id = models.CharField(max_length=64, blank=True, db_default="")
    created_at = models.DateTimeField(db_default=Now())
    woken_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = JobRunQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_job_is_tried_three_times_at_most", condition=models.Q(attempts__lte=3)
            ),
            models.CheckConstraint(
                name="an_ended_job_says_when",
                condition=models.Q(state__in=ENDED, ended_at__isnull=False)
                | (~models.Q(state__in=ENDED) & models.Q(ended_at__isnull=True)),
            ),
        )
        indexes = (
            models.Index(
                name="jobrun_live",
                fields=("state", "woken_at"),
                condition=models.Q(state__in=("queued", "running")),
            ),
            models.Index(name="jobrun_scope", fields=("scope", "-id")),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.pk,
            "kind": self.kind,
            "state": self.state,
            "done": self.done,
            "total": self.total,
            "message": self.message,
            "result": self.result,
            "error": self.error,
            "created_at": self.created_at,
            "ended_at": self.ended_at,
        }


class WorkerPulse(models.Model):
    """When a worker of this queue was last seen, so that a page can say that none is running."""

    queue = models.CharField(max_length=20, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.queue


class OutboxRow(models.Model):
    """News for one consumer about one subject, written in the transaction that made it true.

    No consumer ever updates a row: it deletes what it takes, in the transaction of its own work.
    """

    id = models.BigAutoField(primary_key=True)
    consumer = models.CharField(max_length=40)
    scope_id = models.BigIntegerField()
    subject_id = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (models.Index(name="outbox_by_consumer", fields=("consumer", "scope_id", "id")),)

    def __str__(self) -> str:
        return f"{self.consumer}: {self.subject_id} of {self.scope_id}"


class AuditEvent(models.Model):
    """Somebody did something. Only added to: a trigger refuses to change, delete or empty it.

    Without keys to other rows, so that nothing that goes takes it along.
    """

    happened_at = models.DateTimeField(db_default=Now())
    action = models.CharField(max_length=40)
    # Nobody: a job or a command of the installation itself.
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=254, blank=True, db_default="")
    via = models.CharField(max_length=10)
    project_id = models.BigIntegerField(null=True)
    project = models.CharField(max_length=120, blank=True, db_default="")
    subject = models.CharField(max_length=300, blank=True, db_default="")
    detail = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True, db_default="")

    class Meta:
        indexes = (models.Index(name="audit_of_project", fields=("project_id", "-id")),)

    def __str__(self) -> str:
        return f"{self.action} by {self.actor or 'the installation'}"
