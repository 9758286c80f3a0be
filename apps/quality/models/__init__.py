"""What people decided, and how annotators are checked by what is known."""

from __future__ import annotations

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
from apps.quality.models.conflicts import (
    Conflict,
    ConflictOrder,
    ConflictQuerySet,
    ConflictState,
)
from apps.quality.models.desks import AppealDesk
from apps.quality.models.findings import CheckRun, Finding, FindingState
from apps.quality.models.past import ConsensusChange, PastLease
from apps.quality.models.people import Aside, AsideItem, AsideState, PeopleRun, PersonReport
from apps.quality.models.planned import PlannedLabel
from apps.quality.models.repeats import RepeatScore
from apps.quality.models.reviews import (
    GoesTo,
    Order,
    Review,
    ReviewCase,
    ReviewState,
    Seat,
    Stage,
    TakenBack,
    Verdict,
)
from apps.quality.models.rules import ProjectRule
from apps.tasks.models import Assignment, Task

if TYPE_CHECKING:
    from apps.accounts.models import User

# Those of appeals, calibrations, conflicts, findings, what is past, people, plans, repeats, reviews and
# rules stand in files of their own.
__all__ = [
    "Appeal",
    "AppealDesk",
    "AppealState",
    "Aside",
    "AsideItem",
    "AsideState",
    "Calibration",
    "CheckRun",
    "Conflict",
    "ConflictOrder",
    "ConflictQuerySet",
    "ConflictState",
    "ConsensusChange",
    "Finding",
    "FindingState",
    "GoesTo",
    "Order",
    "PastLease",
    "PeopleRun",
    "PersonReport",
    "PlannedLabel",
    "ProjectRule",
    "RepeatScore",
    "Review",
    "ReviewCase",
    "ReviewState",
    "Seat",
    "Stage",
    "TakenBack",
    "Verdict",
]


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
    # Shared by those that were decided in one pass, and can be taken back in one.
    pass_key = models.UUIDField(null=True)
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
        indexes = (
            models.Index(
                name="decisions_of_one_pass",
                fields=("pass_key",),
                condition=models.Q(pass_key__isnull=False),
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
    # Of everybody's answers such a share are repeats of their own, whether known answers are mixed
    # in or not; what the columns of the project of these names say.
    repeat_share = models.FloatField(default=0, db_default=0)
    repeat_answers = models.PositiveSmallIntegerField(default=50, db_default=50)
    repeat_hours = models.PositiveSmallIntegerField(default=24, db_default=24)
    repeat_most = models.PositiveSmallIntegerField(default=1, db_default=1)
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
