"""What strategies would have saved on answers that are there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from apps.annotations.models import Question
from apps.projects.models import Project, seen_by

if TYPE_CHECKING:
    from apps.accounts.models import User


class ReplayQuerySet(models.QuerySet["Replay"]):
    def visible_to(self, user: User) -> ReplayQuerySet:
        """Leads alone."""
        return self.filter(seen_by(user, "lead"))


class Replay(models.Model):
    """One comparison, once it has ended. Only added to; with its seeds it can be repeated."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="replays", db_index=False
    )
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="+")
    strategies = ArrayField(models.CharField(max_length=40))
    seeds = models.PositiveSmallIntegerField()
    # How many labels at the start, in each round, and at the end.
    start = models.PositiveIntegerField()
    batch = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    # Of which one could choose, and on which models were judged.
    offered = models.PositiveIntegerField()
    tested = models.PositiveIntegerField()
    # {"sizes": [...], "accuracy": {strategy: [[by size] by seed]}, "left_out": [sentence]}
    figures = models.JSONField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    seconds = models.FloatField()
    made_at = models.DateTimeField(db_default=Now())

    objects = ReplayQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_replay_ends_with_more_labels_than_it_began_with",
                condition=models.Q(last__gt=models.F("start")),
            ),
        )
        indexes = (models.Index(name="replay_in_project", fields=("project", "-id")),)

    def __str__(self) -> str:
        return f"{self.project_id}: {', '.join(self.strategies)}"
