"""The ledger: what was counted of each task, and the sums that every figure comes from.

The sums never hold a zero row. They are kept by addition alone, so folding the same answers in
any order, in any portions, gives the same rows; `manage.py ledger` checks it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.annotations.models import Question
from apps.projects.models import Membership, Project

if TYPE_CHECKING:
    from apps.accounts.models import User

# The slice of a question's row that holds all answers; other slices are a SliceValue's key.
ALL = 0
# Enough for the exact squares of numbers with 30 decimal places, added up a billion times.
DIGITS, PLACES = 200, 60


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

    def __str__(self) -> str:
        return f"ledger of question {self.question_id}"


class StoredTask(models.Model):
    """What was folded last of a task; its part is taken out again before the new one goes in.

    `body` is {"q": {question: [[annotator, value code, [slices]]]}, "s": [the task's slices],
    "g": the cluster, "a": [[annotator, day, bucket of seconds]]}.
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


class SumRow(models.Model):
    """What the sums share: a question's rows, each under a key of its own."""

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"


class PatternRow(SumRow):
    """How many tasks show this pattern: `codes` are the values given, sorted, with repeats."""

    slice_id = models.BigIntegerField()
    key = models.UUIDField()
    codes = ArrayField(models.IntegerField())
    units = models.BigIntegerField()

    class Meta(SumRow.Meta):
        constraints = (
            models.UniqueConstraint(
                name="one_row_per_pattern", fields=("question", "slice_id", "key")
            ),
            models.CheckConstraint(
                name="a_pattern_is_shown_or_absent", condition=models.Q(units__gte=0)
            ),
        )


class ClusterRow(SumRow):
    """How many tasks of a group show this pattern: whole groups are drawn for the interval."""

    cluster = models.BigIntegerField()
    key = models.UUIDField()
    units = models.BigIntegerField()

    class Meta(SumRow.Meta):
        constraints = (
            models.UniqueConstraint(
                name="one_row_per_cluster_and_pattern", fields=("question", "cluster", "key")
            ),
            models.CheckConstraint(
                name="a_cluster_shows_a_pattern_or_not", condition=models.Q(units__gte=0)
            ),
        )


class MomentRow(SumRow):
    """Sums over the tasks with so many answers, enough for alpha without any pattern.

    With n answers of a task's value k and x its numbers: `squares` adds up the sum of n squared,
    `s1` and `s2` the sums of x and of x squared, `s11` the squared sum of x: decimals, so nothing is rounded.
    """

    slice_id = models.BigIntegerField()
    answers = models.IntegerField()
    units = models.BigIntegerField()
    squares = models.BigIntegerField()
    s1 = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)
    s2 = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)
    s11 = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)

    class Meta(SumRow.Meta):
        constraints = (
            models.UniqueConstraint(
                name="one_row_per_number_of_answers", fields=("question", "slice_id", "answers")
            ),
            models.CheckConstraint(
                name="moments_are_of_units",
                condition=models.Q(units__gte=0, squares__gte=models.F("units")),
            ),
        )


class MarginalRow(SumRow):
    """How often a value was given, and how often on a task with two answers or more."""

    slice_id = models.BigIntegerField()
    code = models.IntegerField()
    answers = models.BigIntegerField()
    pairable = models.BigIntegerField()

    class Meta(SumRow.Meta):
        constraints = (
            models.UniqueConstraint(
                name="one_row_per_value_and_slice", fields=("question", "slice_id", "code")
            ),
            models.CheckConstraint(
                name="a_value_was_given_or_not",
                condition=models.Q(answers__gte=models.F("pairable"), pairable__gte=0),
            ),
        )


class PairRow(SumRow):
    """On how many tasks one annotator gave this value and another that one. rater_a < rater_b."""

    rater_a = models.BigIntegerField()
    rater_b = models.BigIntegerField()
    code_a = models.IntegerField()
    code_b = models.IntegerField()
    units = models.BigIntegerField()

    class Meta(SumRow.Meta):
        constraints = (
            models.UniqueConstraint(
                name="one_row_per_pair_and_values",
                fields=("question", "rater_a", "rater_b", "code_a", "code_b"),
            ),
            models.CheckConstraint(
                name="a_pair_is_two_raters_in_order",
                condition=models.Q(rater_a__lt=models.F("rater_b"), units__gte=0),
            ),
        )


class RaterRow(SumRow):
    """How many answers of an annotator count, and how many of them beside another's."""

    rater_id = models.BigIntegerField()
    answers = models.BigIntegerField()
    pairable = models.BigIntegerField()

    class Meta(SumRow.Meta):
        constraints = (
            models.UniqueConstraint(name="one_row_per_rater", fields=("question", "rater_id")),
            models.CheckConstraint(
                name="a_rater_answered_or_not",
                condition=models.Q(answers__gte=models.F("pairable"), pairable__gte=0),
            ),
        )


class DayRow(models.Model):
    """An annotator's answers of one day, by the time they took (buckets of 5 %; -1 unknown)."""

    annotator = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    bucket = models.SmallIntegerField()
    answers = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_row_per_day_and_bucket", fields=("annotator", "day", "bucket")
            ),
            models.CheckConstraint(
                name="a_day_has_answers_or_no_row", condition=models.Q(answers__gte=0)
            ),
        )

    def __str__(self) -> str:
        return f"{self.annotator_id} on {self.day}: {self.answers}"


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User) -> ReportQuerySet:
        """Reports of projects in which the person may look at the figures (not annotators)."""
        projects = Project.objects.filter(deleted_at__isnull=True)
        if not user.is_admin:
            projects = projects.filter(
                models.Exists(
                    Membership.objects.filter(
                        project=models.OuterRef("pk"),
                        user_id=user.pk,
                        is_active=True,
                        role__in=("lead", "reviewer", "viewer"),
                    )
                )
            )
        return self.filter(question__project__in=projects)


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

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_report_per_question_and_slice", fields=("question", "slice_id")
            ),
        )

    def __str__(self) -> str:
        return f"report on {self.question_id}, version {self.version}"


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
