"""What is known of annotators, and answers of theirs that are set aside."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import Body, Key, Text
from apps.api.serializers.looks import OfTask
from apps.quality.actions.asides import LONGEST_REASON
from apps.quality.models import AsideState

NOT_FOR_ALL = "null for all but leads"


class Share(serializers.Serializer[Any]):
    """With its 95 % interval and the number that it was seen in; null where there is none."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()


class Speed(serializers.Serializer[Any]):
    seconds = Share(help_text="The median, as it was last worked out.")
    per_day = Share(help_text="The median over the days on which they answered.")


class AnnotatorRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    is_external = serializers.BooleanField()
    is_active = serializers.BooleanField()
    answers = serializers.IntegerField()
    seconds = serializers.FloatField(allow_null=True, help_text="Median per answer.")
    agreement = serializers.DictField(help_text="`{question: {value, low, high, tasks}}`")
    skill = serializers.DictField(
        child=Share(),
        help_text="By question, by the model of annotators that stands; where none does it is"
        " left out.",
    )
    speed = Speed(allow_null=True, help_text="null before it was worked out.")
    gold = Share(allow_null=True, help_text=f"Mean score on known answers; {NOT_FOR_ALL}.")


class AnnotatorsShown(serializers.Serializer[Any]):
    results = AnnotatorRow(many=True)


class LabelRow(serializers.Serializer[Any]):
    label = serializers.JSONField(help_text="As it is kept.")  # type: ignore[assignment]
    found = Share(help_text="How often it is said where it is so.")
    met = serializers.IntegerField()
    said = serializers.IntegerField()
    n = serializers.IntegerField()
    more = serializers.FloatField(help_text="The share of answers that say it, less what is so.")
    low = serializers.FloatField()
    high = serializers.FloatField()
    p = serializers.FloatField(help_text="By McNemar's exact test.")
    q = serializers.FloatField(
        allow_null=True, help_text="Corrected over all labels of all annotators; null of too few."
    )


class ConfusedRow(Share):
    shown = serializers.JSONField()
    says = serializers.JSONField()
    times = serializers.IntegerField()
    tasks = serializers.ListField(
        child=serializers.IntegerField(), help_text="The newest of them, twelve at most."
    )


class InSlice(Share):
    slice = serializers.CharField()
    of = serializers.CharField(help_text="The value that the tasks have.")


class WindowRow(serializers.Serializer[Any]):
    """`first` and `last` count the answers in the order in which they were given."""

    first = serializers.IntegerField()
    last = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()


class Standing(serializers.Serializer[Any]):
    difference = serializers.FloatField(help_text="To all others together.")
    p = serializers.FloatField(allow_null=True)
    q = serializers.FloatField(allow_null=True, help_text="Corrected over all annotators.")


class QuestionReport(serializers.Serializer[Any]):
    question = serializers.CharField()
    held_against = serializers.CharField(help_text="The model, or `the others`; gold comes first.")
    agree = Share()
    standing = Standing()
    labels = LabelRow(many=True)
    confused = ConfusedRow(many=True)
    slices = InSlice(many=True, help_text="How often right, by slice of the tasks.")
    windows = WindowRow(many=True)
    trend_q = serializers.FloatField(allow_null=True, help_text="Of a rise or fall over time.")


class AnnotatorShown(AnnotatorRow):
    work = serializers.DictField(
        child=serializers.IntegerField(), help_text="Assignments by what became of them."
    )
    made_at = serializers.DateTimeField(allow_null=True)
    same_again = serializers.DictField(
        child=Share(),
        help_text="By question, how like the first their second answer is when a task comes back to"
        " them, by the distance of the question's kind; not corrected for chance. What never came"
        " back is left out.",
    )
    questions = QuestionReport(many=True)
    speed_windows = WindowRow(many=True)


class AsideRow(OfTask):
    LOOKED_AT = "example_tasks"

    id = serializers.IntegerField()
    annotator = serializers.IntegerField(source="annotator_id")
    question = serializers.CharField(source="question.name", allow_null=True, default=None)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    first_at = serializers.DateTimeField(allow_null=True)
    last_at = serializers.DateTimeField()
    state = serializers.ChoiceField(AsideState.choices)
    reason = serializers.CharField(allow_blank=True)
    is_asked_anew = serializers.BooleanField()
    preview = serializers.DictField(
        allow_null=True,
        help_text="Answers, tasks, overlap before and after; by question alpha with and without"
        " them, and how many consensus answers would be others; null until it is worked out.",
    )
    set_count = serializers.IntegerField()
    back_count = serializers.IntegerField()
    job = serializers.IntegerField(source="job_id", allow_null=True)


class NewAside(Body):
    annotator = Key()
    question = Text(required=False, max_length=60)
    label = Text(  # type: ignore[assignment]
        required=False, help_text="With `question`: only where this is their answer."
    )
    first_at = serializers.DateTimeField(required=False)


class AsideMove(Body):
    move = serializers.ChoiceField(
        ["set", "ask", "back", "resume"],
        help_text="`set` them aside; `ask` others as well; take them `back`; `resume` a job that"
        " failed.",
    )
    reason = Text(required=False, max_length=LONGEST_REASON)
