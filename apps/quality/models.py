"""Disagreements that wait for a person, and what people decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from apps.projects.models import Project
from apps.tasks.models import Task

if TYPE_CHECKING:
    from apps.accounts.models import User


class ConflictState(models.TextChoices):
    OPEN = "open", "Waits for a decision"
    DECIDED = "decided", "Decided"
    SENT_BACK = "sent_back", "Waits for more answers"
    GONE = "gone", "The answers agree now"


class ConflictQuerySet(models.QuerySet["Conflict"]):
    def visible_to(self, user: User) -> ConflictQuerySet:
        return self.filter(task__in=Task.objects.visible_to(user))

    def open(self) -> ConflictQuerySet:
        return self.filter(state=ConflictState.OPEN)

    def worst_first(self) -> ConflictQuerySet:
        return self.order_by("-spread", "-widest", "task_id")

    def least_first(self) -> ConflictQuerySet:
        return self.order_by("spread", "widest", "-task_id")

    def behind(self, place: Conflict) -> ConflictQuerySet:
        """Those that come after `place`, worst first."""
        same = models.Q(spread=place.spread)
        # The first condition says nothing new: it lets the index begin at the place.
        return self.filter(
            models.Q(spread__lt=place.spread)
            | same & models.Q(widest__lt=place.widest)
            | same & models.Q(widest=place.widest, task_id__gt=place.task_id),
            spread__lte=place.spread,
        )

    def before(self, place: Conflict) -> ConflictQuerySet:
        same = models.Q(spread=place.spread)
        return self.filter(
            models.Q(spread__gt=place.spread)
            | same & models.Q(widest__gt=place.widest)
            | same & models.Q(widest=place.widest, task_id__lt=place.task_id),
            spread__gte=place.spread,
        )

    def but(self, task_ids: Iterable[int]) -> ConflictQuerySet:
        return self.exclude(task_id__in=task_ids)


class Conflict(models.Model):
    """A task whose independent answers lie further apart than a question allows."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="conflicts", db_index=False
    )
    task = models.OneToOneField(
        Task, primary_key=True, on_delete=models.CASCADE, related_name="conflict"
    )
    state = models.CharField(max_length=10, choices=ConflictState.choices, default="open")
    # {question name: mean distance over all pairs of its answers}, for those over the threshold.
    questions = models.JSONField()
    # The largest distance between two answers, and the mean over all pairs, of the worst question.
    widest = models.FloatField()
    spread = models.FloatField()
    opened_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    objects = ConflictQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_conflict_has_a_distance",
                condition=models.Q(widest__gt=0, widest__lte=1, spread__gt=0, spread__lte=1),
            ),
        )
        indexes = (
            models.Index(
                name="conflict_worst_first", fields=("project", "state", "-spread", "-widest")
            ),
        )

    def __str__(self) -> str:
        return f"{self.task_id}: {self.spread:.2f}"


class Outcome(models.TextChoices):
    DECIDED = "decided", "Decided"
    NONE_RIGHT = "none_right", "No answer can be right"
    REOPENED = "reopened", "Decision taken back"
    SENT_BACK = "sent_back", "More answers asked for"


DECISIONS = (Outcome.DECIDED, Outcome.NONE_RIGHT)


class AdjudicationQuerySet(models.QuerySet["Adjudication"]):
    def visible_to(self, user: User) -> AdjudicationQuerySet:
        return self.filter(task__in=Task.objects.visible_to(user))

    def last_by(self, user: User, *, since: datetime) -> Adjudication | None:
        """The person's newest decision that still holds and was made after `since`."""
        mine = self.heads().filter(decided_by=user, decided_at__gt=since)
        return mine.select_related("task").order_by("-pk").first()

    def heads(self) -> AdjudicationQuerySet:
        """The decision that holds for each task: the last word about it, if that is a decision."""
        return self.filter(successor__isnull=True, outcome__in=DECISIONS)


class Adjudication(models.Model):
    """What a person decided about a task, and why. Append-only: a change is a new row."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="adjudications")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="adjudications")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    # {question name: value}: the decided answers to all questions; empty when none is right.
    answers = models.JSONField(default=dict)
    # {question name: annotation's key, or null where the reviewer wrote the answer}.
    sources = models.JSONField(default=dict)
    reason = models.TextField(blank=True, db_default="")
    is_example = models.BooleanField(default=False, db_default=False)
    # The annotations that lay on the table.
    saw = ArrayField(models.BigIntegerField(), default=list)
    predecessor = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="successor"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(db_default=Now())

    objects = AdjudicationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_first_decision_per_task",
                fields=("task",),
                condition=models.Q(predecessor__isnull=True),
            ),
            models.CheckConstraint(
                name="who_finds_no_answer_right_says_why",
                condition=~models.Q(outcome="none_right") | ~models.Q(reason=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.task_id}: {self.outcome}"
