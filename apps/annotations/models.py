"""What is asked, and what was answered."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.projects.models import LOOKERS, Membership, Project, seen_by
from apps.tasks.models import Assignment, Task

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.annotations.kinds.base import Kind


class QuestionQuerySet(models.QuerySet["Question"]):
    def asked(self) -> QuestionQuerySet:
        return self.filter(retired_at__isnull=True).order_by("position", "id")


class Question(models.Model):
    """One question of a project as it stands now. What is retired stays, and stays countable."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="questions")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=300)
    help = models.CharField(max_length=1000, blank=True, default="", db_default="")
    config = models.JSONField(default=dict)
    is_required = models.BooleanField(default=True, db_default=True)
    # {"question": name, "is": [values]}: asked only then; None: always.
    ask_if = models.JSONField(null=True, blank=True)
    # The answer with which the form begins; None: it begins open.
    default = models.JSONField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0, db_default=0)
    # The agreement that the lead wants to reach; None when no goal is set.
    goal = models.FloatField(null=True, blank=True)
    # A task is in conflict when its answers lie further apart than this (0: any difference).
    conflict_over = models.FloatField(default=0, db_default=0)
    retired_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = QuestionQuerySet.as_manager()

    # The version of the questions that it was read from; None: as it stands now.
    asked_in: int | None = None

    class Meta:
        constraints = (
            models.UniqueConstraint(name="one_question_per_name", fields=("project", "name")),
            models.CheckConstraint(
                name="a_conflict_threshold_is_a_distance",
                condition=models.Q(conflict_over__range=(0, 1)),
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def behaviour(self) -> Kind:
        from apps.annotations.kinds import kinds  # noqa: PLC0415  (kinds load on first use)

        return kinds[self.kind]


class QuestionSet(models.Model):
    """All questions of a project as they were at one version. Never changed."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="question_sets")
    number = models.PositiveIntegerField()
    questions = models.JSONField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_question_set_per_number", fields=("project", "number")
            ),
        )

    def __str__(self) -> str:
        return f"{self.project_id} v{self.number}"


class NoteKind(models.TextChoices):
    NOTE = "note", "Note"
    QUESTION = "question", "Question to the lead"


class AnnotationQuerySet(models.QuerySet["Annotation"]):
    def visible_to(self, user: User) -> AnnotationQuerySet:
        """One's own, and all in projects where one reviews, leads or looks on."""
        return self.filter(seen_by(user, *LOOKERS, besides=models.Q(annotator__user=user.pk)))

    def heads(self) -> AnnotationQuerySet:
        """The newest revision of each assignment: what exports and consensus use."""
        return self.filter(models.Exists(Assignment.objects.filter(head_id=models.OuterRef("pk"))))

    def heads_that_count(self) -> AnnotationQuerySet:
        """Of those the ones that came in time and do not stand apart."""
        mine = Assignment.objects.filter(head_id=models.OuterRef("pk"), apart="")
        return self.filter(models.Exists(mine), is_surplus=False)


class Annotation(models.Model):
    """One annotator's answers to one task. Append-only: a change is a new row, a revision."""

    # The task's, kept here for the index. No constraint in the database: checking it would take a
    # shared lock on the one row of the project with every answer.
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="annotations")
    annotator = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="annotations", db_index=False
    )
    assignment = models.ForeignKey(
        Assignment, on_delete=models.CASCADE, related_name="annotations", db_index=False
    )
    # Made by the client: the same key and body give the first result again.
    key = models.UUIDField(default=uuid.uuid4)
    body_hash = models.BinaryField(max_length=32)
    predecessor = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="successor"
    )
    revision = models.PositiveSmallIntegerField(default=0, db_default=0)
    question_version = models.PositiveIntegerField()
    # {question name: value in its kind's canonical form}; an open optional question is absent.
    answers = models.JSONField()
    note = models.TextField(blank=True, db_default="")
    note_kind = models.CharField(
        max_length=8, choices=NoteKind.choices, default="note", db_default="note"
    )
    seconds = models.FloatField(null=True)
    confidence = models.FloatField(null=True)
    # By field, in which order its places were shown ("candidates"); None: as in the data.
    shown = models.JSONField(null=True, blank=True)
    # By question with a suggestion: {"source", "use": accepted, changed or ignored}; None: none was
    # shown, or nobody said what became of it.
    suggestions = models.JSONField(null=True, blank=True)
    # Made without seeing another's answer, a suggestion or feedback.
    is_independent = models.BooleanField(default=True, db_default=True)
    # Came when its slot was gone: exported, never counted, never lost.
    is_surplus = models.BooleanField(default=False, db_default=False)
    submitted_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    erased_at = models.DateTimeField(null=True)

    objects = AnnotationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_annotation_per_annotator_and_key", fields=("annotator", "key")
            ),
            models.UniqueConstraint(
                name="one_annotation_per_assignment_and_revision",
                fields=("assignment", "revision"),
            ),
            models.CheckConstraint(
                name="a_first_revision_has_no_predecessor",
                condition=models.Q(revision=0, predecessor__isnull=True)
                | models.Q(revision__gt=0, predecessor__isnull=False),
            ),
            models.CheckConstraint(
                name="time_spent_is_not_negative",
                condition=models.Q(seconds__isnull=True) | models.Q(seconds__gte=0),
            ),
            models.CheckConstraint(
                name="a_note_is_of_a_known_kind",
                condition=models.Q(note_kind__in=NoteKind.values),
            ),
        )
        indexes = (
            models.Index(name="annotation_in_project", fields=("project", "id")),
            # The few among many: what the lead is asked is found without reading the rest.
            models.Index(
                name="question_to_the_lead",
                fields=("project", "id"),
                condition=models.Q(note_kind="question"),
            ),
        )

    def __str__(self) -> str:
        return f"annotation {self.pk}"


class Draft(models.Model):
    """What an annotator has typed and not yet sent. Gone when the assignment is submitted."""

    assignment = models.OneToOneField(
        Assignment, primary_key=True, on_delete=models.CASCADE, related_name="draft"
    )
    answers = models.JSONField()
    note = models.TextField(blank=True, db_default="")
    note_kind = models.CharField(
        max_length=8, choices=NoteKind.choices, default="note", db_default="note"
    )
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_drafted_note_is_of_a_known_kind",
                condition=models.Q(note_kind__in=NoteKind.values),
            ),
        )

    def __str__(self) -> str:
        return f"draft of {self.assignment_id}"


class KnownAnswer(models.Model):
    """Shared columns of what is known or proposed about a task before anybody answers."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE)
    answers: models.JSONField[Any, Any] = models.JSONField()
    source = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.source}: {self.task_id}"


class Gold(KnownAnswer):
    """A known answer, with where it came from. Shown to annotators only in practice, afterwards."""

    # Why it is so, for those who practise.
    explanation = models.TextField(blank=True, default="", db_default="")

    class Meta(KnownAnswer.Meta):
        constraints = (models.UniqueConstraint(name="one_gold_per_task", fields=("task",)),)


class Suggestion(KnownAnswer):
    """What a model or rule proposes beforehand."""

    score = models.FloatField(null=True)

    class Meta(KnownAnswer.Meta):
        constraints = (
            models.UniqueConstraint(
                name="one_suggestion_per_task_and_source", fields=("task", "source")
            ),
        )
