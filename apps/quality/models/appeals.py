"""Objections: an annotator's to a verdict or to a known answer, and those from outside."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now

from apps.projects.models import Membership, Project
from apps.quality.models.reviews import GoesTo, Review, Verdict
from apps.tasks.models import Assignment, Task

if TYPE_CHECKING:
    from apps.accounts.models import User


class AppealState(models.TextChoices):
    OPEN = "open", "Waits for a third person"
    UPHELD = "upheld", "It stays as it was"
    OVERTURNED = "overturned", "Overturned"
    WITHDRAWN = "withdrawn", "Taken back by who sent it"


DECIDED = (AppealState.UPHELD, AppealState.OVERTURNED)


class AppealQuerySet(models.QuerySet["Appeal"]):
    def visible_to(self, user: User) -> AppealQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def oldest_first(self) -> AppealQuerySet:
        return self.order_by("pk")

    def from_outside(self) -> AppealQuerySet:
        return self.filter(author__isnull=True)

    def waiting(self) -> AppealQuerySet:
        return self.filter(state=AppealState.OPEN)

    def decided(self) -> AppealQuerySet:
        return self.filter(state__in=DECIDED)


class Appeal(models.Model):
    """Decided once, by somebody who has not seen the task before, with the rule that decides it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="appeals")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="appeals")
    # A contest: the return or rejection that is objected to, by whose answer it was.
    review = models.OneToOneField(
        Review, null=True, on_delete=models.CASCADE, related_name="appeal"
    )
    # Or the answer whose score by the known answer is objected to.
    scored = models.OneToOneField(
        Assignment, null=True, on_delete=models.CASCADE, related_name="gold_appeal"
    )
    author = models.ForeignKey(
        Membership, null=True, on_delete=models.CASCADE, related_name="appeals"
    )
    # From outside: what they call it there, so that the same appeal sent twice is one.
    reference = models.CharField(max_length=200, blank=True, db_default="")
    # By the public page: what its form was given, so that pressed twice it is one.
    key = models.UUIDField(null=True)
    # Where the answer goes to. Nobody who decides sees it.
    contact = models.EmailField(max_length=254, blank=True, db_default="")
    text = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=AppealState.choices, default="open")
    explanation = models.TextField(blank=True, db_default="")
    # The heading of the guideline that decides it, and the guideline's version.
    rule = models.CharField(max_length=300, blank=True, db_default="")
    guideline_version = models.PositiveIntegerField(null=True)
    decided_by = models.ForeignKey(
        Membership, null=True, on_delete=models.PROTECT, related_name="decided_appeals"
    )
    # What is right instead, where the decision said so.
    decision = models.OneToOneField(
        "quality.Adjudication", null=True, on_delete=models.PROTECT, related_name="appeal"
    )
    # What was known before it, where it was corrected: {"answers", "source", "explanation"}.
    gold_before = models.JSONField(null=True)
    opened_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    # When the answer was sent to `contact`, and how often that was tried.
    told_at = models.DateTimeField(null=True)
    mail_tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    # When what the appellant wrote was taken out.
    erased_at = models.DateTimeField(null=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_appeal_per_reference",
                fields=("project", "reference"),
                condition=~models.Q(reference=""),
            ),
            models.CheckConstraint(
                name="a_contest_has_its_author",
                condition=models.Q(review__isnull=True, scored__isnull=True, author__isnull=True)
                | models.Q(review__isnull=False, scored__isnull=True, author__isnull=False)
                | models.Q(review__isnull=True, scored__isnull=False, author__isnull=False),
            ),
            models.CheckConstraint(
                name="who_decides_an_appeal_explains_it_by_a_rule",
                condition=models.Q(
                    state__in=("open", "withdrawn"),
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                )
                | (
                    models.Q(
                        state__in=("upheld", "overturned"),
                        decided_by__isnull=False,
                        decided_at__isnull=False,
                    )
                    & ~models.Q(explanation="")
                    & ~models.Q(rule="")
                ),
            ),
            models.UniqueConstraint(name="one_appeal_per_form", fields=("project", "key")),
            models.CheckConstraint(
                name="an_appeal_says_what_it_objects_to_until_it_is_erased",
                condition=models.Q(erased_at__isnull=True) & ~models.Q(text="")
                | models.Q(erased_at__isnull=False, text="", contact=""),
            ),
            models.CheckConstraint(
                name="only_from_outside_is_an_appeal_taken_back",
                condition=models.Q(author__isnull=True) | ~models.Q(state="withdrawn"),
            ),
            models.CheckConstraint(
                name="nobody_decides_their_own_appeal",
                condition=models.Q(decided_by__isnull=True)
                | models.Q(author__isnull=True)
                | ~models.Q(decided_by=models.F("author")),
            ),
        )
        indexes = (
            models.Index(name="appeal_by_state", fields=("project", "state", "id")),
            # What the job that answers and erases looks for.
            models.Index(
                name="appeal_to_answer",
                fields=("decided_at",),
                condition=models.Q(decided_at__isnull=False, told_at__isnull=True)
                & ~models.Q(contact=""),
            ),
        )

    def __str__(self) -> str:
        return f"appeal {self.pk}: {self.state}"

    @property
    def about(self) -> str:
        """ "outside", "gold", "reject" or "return"."""
        if self.scored_id is not None:
            return "gold"
        if self.review is None:
            return "outside"
        is_rejection = self.review.verdict == Verdict.REJECT or self.review.goes_to == GoesTo.OTHER
        return "reject" if is_rejection else "return"

    @property
    def is_from_outside(self) -> bool:
        return self.author_id is None

    def due_at(self, days: int) -> datetime:
        """When it should have been decided."""
        return self.opened_at + timedelta(days=days)
