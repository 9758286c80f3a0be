"""The sums that every figure comes from. None ever holds a zero row."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.annotations.models import Question
from apps.projects.models import Membership, Project

# The slice of a question's row that holds all answers; other slices are a SliceValue's key.
ALL = 0
# Enough for the exact squares of numbers with 30 decimal places, added up a billion times.
DIGITS, PLACES = 200, 60


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


class BetweenRow(SumRow):
    """The tasks that two annotators share, and the sum of the distances of their answers."""

    rater_a = models.BigIntegerField()
    rater_b = models.BigIntegerField()
    units = models.BigIntegerField()
    within = models.DecimalField(max_digits=DIGITS, decimal_places=0)

    class Meta(SumRow.Meta):
        constraints = (
            models.UniqueConstraint(
                name="one_distance_row_per_pair", fields=("question", "rater_a", "rater_b")
            ),
            models.CheckConstraint(
                name="a_distance_is_between_two_raters_in_order",
                condition=models.Q(rater_a__lt=models.F("rater_b"), units__gte=0, within__gte=0),
            ),
        )


class ChancePair(SumRow):
    """The distance of two answers to any tasks: of such pairs comes what chance would give.

    Kept so that a pair is compared once; which pairs are looked at follows from the answers' ids.
    """

    first = models.BigIntegerField()
    second = models.BigIntegerField()
    distance = models.BigIntegerField()

    class Meta(SumRow.Meta):
        constraints = (
            models.UniqueConstraint(
                name="one_distance_per_pair_of_answers", fields=("question", "first", "second")
            ),
            models.CheckConstraint(
                name="a_chance_pair_is_two_answers",
                condition=models.Q(first__lt=models.F("second"), distance__gte=0),
            ),
        )
