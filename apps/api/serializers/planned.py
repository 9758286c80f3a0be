"""The plan of labels."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import Body, Number, Text, Whole


class PlannedBody(Body):
    question = Text(max_length=60, help_text="The name of a question that asks for one label.")
    label = Text(help_text="The value of one of its labels.")  # type: ignore[assignment]
    share = Number(
        allow_null=True,
        default=None,
        help_text="At least this share of the labelled tasks, above 0 and at most 1.",
    )
    number = Whole(
        allow_null=True, default=None, help_text="Or at least so many of all tasks. One of both."
    )


class LabelPlanChange(Body):
    labels = PlannedBody(many=True, help_text="All of them; what is not among them is not planned.")


class PlannedRow(serializers.Serializer[Any]):
    question = serializers.CharField(source="question.name")
    label = serializers.CharField()  # type: ignore[assignment]
    share = serializers.FloatField(allow_null=True)
    number = serializers.IntegerField(allow_null=True)
    made_at = serializers.DateTimeField()


class LabelPlanShown(serializers.Serializer[Any]):
    labels = PlannedRow(many=True)
