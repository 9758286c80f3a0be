"""The ledger: what was counted of each task, and the sums that every figure comes from.

The sums never hold a zero row. They are kept by addition alone, so folding the same answers in
any order, in any portions, gives the same rows; `manage.py ledger` checks it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

from apps.agreement.models.sums import (
    ALL,
    BetweenRow,
    ChancePair,
    ClusterRow,
    DayRow,
    MarginalRow,
    MomentRow,
    PairRow,
    PatternRow,
    RaterRow,
)
from apps.annotations.models import Question
from apps.projects.models import LOOKERS, Project

if TYPE_CHECKING:
    from apps.accounts.models import User

__all__ = [
    "ALL",
    "BetweenRow",
    "ChancePair",
    "ClusterRow",
    "CodedValue",
    "DayRow",
    "Ledger",
    "MarginalRow",
    "MomentRow",
    "PairRow",
    "PatternRow",
    "QuestionLedger",
    "RaterReport",
    "RaterRow",
    "Report",
    "SliceValue",
    "Snapshot",
    "StoredTask",
    "Study",
]


class Ledger(models.Model):
    """A project's ledger as a whole. `version` goes up whenever anything in it changed."""

    project = models.OneToOneField(
        Project, primary_key=True, on_delete=models.CASCADE, related_name="ledger"
    )
    version = models.BigIntegerField(default=0, db_default=0)
    # The declared slices by which the stored tasks were folded.
    slices = models.JSONField(default=list)
    folded_at = models.DateTimeField(null=True)
    # Tasks and answers by state, counted now and then: see `actions.overview`.
    progress = models.JSONField(default=dict)
    counted_at = models.DateTimeField(null=True)
    # Goes up with each report that was made.
    reported = models.BigIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"ledger of {self.project_id}"

    @property
    def state(self) -> str:
        """Changes whenever a page would show something new."""
        return f"{self.reported}.{self.counted_at.timestamp() if self.counted_at else 0:.3f}"


class QuestionLedger(models.Model):
    """One question's part of it."""

    question = models.OneToOneField(
        Question, primary_key=True, on_delete=models.CASCADE, related_name="ledger"
    )
    version = models.BigIntegerField(default=0, db_default=0)
    folded_at = models.DateTimeField(null=True)
    # Too many different patterns: the sums are kept by number of answers, without patterns.
    is_by_moments = models.BooleanField(default=False, db_default=False)
    # The config by which answers were compared; None where they are counted.
    compared_by = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"ledger of question {self.question_id}"


class StoredTask(models.Model):
    """What was folded last of a task; its part is taken out again before the new one goes in.

    `body` is {"q": {question: [[annotator, value code, [slices]]]}, "s": [the task's slices],
    "g": the cluster, "a": [[annotator, day, bucket of seconds]]}; for answers that can only be
    compared also "d": {question: {"r": [[annotator, annotation, [slices]]], "p": the distances of
    its pairs in their order, in billionths}}.
    """

    # No foreign key: the row must outlast its task, or nobody could take its part out.
    task_id = models.BigIntegerField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    body = models.JSONField()
    # The mean distance between two of its answers to the question they are furthest apart on.
    cost = models.FloatField(default=0, db_default=0)

    class Meta:
        indexes = (
            models.Index(
                name="stored_task_by_cost",
                fields=("project", "-cost", "task_id"),
                condition=models.Q(cost__gt=0),
            ),
        )

    def __str__(self) -> str:
        return f"task {self.task_id} as folded"


class CodedValue(models.Model):
    """A value that was given to a question, under the small number that the sums know it by."""

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    code = models.IntegerField()
    key = models.UUIDField()
    value = models.JSONField()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="one_code_per_value", fields=("question", "key")),
            models.UniqueConstraint(name="one_value_per_code", fields=("question", "code")),
        )

    def __str__(self) -> str:
        return f"{self.code}: {self.value}"


class SliceValue(models.Model):
    """One value of a declared slice. `is_rest` gathers what came after the 200th value."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    value = models.CharField(max_length=200)
    is_rest = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_slice_per_value", fields=("project", "name", "value", "is_rest")
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}: {'other' if self.is_rest else self.value}"


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User) -> ReportQuerySet:
        return self.filter(question__project__in=Project.objects.visible_to(user, *LOOKERS))


class Report(models.Model):
    """The figures of a question in one slice, with the version of the ledger that they show."""

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="reports", db_index=False
    )
    slice_id = models.BigIntegerField(default=ALL)
    version = models.BigIntegerField()
    as_of = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    # How long it took to make, so that the next is not begun too soon.
    seconds = models.FloatField()
    body = models.JSONField()

    objects = ReportQuerySet.as_manager()

    # Only where the dashboard reads it: does a job measure the annotators by name?
    is_measuring: bool
    # Only where studies are sought that are due: when the last was made, and how long it took.
    studied_at: datetime | None
    took: float | None

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_report_per_question_and_slice", fields=("question", "slice_id")
            ),
        )

    def __str__(self) -> str:
        return f"report on {self.question_id}, version {self.version}"


class RaterReportQuerySet(models.QuerySet["RaterReport"]):
    def visible_to(self, user: User) -> RaterReportQuerySet:
        return self.filter(question__project__in=Project.objects.visible_to(user, *LOOKERS))


class RaterReport(models.Model):
    """A measure that needs annotators by name, as a job found it. It does not follow each answer:
    `version` is the ledger's that it shows."""

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    measure = models.CharField(max_length=60)
    figure = models.JSONField()
    answers = models.BigIntegerField()
    version = models.BigIntegerField()
    computed_at = models.DateTimeField()

    objects = RaterReportQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_rater_report_per_question_and_measure", fields=("question", "measure")
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure} of {self.question_id}, version {self.version}"


class StudyQuerySet(models.QuerySet["Study"]):
    def visible_to(self, user: User) -> StudyQuerySet:
        return self.filter(question__project__in=Project.objects.visible_to(user, *LOOKERS))


class Study(models.Model):
    """What takes longer to find out than a report: one part of a question's, as it was last found.

    `version` is the ledger's that it shows; a newer one is made in the background.
    """

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="studies", db_index=False
    )
    part = models.CharField(max_length=20)
    version = models.BigIntegerField()
    made_at = models.DateTimeField()
    # How long all parts of the question took, so that the next are not begun too soon.
    seconds = models.FloatField()
    body = models.JSONField()

    objects = StudyQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_study_per_question_and_part", fields=("question", "part")
            ),
        )

    def __str__(self) -> str:
        return f"{self.part} of {self.question_id}, version {self.version}"


class Snapshot(models.Model):
    """The headline figure of a question as it last stood on a day: its history."""

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="snapshots", db_index=False
    )
    day = models.DateField()
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    units = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="one_snapshot_per_day", fields=("question", "day")),
        )

    def __str__(self) -> str:
        return f"{self.question_id} on {self.day}: {self.value}"
