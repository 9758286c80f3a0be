"""Disagreements that wait for a person, and what people decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from apps.annotations.models import Annotation
from apps.projects.models import Membership, Project
from apps.quality.gates import Bars
from apps.quality.models.appeals import Appeal, AppealState
from apps.quality.models.calibrations import Calibration
from apps.quality.models.findings import CheckRun, Finding, FindingState
from apps.quality.models.people import Aside, AsideItem, AsideState, PeopleRun, PersonReport
from apps.quality.models.reviews import (
    GoesTo,
    Order,
    Review,
    ReviewCase,
    ReviewState,
    Seat,
    Stage,
    Verdict,
)
from apps.quality.models.rules import ProjectRule
from apps.tasks.models import Assignment, Task

if TYPE_CHECKING:
    from apps.accounts.models import User

# Those of appeals, calibrations, findings, people, reviews and rules stand in files of their own.
__all__ = [
    "Appeal",
    "AppealState",
    "Aside",
    "AsideItem",
    "AsideState",
    "Calibration",
    "CheckRun",
    "Finding",
    "FindingState",
    "GoesTo",
    "Order",
    "PeopleRun",
    "PersonReport",
    "ProjectRule",
    "Review",
    "ReviewCase",
    "ReviewState",
    "Seat",
    "Stage",
    "Verdict",
]


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


class GoldPlan(models.Model):
    """How a project checks its annotators by known answers, and what it calls good."""

    project = models.OneToOneField(
        Project, primary_key=True, on_delete=models.CASCADE, related_name="gold_plan"
    )
    is_on = models.BooleanField(default=False, db_default=False)
    # Everybody begins with so many checks; after those the share lies between floor and ceiling.
    first_checks = models.PositiveSmallIntegerField(default=5, db_default=5)
    floor = models.FloatField(default=0.03, db_default=0.03)
    ceiling = models.FloatField(default=0.15, db_default=0.15)
    gate = models.CharField(max_length=40, default="e_value", db_default="e_value")
    good = models.FloatField(default=0.85, db_default=0.85)
    bad = models.FloatField(default=0.6, db_default=0.6)
    alpha = models.FloatField(default=0.01, db_default=0.01)
    # From this score on an answer is right.
    right_from = models.FloatField(default=0.8, db_default=0.8)
    # Else the lead is only told.
    is_pausing = models.BooleanField(default=True, db_default=True)
    # How many tasks of practice a retraining has.
    practice = models.PositiveSmallIntegerField(default=10, db_default=10)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="checks_have_a_floor_and_a_ceiling",
                condition=models.Q(
                    floor__gte=0, ceiling__gte=models.F("floor"), ceiling__gt=0, ceiling__lte=0.5
                ),
            ),
            models.CheckConstraint(
                name="a_gate_tells_good_from_bad",
                condition=models.Q(
                    bad__gt=0, good__gt=models.F("bad"), good__lt=1, alpha__gt=0, alpha__lte=0.2
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id}: {self.gate}"

    @property
    def bars(self) -> Bars:
        return Bars(good=self.good, bad=self.bad, alpha=self.alpha)


class GoldScoreQuerySet(models.QuerySet["GoldScore"]):
    def evidence(self, *, since: datetime | None = None) -> GoldScoreQuerySet:
        """What a gate counts: answered unseen when the answer was known already, in order."""
        found = self.filter(is_evidence=True).order_by("submitted_at", "assignment_id")
        return found if since is None else found.filter(submitted_at__gt=since)


class GoldScore(models.Model):
    """How near the newest answer of an assignment comes to what is known about its task."""

    assignment = models.OneToOneField(
        Assignment, primary_key=True, on_delete=models.CASCADE, related_name="gold_score"
    )
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    annotator = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="gold_scores", db_index=False
    )
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="+")
    # 1 less the distance to the known answer; of several questions the mean.
    score = models.FloatField()
    # {question name: score}
    by_question = models.JSONField()
    # Neither practice nor answered before the answer was known: those may be chosen by what people
    # said, and would say nothing fair.
    is_evidence = models.BooleanField()
    # When it was answered first; a revision keeps its place.
    submitted_at = models.DateTimeField()
    scored_at = models.DateTimeField(db_default=Now())

    objects = GoldScoreQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_gold_score_is_0_to_1", condition=models.Q(score__range=(0, 1))
            ),
        )
        indexes = (
            models.Index(name="gold_score_in_order", fields=("annotator", "submitted_at")),
            models.Index(name="gold_score_in_project", fields=("project", "task")),
        )

    def __str__(self) -> str:
        return f"{self.assignment_id}: {self.score:.2f}"


class Gating(models.TextChoices):
    ACTIVE = "active", "Working"
    PAUSED = "paused", "Paused"
    PRACTISING = "practising", "Practising"


class GateStateQuerySet(models.QuerySet["GateState"]):
    def visible_to(self, user: User) -> GateStateQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))


class GateState(models.Model):
    """What is known of one annotator by known answers, and what follows from it."""

    annotator = models.OneToOneField(
        Membership, primary_key=True, on_delete=models.CASCADE, related_name="gate"
    )
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=Gating.choices, default="active")
    # Only what was answered after this counts: a lead's word begins the test anew.
    begun_at = models.DateTimeField(null=True)
    answers = models.PositiveIntegerField(default=0)
    # The mean score with limits of 95 %; None where there is no answer.
    mean = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    # The logarithm of what the gate's stake has become, and the answer at which it was enough.
    evidence = models.FloatField(default=0)
    caught_after = models.PositiveIntegerField(null=True)
    changed_at = models.DateTimeField(db_default=Now())

    objects = GateStateQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.annotator_id}: {self.state}"


class GateEvent(models.Model):
    """What became of an annotator at the gate, why and by whom. Only added to."""

    annotator = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="gate_events")
    move = models.CharField(max_length=12)
    # For the lead: what was seen.
    reason = models.TextField(blank=True, db_default="")
    # None: the gate itself.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    happened_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.annotator_id}: {self.move}"
