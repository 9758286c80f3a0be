"""Tasks in the hands of annotators."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now

from apps.projects.models import Membership
from apps.tasks.models.tasks import Task

if TYPE_CHECKING:
    from apps.accounts.models import User


class AssignmentState(models.TextChoices):
    LEASED = "leased", "In hand"
    SUBMITTED = "submitted", "Submitted"
    SKIPPED = "skipped", "Skipped"
    RETURNED = "returned", "Given back"
    EXPIRED = "expired", "Expired"


class Apart(models.TextChoices):
    """Why an answer stands apart: kept, exported, and never counted. Empty for all that counts."""

    CHECK = "check", "Asked beyond the overlap, to check its annotator"
    PRACTICE = "practice", "Practice: the known answer was shown afterwards"
    CALIBRATION = "calibrate", "Calibration: everybody answered it, and all discuss it"
    REPEAT = "repeat", "Asked once more, to see whether its annotator says the same"
    SET_ASIDE = "set_aside", "Set aside by a lead"


# Lent beyond the overlap: such a lease holds no slot.
BEYOND = (Apart.CHECK, Apart.PRACTICE, Apart.CALIBRATION, Apart.REPEAT)
# The rounds of what the hand-out repeats. Those that come in with a file have small numbers, and
# sessions of calibration lie between, so that none ever meet.
FIRST_REPEAT = 20_000


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def of_user(self, user: User) -> AssignmentQuerySet:
        """A person's own: nobody acts on another's lease."""
        return self.filter(annotator__user_id=user.pk, annotator__is_active=True)

    def live(self, *, at: datetime) -> AssignmentQuerySet:
        return self.filter(state=AssignmentState.LEASED, lease_until__gt=at)


class Assignment(models.Model):
    """A task lent to an annotator. Its states are the table in `apps.tasks.actions`."""

    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, related_name="assignments", db_index=False
    )
    annotator = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    # 0, but for planned repeats by the same person.
    round = models.PositiveSmallIntegerField(default=0, db_default=0)
    state = models.CharField(max_length=10, choices=AssignmentState.choices, default="leased")
    leased_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    # Fetched ahead of need: taken back first when others would wait.
    is_ahead = models.BooleanField(default=False, db_default=False)
    # Whether it holds a slot of the overlap: `handed` counts these. What came too late: surplus.
    holds_slot = models.BooleanField(default=True, db_default=True)
    # Asked for because the task was disputed: such answers stay out of the headline agreement.
    is_disputed = models.BooleanField(default=False, db_default=False)
    # Others said what they think of it: what is answered from then on is not independent.
    has_feedback = models.BooleanField(default=False, db_default=False)
    apart = models.CharField(max_length=10, choices=Apart.choices, blank=True, db_default="")
    skip_reason = models.CharField(max_length=300, blank=True, db_default="")
    # Put off, to be lent to the same person once more; it stays set while they have it again.
    comes_back = models.BooleanField(default=False, db_default=False)
    submitted_at = models.DateTimeField(null=True)
    # The newest revision. Annotation is above us: the key is a constraint of its migration.
    head_id = models.BigIntegerField(null=True, unique=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_assignment_per_task_annotator_and_round",
                fields=("task", "annotator", "round"),
            ),
            models.CheckConstraint(
                name="a_submitted_assignment_has_its_annotation",
                condition=models.Q(
                    state="submitted", submitted_at__isnull=False, head_id__isnull=False
                )
                | (~models.Q(state="submitted") & models.Q(submitted_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_lease_holds_a_slot_and_what_was_given_back_holds_none",
                condition=models.Q(state="leased", holds_slot=True)
                | models.Q(state="leased", apart__in=BEYOND)
                | models.Q(state="submitted")
                | models.Q(state__in=("skipped", "returned", "expired"), holds_slot=False),
            ),
            models.CheckConstraint(
                name="a_check_beyond_the_overlap_holds_no_slot",
                condition=~models.Q(apart__in=BEYOND) | models.Q(holds_slot=False),
            ),
            models.CheckConstraint(
                name="what_is_repeated_has_a_round_of_its_own",
                condition=~models.Q(apart="repeat") | models.Q(round__gte=FIRST_REPEAT),
            ),
            models.CheckConstraint(
                name="only_what_was_submitted_is_set_aside",
                condition=~models.Q(apart="set_aside") | models.Q(state="submitted"),
            ),
            models.CheckConstraint(
                name="a_lease_has_an_end",
                condition=~models.Q(state="leased") | models.Q(lease_until__isnull=False),
            ),
        )
        indexes = (
            models.Index(name="assignment_by_annotator", fields=("annotator", "state", "task")),
            models.Index(
                name="assignment_by_day",
                fields=("annotator", "submitted_at"),
                condition=models.Q(state="submitted"),
            ),
            models.Index(
                name="assignment_by_lease",
                fields=("lease_until",),
                condition=models.Q(state="leased"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.task_id} to {self.annotator_id} ({self.state})"
