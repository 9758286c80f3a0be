"""Appeals: what comes in, what became of it, and how a project takes them."""

from __future__ import annotations

from typing import Any

from django.utils.dateparse import parse_datetime
from rest_framework import serializers

from apps.api.fields import AnyJson, Body, Flag, Key, Mapped, Text, Whole
from apps.api.serializers.looks import OfTask
from apps.quality.models import AppealState
from apps.quality.models.desks import LONGEST_WORDS

LARGEST = 2**63 - 1
SOURCES = [("outside", "From outside"), ("annotator", "Of an annotator")]


class AppealRow(OfTask):
    id = serializers.IntegerField()
    source = serializers.ChoiceField(SOURCES)  # type: ignore[assignment]
    about = serializers.ChoiceField(
        ["outside", "return", "reject", "gold"], source="is_about", help_text="What is objected to."
    )
    task = serializers.IntegerField(source="task_id")
    external_id = serializers.CharField(source="task.external_id", allow_null=True)
    reference = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True, help_text="Empty when it is erased.")
    state = serializers.ChoiceField(AppealState.choices)
    explanation = serializers.CharField(allow_blank=True)
    rule = serializers.CharField(
        allow_blank=True, help_text="The heading of the guideline that decides it."
    )
    guideline_version = serializers.IntegerField(allow_null=True)
    decision = serializers.IntegerField(
        source="decision_id", allow_null=True, help_text="The task's decision that it led to."
    )
    answers = AnyJson(help_text="What is right instead; null where nothing was decided.")
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(
        source="due", help_text="Opened, and the project's days to decide in."
    )
    decided_at = serializers.DateTimeField(allow_null=True)
    told_at = serializers.DateTimeField(
        allow_null=True, help_text="When the answer was mailed, where an address was given."
    )
    erased_at = serializers.DateTimeField(allow_null=True)
    state_url = serializers.CharField(
        allow_null=True,
        help_text="A page without a sign-in, for who appealed from outside; they can erase it there."
        " Given to leads, and to who records the appeal.",
    )


class Since(serializers.DateTimeField):
    """A moment with its zone: without one it would be another moment elsewhere."""

    default_error_messages = {"zone": "Give a time with its zone, such as 2026-01-31T12:00:00Z."}

    def to_internal_value(self, value: Any) -> Any:
        found = super().to_internal_value(value)
        read = parse_datetime(value) if isinstance(value, str) else None
        if read is None or read.tzinfo is None:
            self.fail("zone")
        return found


class AppealQuery(Body):
    state = serializers.ChoiceField(AppealState.choices, required=False)
    source = serializers.ChoiceField(SOURCES, required=False)  # type: ignore[assignment]
    # A query is text.
    task = serializers.IntegerField(min_value=1, max_value=LARGEST, required=False)
    external_id = Text(required=False)
    reference = Text(max_length=200, required=False)
    decided_since = Since(required=False)


class NewAppeal(Body):
    task = Key(required=False, help_text="The task's id; or `external_id`.")
    external_id = Text(required=False)
    text = Text(max_length=5_000, help_text="What is objected to, and why.")
    reference = Text(
        max_length=200,
        allow_blank=True,
        default="",
        help_text="What you call it. The same reference with the same body is the same appeal.",
    )
    contact = Text(
        max_length=254,
        allow_blank=True,
        default="",
        help_text="An e-mail address for the answer. It is never given back.",
    )


class NewRuling(Body):
    outcome = serializers.ChoiceField([("upheld", "Upheld"), ("overturned", "Overturned")])
    explanation = Text(max_length=5_000)
    rule = Text(
        max_length=300, allow_blank=True, default="", help_text="A heading of the guideline."
    )
    answers = Mapped(default=dict, help_text="Overturned from outside: the right answers, all.")
    follows = Key(allow_null=True, default=None, help_text="The task's `last_word.id`.")
    is_gold = Flag(default=False)
    is_example = Flag(default=False)


class NewContest(Body):
    assignment = Key(help_text="Of one's own answer.")
    text = Text(max_length=5_000, help_text="Why one objects.")


class NewLook(Body):
    answers = Mapped(help_text="The right answers, as they would be known.")


class ChangeRow(serializers.Serializer[Any]):
    answers = serializers.IntegerField(help_text="Held against what is known.")
    people = serializers.IntegerField()
    better = serializers.IntegerField()
    worse = serializers.IntegerField()
    before = serializers.FloatField(help_text="The mean score as it is.")
    after = serializers.FloatField()
    paused = serializers.IntegerField(help_text="Of the people.")


class ChangeShown(serializers.Serializer[Any]):
    change = ChangeRow(allow_null=True, help_text="Null where nobody was held against it.")


class DeskRow(serializers.Serializer[Any]):
    is_open = serializers.BooleanField()
    shown = serializers.ListField(child=serializers.CharField())
    words = serializers.CharField(allow_blank=True)
    target_days = serializers.IntegerField()
    keep_days = serializers.IntegerField(allow_null=True)


class DeskChange(Body):
    is_open = Flag(required=False)
    shown = serializers.ListField(
        child=Text(max_length=100), required=False, help_text="Declared fields, without files."
    )
    words = Text(max_length=LONGEST_WORDS, allow_blank=True, required=False)
    target_days = Whole(min_value=1, max_value=365, required=False)
    keep_days = Whole(min_value=1, max_value=3650, allow_null=True, required=False)
    is_anew = Flag(required=False, help_text="Ends all addresses that were given out.")


class LinkRow(serializers.Serializer[Any]):
    task = serializers.IntegerField(source="pk")
    external_id = serializers.CharField(allow_null=True)
    url = serializers.CharField(allow_null=True, help_text="Null while the page is switched off.")


class LinkQuery(Body):
    task = serializers.IntegerField(min_value=1, max_value=LARGEST, required=False)
    external_id = Text(required=False)


class Limits(serializers.Serializer[Any]):
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField(help_text="In how many it was seen.")


class FiguresOfOne(serializers.Serializer[Any]):
    opened = serializers.IntegerField()
    waiting = serializers.IntegerField()
    late = serializers.IntegerField()
    decisions = serializers.IntegerField(
        help_text="Tasks with all their answers; of annotators, returns and rejections."
    )
    rate = Limits(help_text="Appeals in 1,000 decisions, with Poisson's limits of 95 %.")
    overturned = Limits(help_text="A share of those decided, with Wilson's limits of 95 %.")
    seconds = Limits(help_text="The median time to a decision.")


class AppealFiguresShown(serializers.Serializer[Any]):
    target_days = serializers.IntegerField()
    outside = FiguresOfOne()
    inside = FiguresOfOne()
