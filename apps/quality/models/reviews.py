"""Stages of review, what stands at them, and what reviewers said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from apps.annotations.models import Annotation
from apps.projects.models import Membership, Project
from apps.tasks.models import Assignment

if TYPE_CHECKING:
    from apps.accounts.models import User


class Verdict(models.TextChoices):
    ACCEPT = "accept", "Accept"
    CORRECT = "correct", "Correct and accept"
    RETURN = "return", "Return"
    ESCALATE = "escalate", "Escalate"
    REJECT = "reject", "Reject"


class GoesTo(models.TextChoices):
    SAME = "same", "To the same person"
    OTHER = "other", "To another person"


class Order(models.TextChoices):
    OLDEST = "oldest", "Oldest first"
    MIXED = "mixed", "Mixed"
    LEAST_AGREED = "least_agreed", "Least agreed first"


class StageQuerySet(models.QuerySet["Stage"]):
    def in_use(self) -> StageQuerySet:
        return self.filter(retired_at__isnull=True).order_by("position", "pk")


class Stage(models.Model):
    """One row of a project's workflow: who reviews what share, and what they may do."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    # A rule of `apps.quality.selections` and its settings.
    selection = models.CharField(max_length=40)
    config = models.JSONField(default=dict)
    # "skill:radiology", as tasks require it: reviewers must meet all of them.
    requires = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    may = ArrayField(models.CharField(max_length=10, choices=Verdict.choices))
    # Neither the annotator's name nor what earlier stages said is shown.
    is_blind = models.BooleanField(default=True, db_default=True)
    order = models.CharField(max_length=12, choices=Order.choices, default="oldest")
    # What was reviewed at it stays, so a stage is never deleted.
    retired_at = models.DateTimeField(null=True)

    objects = StageQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_stage_per_name",
                fields=("project", "name"),
                condition=models.Q(retired_at__isnull=True),
            ),
            models.CheckConstraint(
                name="a_stage_lets_its_reviewers_accept",
                condition=models.Q(may__contains=["accept"]),
            ),
        )

    def __str__(self) -> str:
        return self.name


class ReviewState(models.TextChoices):
    WAITING = "waiting", "Waits for review"
    RETURNED = "returned", "Returned to its annotator"
    CONTESTED = "contested", "Contested by its annotator"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Does not count"


class ReviewCaseQuerySet(models.QuerySet["ReviewCase"]):
    def visible_to(self, user: User) -> ReviewCaseQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def returned_to(self, annotator: Membership) -> ReviewCaseQuerySet:
        return self.filter(assignment__annotator=annotator, state=ReviewState.RETURNED)


class ReviewCase(models.Model):
    """An answer on its way through the stages. Its states are the table in
    `apps.quality.actions.review_states`.
    """

    assignment = models.OneToOneField(
        Assignment, primary_key=True, on_delete=models.CASCADE, related_name="review_case"
    )
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    annotator = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    # The stage at which it waits, or at which the last word was said.
    stage = models.ForeignKey(
        Stage, on_delete=models.RESTRICT, related_name="cases", db_index=False
    )
    state = models.CharField(max_length=10, choices=ReviewState.choices, default="waiting")
    # The revision that was put forward, or judged last.
    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="+")
    # Where it stands in the stage's queue: the least first.
    place = models.FloatField()
    # Who has it before them, and until when nobody else gets it.
    held_by = models.ForeignKey(
        Membership, null=True, on_delete=models.SET_NULL, related_name="held_cases"
    )
    held_until = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    objects = ReviewCaseQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="only_what_waits_is_held",
                condition=models.Q(held_by__isnull=True)
                | models.Q(held_until__isnull=False, state="waiting"),
            ),
            models.CheckConstraint(
                name="nobody_holds_their_own_answer",
                condition=models.Q(held_by__isnull=True) | ~models.Q(held_by=models.F("annotator")),
            ),
        )
        indexes = (
            models.Index(
                name="review_queue",
                fields=("stage", "place", "assignment"),
                condition=models.Q(state="waiting"),
            ),
            models.Index(name="review_by_state", fields=("project", "state")),
        )

    def __str__(self) -> str:
        return f"{self.assignment_id}: {self.state}"


class Seat(models.Model):
    """Who reviews an answer at which stage: nobody at two, and nobody their own."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="seats")
    annotator = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    reviewer = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="seats")
    stage = models.ForeignKey(Stage, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="nobody_reviews_an_answer_at_two_stages", fields=("assignment", "reviewer")
            ),
            models.CheckConstraint(
                name="nobody_reviews_their_own_answer",
                condition=~models.Q(reviewer=models.F("annotator")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.reviewer_id} on {self.assignment_id} at {self.stage_id}"


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, user: User) -> ReviewQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def standing(self) -> ReviewQuerySet:
        """Those that their reviewers have not taken back."""
        return self.filter(taken_back__isnull=True)

    def last_of(self, assignment_id: int) -> Review | None:
        found = self.standing().filter(seat__assignment=assignment_id)
        return found.select_related("seat__stage").order_by("-pk").first()


class Review(models.Model):
    """One reviewer's verdict on one revision of an answer, at a stage.

    Never changed: taken back it stays, with a row that says so, and another may follow.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reviews")
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="reviews")
    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="reviews")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.TextField(blank=True, db_default="")
    goes_to = models.CharField(max_length=5, choices=GoesTo.choices, blank=True, db_default="")
    # The decision about the task that a correction made.
    correction = models.OneToOneField(
        "quality.Adjudication", null=True, on_delete=models.PROTECT, related_name="review"
    )
    # Whether the answer held a slot of its task: it may come back to it.
    has_slot_before = models.BooleanField(default=True, db_default=True)
    # How many of this reviewer's on this revision were taken back before it.
    turn = models.PositiveSmallIntegerField(default=0, db_default=0)
    decided_at = models.DateTimeField(db_default=Now())

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_verdict_per_reviewer_and_revision",
                fields=("seat", "annotation", "turn"),
            ),
            models.CheckConstraint(
                name="who_returns_or_rejects_says_why",
                condition=~models.Q(verdict__in=("return", "reject")) | ~models.Q(reason=""),
            ),
            models.CheckConstraint(
                name="a_return_says_to_whom",
                condition=models.Q(verdict="return", goes_to__in=("same", "other"))
                | (~models.Q(verdict="return") & models.Q(goes_to="")),
            ),
            models.CheckConstraint(
                name="a_correction_has_its_decision",
                condition=models.Q(verdict="correct", correction__isnull=False)
                | (~models.Q(verdict="correct") & models.Q(correction__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.seat_id}: {self.verdict}"


class TakenBack(models.Model):
    """A verdict that its reviewer took back, before anybody had acted on it."""

    review = models.OneToOneField(
        Review, primary_key=True, on_delete=models.CASCADE, related_name="taken_back"
    )
    undone_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.review_id} taken back"
