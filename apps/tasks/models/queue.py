"""The queue that tasks are handed out from."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.projects.models import Membership, Project
from apps.tasks.models.tasks import Task


class Pool(models.Model):
    """Tasks of one project that ask the same of their annotators.

    Eligibility is decided once per pool, not once per task: a person's open tasks are those of
    the few pools whose every requirement they meet.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="pools")
    # "language:de", "skill:radiology", "group:night": all of them must be met.
    requires = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    # Memberships the tasks are assigned to by name; empty means anybody.
    people = ArrayField(models.BigIntegerField(), default=list, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_pool_per_requirement", fields=("project", "requires", "people")
            ),
        )

    def __str__(self) -> str:
        return ", ".join(self.requires) or "anybody"


class QueueState(models.TextChoices):
    OPEN = "open", "Open"
    COMPLETE = "complete", "Complete"
    STUCK = "stuck", "Nobody left to answer"
    WITHDRAWN = "withdrawn", "Withdrawn"


class QueueEntry(models.Model):
    """The hot columns of a task: a small row, cheap to update, indexed in hand-out order.

    `handed` counts the slots that are lent or filled, `submitted` those that are filled.
    """

    task = models.OneToOneField(
        Task, primary_key=True, on_delete=models.CASCADE, related_name="queue"
    )
    # The task's, kept here for the index. Checking it once more in the database would make up a
    # tenth of an import.
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+", db_index=False)
    # What was asked for; `priority` adds, below 1, the order among tasks of one level.
    level = models.FloatField(default=0, db_default=0)
    priority = models.FloatField(default=0, db_default=0)
    overlap = models.PositiveSmallIntegerField()
    handed = models.PositiveSmallIntegerField(default=0, db_default=0)
    submitted = models.PositiveSmallIntegerField(default=0, db_default=0)
    state = models.CharField(
        max_length=10, choices=QueueState.choices, default="open", db_default="open"
    )
    # Answers asked for after this moment were asked because of a dispute.
    disputed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="no_task_is_handed_out_beyond_its_overlap",
                condition=models.Q(handed__lte=models.F("overlap")),
            ),
            models.CheckConstraint(
                name="no_more_submitted_than_handed",
                condition=models.Q(submitted__lte=models.F("handed")),
            ),
        )
        indexes = (
            models.Index(
                name="queue_in_hand_out_order",
                fields=("pool", "-priority", "task"),
                condition=models.Q(state="open", handed__lt=models.F("overlap")),
            ),
            models.Index(name="queue_by_state", fields=("project", "state", "task")),
        )

    def __str__(self) -> str:
        return f"{self.task_id}: {self.submitted}/{self.handed}/{self.overlap}"

    @property
    def has_room(self) -> bool:
        """Whether one more answer would count."""
        return self.handed < self.overlap and self.state != QueueState.WITHDRAWN


class Place(models.Model):
    """Where an annotator's hand-out in a pool goes on. A hint: tasks may reopen behind it."""

    annotator = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="+", db_index=False)
    generation = models.BigIntegerField()
    priority = models.FloatField()
    task_id = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_place_per_annotator_and_pool", fields=("annotator", "pool")
            ),
        )

    def __str__(self) -> str:
        return f"{self.annotator_id} in {self.pool_id}: {self.task_id}"


class Offer(models.Model):
    """A task that a person should be asked next, because of what they know. A hint, as a place is:
    the task stands in the queue for everybody, and whoever comes first gets it.

    The next ranking writes the lists anew; what is taken, or cannot be, goes when they ask for work.
    """

    annotator = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    # 1 is the first of the person's.
    place = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_offer_per_annotator_and_task", fields=("annotator", "task")
            ),
        )
        indexes = (models.Index(name="offer_in_order", fields=("annotator", "place")),)

    def __str__(self) -> str:
        return f"{self.task_id} for {self.annotator_id}: {self.place}"
