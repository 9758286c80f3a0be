"""What the checks found."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import Body
from apps.api.serializers.looks import OfTask
from apps.quality.checks import checks
from apps.quality.models import FindingState


class LikelyRow(serializers.Serializer[Any]):
    task = serializers.IntegerField()
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="What it had when the model was asked."
    )
    likely = serializers.CharField(help_text="What the model would have given.")
    of_label = serializers.FloatField(help_text="What the model says of the one, 0 to 1.")
    of_likely = serializers.FloatField(help_text="And of the other.")


class FindingRow(OfTask):
    # A number says nothing of a task; which label it has and should have does.
    LOOKED_AT = "told_of"

    id = serializers.IntegerField()
    check = serializers.CharField(source="kind")
    question = serializers.CharField(source="question.name", allow_null=True, default=None)
    words = serializers.CharField(source="told", help_text="With the people's names.")
    tasks = serializers.ListField(
        child=serializers.IntegerField(), help_text="At most 1,000 of them."
    )
    likely = LikelyRow(
        many=True, help_text="Of labels that are likely wrong: by task, what a model would say."
    )
    task_count = serializers.IntegerField()
    annotators = serializers.ListField(child=serializers.IntegerField())
    p = serializers.FloatField(
        allow_null=True,
        help_text="The chance of a false alarm, corrected for all that the check looked at;"
        " null where it follows a rule.",
    )
    state = serializers.ChoiceField(FindingState.choices)
    reason = serializers.CharField(allow_blank=True)
    decided_by = serializers.IntegerField(source="decided_by_id", allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    found_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField(help_text="The last run that found it.")


class FindingQuery(Body):
    state = serializers.ChoiceField(FindingState.choices, required=False)
    check = serializers.ChoiceField(sorted(checks), required=False)
