"""Tasks whose answers differ, in the order in which a decision is worth most."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

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


class ConflictOrder(models.TextChoices):
    VALUE = "value", "By worth"
    DISTANCE = "distance", "By distance"

    @property
    def columns(self) -> tuple[str, str]:
        """The largest of the first goes first, then of the second; then the oldest task."""
        return ("worth", "spread") if self is ConflictOrder.VALUE else ("spread", "widest")


class ConflictQuerySet(models.QuerySet["Conflict"]):
    def visible_to(self, user: User) -> ConflictQuerySet:
        return self.filter(task__in=Task.objects.visible_to(user))

    def open(self) -> ConflictQuerySet:
        return self.filter(state=ConflictState.OPEN)

    def worst_first(self, order: ConflictOrder = ConflictOrder.VALUE) -> ConflictQuerySet:
        return self.order_by(*(f"-{column}" for column in order.columns), "task_id")

    def least_first(self, order: ConflictOrder = ConflictOrder.VALUE) -> ConflictQuerySet:
        return self.order_by(*order.columns, "-task_id")

    def behind(
        self, place: Conflict, order: ConflictOrder = ConflictOrder.VALUE
    ) -> ConflictQuerySet:
        """Those that come after `place`, worst first."""
        return self._beyond(place, order, "lt", "gt")

    def before(
        self, place: Conflict, order: ConflictOrder = ConflictOrder.VALUE
    ) -> ConflictQuerySet:
        return self._beyond(place, order, "gt", "lt")

    def _beyond(
        self, place: Conflict, order: ConflictOrder, way: str, task_way: str
    ) -> ConflictQuerySet:
        first, second = order.columns
        a, b = getattr(place, first), getattr(place, second)
        same = models.Q(**{first: a})
        # The last condition says nothing new: it lets the index begin at the place.
        return self.filter(
            models.Q(**{f"{first}__{way}": a})
            | same & models.Q(**{f"{second}__{way}": b})
            | same & models.Q(**{second: b, f"task_id__{task_way}": place.task_id}),
            **{f"{first}__{way}e": a},
        )

    def but(self, task_ids: Iterable[int]) -> ConflictQuerySet:
        return self.exclude(task_id__in=task_ids)

    def alike(self, conflict: Conflict) -> ConflictQuerySet:
        """Those about the same values of the same question, `conflict` itself included."""
        return self.filter(project=conflict.project_id, dispute=conflict.dispute)


class Conflict(models.Model):
    """A task whose independent answers lie further apart than a question allows, or about which
    a lead asks because of a finding.
    """

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
    # How many of the task's disputed answers are wrong as they stand, as far as is known.
    doubt = models.FloatField(default=0.0, db_default=0.0)
    # A digest of the question and the values that it is about; empty where that says nothing.
    dispute = models.BinaryField(default=b"", db_default=b"")
    # How many such disputes waited when `worth` was told last.
    alike = models.PositiveIntegerField(default=1, db_default=1)
    # What a decision is worth: `apps.quality.actions.worth`.
    worth = models.FloatField(default=0.0, db_default=0.0)
    # The findings because of which it waits, whatever the distance.
    asked_by = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    opened_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    objects = ConflictQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_conflict_has_a_distance",
                condition=models.Q(widest__gt=0, widest__lte=1, spread__gt=0, spread__lte=1)
                | models.Q(models.Q(state="gone") | ~models.Q(asked_by=[]), widest=0, spread=0),
            ),
            models.CheckConstraint(
                name="a_decision_is_worth_something_or_nothing",
                condition=models.Q(doubt__gte=0, worth__gte=0, alike__gte=1),
            ),
        )
        indexes = (
            models.Index(
                name="conflict_most_worth", fields=("project", "state", "-worth", "-spread")
            ),
            models.Index(
                name="conflict_worst_first", fields=("project", "state", "-spread", "-widest")
            ),
            models.Index(
                name="conflict_alike",
                fields=("project", "dispute", "state"),
                condition=~models.Q(dispute=b""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.task_id}: {self.spread:.2f}"
