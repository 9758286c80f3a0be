"""Tasks, the queue they are handed out from, and the leases on them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now, Random

from apps.projects.models import Membership, Project

if TYPE_CHECKING:
    from apps.accounts.models import User


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User) -> TaskQuerySet:
        """Tasks of projects in which the person may look at all tasks (not annotators)."""
        if user.is_admin:
            return self.filter(project__deleted_at__isnull=True)
        return self.filter(
            models.Exists(
                Membership.objects.filter(
                    project=models.OuterRef("project"),
                    project__deleted_at__isnull=True,
                    user_id=user.pk,
                    is_active=True,
                    role__in=("lead", "reviewer", "viewer"),
                )
            )
        )


class Task(models.Model):
    """What is annotated once; *unit* in statistics. Annotators see only its declared fields."""

    # Indexed below, together with what is asked for beside it.
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="tasks", db_index=False
    )
    external_id = models.CharField(max_length=255, null=True)  # noqa: DJ001  (unique when given)
    data = models.JSONField()
    meta = models.JSONField(default=dict)
    content_hash = models.BinaryField(max_length=32)
    # Tasks that belong together (a document, a patient, a chat): the cluster of the statistics.
    group = models.CharField(max_length=255, null=True)  # noqa: DJ001  (absent is not "")
    # The import run that brought it; exchange is above us, so a plain number.
    import_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    # When its content was replaced by a tombstone.
    erased_at = models.DateTimeField(null=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_task_per_external_id", fields=("project", "external_id")
            ),
        )
        indexes = (
            models.Index(name="task_in_project", fields=("project", "id")),
            models.Index(
                name="task_by_content",
                fields=("project", "content_hash"),
                condition=models.Q(external_id__isnull=True),
            ),
            models.Index(
                name="task_by_group",
                fields=("project", "group"),
                condition=models.Q(group__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.external_id or f"#{self.pk}"


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
    # The task's, for the index. Checking it in the database would make up a tenth of an import.
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
    SET_ASIDE = "set_aside", "Set aside by a lead"


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
                | models.Q(state="leased", apart__in=("check", "practice"))
                | models.Q(state="submitted")
                | models.Q(state__in=("skipped", "returned", "expired"), holds_slot=False),
            ),
            models.CheckConstraint(
                name="a_check_beyond_the_overlap_holds_no_slot",
                condition=~models.Q(apart__in=("check", "practice")) | models.Q(holds_slot=False),
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


class CheckTask(models.Model):
    """A task whose answer is known, and which may be mixed in among anybody's tasks."""

    task = models.OneToOneField(
        Task, primary_key=True, on_delete=models.CASCADE, related_name="check_task"
    )
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    # From 0 to 1 by chance. The search begins at a random place, so it reads a few rows of many.
    place = models.FloatField(db_default=Random())
    # What was answered before its answer was known says nothing fair about who answered.
    known_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (models.Index(name="check_by_place", fields=("project", "place")),)

    def __str__(self) -> str:
        return f"check {self.task_id}"


class AssetQuerySet(models.QuerySet["Asset"]):
    def visible_to(self, user: User) -> AssetQuerySet:
        """Files of projects that the person is in, whatever the role: tasks are made of them."""
        if user.is_admin:
            return self.filter(project__deleted_at__isnull=True)
        return self.filter(
            models.Exists(
                Membership.objects.filter(
                    project=models.OuterRef("project"),
                    project__deleted_at__isnull=True,
                    user_id=user.pk,
                    is_active=True,
                )
            )
        )


class AssetState(models.TextChoices):
    READY = "ready", "Ready"
    # It is shown and played all the same; what is drawn of its sound comes later.
    WAITING = "waiting", "Being looked at"
    FAILED = "failed", "Not all of it can be read"


class Asset(models.Model):
    """A picture, a recording or a film that tasks show; it never changes, kept under its hash."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="assets", db_index=False
    )
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=40)
    # As it is shown: what a camera noted about its turn is taken into account. A sound has none.
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    # Of what plays: duration, sample_rate, channels, frame_rate, frames, is_constant; and what is
    # drawn of its sound (`peaks`, `spectrogram`).
    facts = models.JSONField(default=dict)
    state = models.CharField(
        max_length=10, choices=AssetState.choices, default="ready", db_default="ready"
    )
    # Why it failed, in a sentence.
    problem = models.CharField(max_length=300, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())

    objects = AssetQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="a_project_has_a_file_once", fields=("project", "sha256")),
            models.CheckConstraint(
                name="what_is_seen_has_a_size",
                condition=models.Q(media_type__startswith="audio/")
                | models.Q(width__isnull=False, height__isnull=False),
            ),
        )
        indexes = (models.Index(name="asset_by_content", fields=("sha256",)),)

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def family(self) -> str:
        """image, audio or video."""
        return self.media_type.partition("/")[0]


class AssetName(models.Model):
    """What tasks' data call a file. The same content may have several names."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=2_000)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="names")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="a_name_means_one_file_of_its_project", fields=("project", "name")
            ),
        )

    def __str__(self) -> str:
        return self.name
