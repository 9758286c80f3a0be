"""The order that a strategy gave the queue, and why each task stood where it stood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now

from apps.projects.models import Project
from apps.routing.models.runs import ModelRun
from apps.tasks.models import Task

if TYPE_CHECKING:
    from apps.accounts.models import User


class RankingQuerySet(models.QuerySet["Ranking"]):
    def visible_to(self, user: User) -> RankingQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))


class Ranking(models.Model):
    """One order of the queue. The newest holds, until the next."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="rankings", db_index=False
    )
    # Whose probabilities it went by; None for a strategy that asks no model.
    run = models.ForeignKey(ModelRun, null=True, on_delete=models.SET_NULL, related_name="+")
    strategy = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    # The second strategy and its share; empty: there was none.
    beside = models.CharField(max_length=40, blank=True, default="", db_default="")
    beside_share = models.FloatField(default=0.0, db_default=0.0)
    exploration = models.FloatField()
    seed = models.PositiveIntegerField()
    # Of the queue, when it was written in full.
    generation = models.BigIntegerField()
    # How many tasks nobody had begun, how many of these were looked at, how many got a place.
    waiting = models.PositiveIntegerField()
    candidates = models.PositiveIntegerField()
    ranked = models.PositiveIntegerField()
    # How many that had been begun were put in order, ahead of all others.
    begun = models.PositiveIntegerField(default=0, db_default=0)
    # The newest task that there was.
    last_task = models.BigIntegerField()
    seconds = models.FloatField()
    made_at = models.DateTimeField(db_default=Now())

    objects = RankingQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="no_more_ranked_than_looked_at",
                condition=models.Q(ranked__lte=models.F("candidates"))
                & models.Q(candidates__lte=models.F("waiting")),
            ),
        )
        indexes = (models.Index(name="ranking_in_project", fields=("project", "-id")),)

    def __str__(self) -> str:
        return f"{self.strategy}: {self.ranked}"


class Rank(models.Model):
    """The place of a task in the last ranking that looked at it and gave it one."""

    task = models.OneToOneField(
        Task, primary_key=True, on_delete=models.CASCADE, related_name="rank"
    )
    ranking = models.ForeignKey(Ranking, on_delete=models.CASCADE, related_name="ranks")
    # 1 is the first.
    place = models.PositiveIntegerField()
    is_held_out = models.BooleanField()
    # The second strategy chose it.
    is_beside = models.BooleanField(default=False, db_default=False)
    # What the model thought of it: the likeliest values and their probabilities, at most three.
    thought = models.JSONField(default=list)
    # To whom it was offered, and how much their answer should tell, in bits; None: by lot.
    offered = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.CheckConstraint(name="places_count_from_one", condition=models.Q(place__gte=1)),
        )
        indexes = (models.Index(name="rank_by_place", fields=("ranking", "place")),)

    def __str__(self) -> str:
        return f"{self.task_id}: {self.place}"

    @property
    def strategy(self) -> str:
        """The one that chose it; of what chance chose the first."""
        return self.ranking.beside if self.is_beside else self.ranking.strategy
