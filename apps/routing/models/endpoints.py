"""Models that a project's lead runs elsewhere, and that are asked over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.projects.models import Project
from apps.routing.remote import Circuit

if TYPE_CHECKING:
    from apps.accounts.models import User

# What a source of suggestions and a learner is called begins with this, so that neither is taken
# for the learner of our own ("model", "linear").
CALLED = "endpoint "


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def visible_to(self, user: User) -> EndpointQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def at_work(self) -> EndpointQuerySet:
        """Those that may be asked by themselves; whether one rests is seen when it is asked."""
        return self.filter(
            is_paused=False, project__deleted_at__isnull=True, project__state="active"
        )


class Endpoint(models.Model):
    """Where a model is, what it is for, and how it has been doing lately."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="endpoints", db_index=False
    )
    # It stands for good: it is the source of its suggestions, in answers and exports as well.
    name = models.CharField(max_length=30)
    url = models.CharField(max_length=500)
    user = models.CharField(max_length=100, blank=True)
    # The password: sealed, read only to be sent, never shown.
    sealed = models.TextField(blank=True)
    # Names of the questions that it answers; none: all that can be asked this way.
    questions = models.JSONField(default=list)
    # Our own address as that machine sees it: pictures and recordings are fetched there.
    our_address = models.CharField(max_length=200, blank=True)
    is_suggesting = models.BooleanField(default=True)
    is_taught = models.BooleanField(default=False)
    is_paused = models.BooleanField(default=False)

    # Whether it is left alone for a while: `Circuit.row()`, the same for all workers.
    circuit = models.JSONField(default=dict)
    # What it says of itself.
    model_class = models.CharField(max_length=120, blank=True)
    model_version = models.CharField(max_length=120, blank=True)
    well_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    # What went wrong, in a sentence, until something goes well again.
    problem = models.TextField(blank=True)
    calls = models.PositiveBigIntegerField(default=0)
    failed_calls = models.PositiveBigIntegerField(default=0)
    suggested = models.PositiveBigIntegerField(default=0)
    # The newest consensus and how many tasks there were when it was last sent what to learn from.
    taught_at = models.DateTimeField(null=True)
    taught_to = models.BigIntegerField(default=0)
    taught_on = models.PositiveIntegerField(default=0)
    # The newest task, order and answer when it was last asked about what comes next.
    foretold_at = models.DateTimeField(null=True)
    foretold_to = models.JSONField(default=list)

    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField(db_default=Now())

    objects = EndpointQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_endpoint_per_project_and_name", fields=("project", "name")
            ),
            models.CheckConstraint(
                name="an_endpoint_has_a_name_and_an_address",
                condition=~models.Q(name="") & ~models.Q(url=""),
            ),
            models.CheckConstraint(
                name="no_password_without_a_user",
                condition=models.Q(sealed="") | ~models.Q(user=""),
            ),
            models.CheckConstraint(
                name="no_more_calls_failed_than_were_made",
                condition=models.Q(failed_calls__lte=models.F("calls")),
            ),
            models.CheckConstraint(
                name="an_endpoint_with_a_problem_has_failed",
                condition=models.Q(problem="") | models.Q(failed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        """Of its suggestions."""
        return CALLED + self.name

    @property
    def learner(self) -> str:
        """Of the runs that say how good it was."""
        return CALLED + self.name

    @property
    def breaker(self) -> Circuit:
        return Circuit.of(self.circuit)
