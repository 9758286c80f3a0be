"""A feed of predictions and outcomes, its rules, and how good a model in use is."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import AnyJson, Body, Number, Rows, Text, Whole
from apps.routing.actions.feed_looks import MOST_RELABELLED
from apps.routing.actions.feed_reading import MOST_ROWS
from apps.routing.actions.feed_report import PERIODS
from apps.routing.actions.feed_rules import MOST_DAILY
from apps.routing.models import ChosenBy, RuleKind


class PredictionsSent(Body):
    predictions = Rows(
        help_text=f"1 to {MOST_ROWS:,} objects: `key` (yours; outcomes name it), `model`, `answers`"
        " (`{question: value}`) and, where known, `at` (a time with its zone), `data` (what a task"
        " made of it shows), `task` (a task that is here), `probability` (that the answer is right)."
    )


class OutcomesSent(Body):
    outcomes = Rows(
        help_text=f"1 to {MOST_ROWS:,} objects: `key`, `question`, `value` and, where known, `at`"
        " and `source`. Of several the one with the newest `at` counts."
    )


class TakenShown(serializers.Serializer[Any]):
    received = serializers.IntegerField()
    new = serializers.IntegerField(help_text="The others had been sent before.")


class OutcomesTaken(TakenShown):
    waiting = serializers.IntegerField(
        help_text="Those whose prediction is not here; they count when it comes."
    )


class PredictionRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    key = serializers.CharField()
    model = serializers.CharField()
    at = serializers.DateTimeField(source="predicted_at")
    answers = serializers.DictField()
    probability = serializers.FloatField(allow_null=True)
    task = serializers.IntegerField(source="task_id", allow_null=True)
    chosen_by = serializers.ChoiceField(
        [("", ""), *ChosenBy.choices], help_text="Which kind of rule made it a task; empty: none."
    )
    received_at = serializers.DateTimeField()


class PredictionsQuery(Body):
    key = Text(max_length=200, required=False)
    model = Text(max_length=120, required=False)


class OutcomeRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    key = serializers.CharField()
    question = serializers.CharField(source="question.name")
    value = AnyJson()
    at = serializers.DateTimeField(source="known_at")
    source = serializers.CharField()  # type: ignore[assignment]  # DRF takes it out of the class
    received_at = serializers.DateTimeField()


class OutcomesQuery(Body):
    key = Text(max_length=200, required=False)


class FeedRuleBody(Body):
    kind = serializers.ChoiceField(RuleKind.choices)
    question = Text(max_length=60, required=False, allow_blank=True)
    model = Text(max_length=120, required=False, allow_blank=True, help_text="Of this model alone.")
    share = Number(required=False, allow_null=True, help_text="With `lot`.")
    low = Number(required=False, allow_null=True, help_text="With `probability`.")
    high = Number(required=False, allow_null=True)
    label = Text(  # type: ignore[assignment]  # as above
        max_length=255, required=False, allow_blank=True, help_text="With `label`."
    )
    daily = Whole(
        min_value=1,
        max_value=MOST_DAILY,
        required=False,
        allow_null=True,
        help_text="So many tasks a day at most.",
    )
    level = Number(required=False, help_text="Of its tasks in the queue.")


class FeedRulesSent(Body):
    rules = FeedRuleBody(many=True, help_text="All of them, in order; the lot first.")


class FeedChange(Body):
    maturity_days = Whole(
        max_value=3650, required=False, help_text="How old a prediction is judged."
    )
    retention_days = Whole(min_value=1, max_value=3650, required=False)
    rules = FeedRuleBody(many=True, required=False, help_text="All of them, in order.")


class FeedRuleRow(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    kind = serializers.ChoiceField(RuleKind.choices)
    question = serializers.CharField(source="question.name", allow_null=True, default=None)
    model = serializers.CharField()
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]  # as above
    daily = serializers.IntegerField(allow_null=True)
    level = serializers.FloatField()


class FeedShown(serializers.Serializer[Any]):
    maturity_days = serializers.IntegerField()
    retention_days = serializers.IntegerField()
    rules = FeedRuleRow(many=True)


class FeedTrialRow(serializers.Serializer[Any]):
    matches = serializers.IntegerField(help_text="What no rule before it takes.")
    taken = serializers.IntegerField(help_text="Of these, within its limit, day by day.")


class FeedTrial(serializers.Serializer[Any]):
    looked_at = serializers.IntegerField(help_text="So many of the newest predictions with data.")
    rules = FeedTrialRow(many=True)


class InUseQuery(Body):
    question = Text(max_length=60, required=False)
    model = Text(max_length=120, required=False)
    period = serializers.ChoiceField(sorted(PERIODS), default="13", help_text="In weeks.")


class ToldRow(serializers.Serializer[Any]):
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()


class InUseLabel(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # as above
    said = serializers.IntegerField()
    true = serializers.IntegerField()
    precision = ToldRow()
    recall = ToldRow()


class BinRow(serializers.Serializer[Any]):
    probability = serializers.FloatField(help_text="The mean of those in it.")
    right = ToldRow()


class WeekRow(serializers.Serializer[Any]):
    week = serializers.DateField(help_text="Its Monday.")
    accuracy = ToldRow()


class JudgedRow(serializers.Serializer[Any]):
    source = serializers.ChoiceField(  # type: ignore[assignment]  # as above
        ["outcome", "lot", "chosen", "sent"],
        help_text="`outcome`, and people's answers to tasks drawn by `lot`, stand for all"
        " predictions; people's answers to tasks that were `chosen` or `sent` do not.",
    )
    of = serializers.IntegerField(help_text="So many could have been known.")
    accuracy = ToldRow()
    labels = InUseLabel(many=True)
    calibration_error = ToldRow(source="calibration.error")
    bins = BinRow(source="calibration.bins", many=True)
    weeks = WeekRow(many=True)


class AgeRow(serializers.Serializer[Any]):
    days = serializers.IntegerField(help_text="At least so many days old.")
    number = serializers.IntegerField()
    missing = serializers.IntegerField(help_text="Without an outcome.")


class ReportShown(serializers.Serializer[Any]):
    question = serializers.CharField(source="count.question.name")
    model = serializers.CharField(source="count.model")
    maturity_days = serializers.IntegerField(source="count.maturity_days")
    counted_at = serializers.DateTimeField(source="count.made_at")
    predictions = serializers.IntegerField()
    mature = serializers.IntegerField(help_text="Old enough to be judged.")
    known = serializers.IntegerField(help_text="Of these, with an outcome.")
    bounds = serializers.ListField(
        child=serializers.FloatField(),
        allow_null=True,
        help_text="Between which the accuracy of all old enough lies, whatever outcomes are missing.",
    )
    judged = JudgedRow(many=True)
    ages = AgeRow(many=True)


class InUseShown(serializers.Serializer[Any]):
    report = ReportShown(allow_null=True)
    models = serializers.ListField(help_text="`[[question, model, predictions]]`")


class LookRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    question = serializers.CharField(source="question.name")
    model = serializers.CharField()
    since = serializers.DateTimeField(source="since_at", allow_null=True)
    until = serializers.DateTimeField(source="until_at")
    right = serializers.IntegerField()
    number = serializers.IntegerField()
    before_right = serializers.IntegerField()
    before_number = serializers.IntegerField()
    p_value = serializers.FloatField(allow_null=True)
    look = serializers.IntegerField(allow_null=True, help_text="Its number since the last alarm.")
    bar = serializers.FloatField(allow_null=True, help_text="The largest p that raises an alarm.")
    is_alarm = serializers.BooleanField()
    made_at = serializers.DateTimeField()


class RelabelAsked(Body):
    count = Whole(min_value=1, max_value=MOST_RELABELLED, help_text="How many, by lot.")
    level = Number(default=1, min_value=-1e9, max_value=1e9)


class RelabelShown(serializers.Serializer[Any]):
    tasks = serializers.IntegerField()
