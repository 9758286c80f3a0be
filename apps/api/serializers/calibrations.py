"""Calibration sessions."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import Body
from apps.api.serializers.looks import OfTask
from apps.quality.actions.calibration_picks import PICKS
from apps.quality.actions.calibrations import MOST_TASKS


class CalibrationRow(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    guideline_version = serializers.IntegerField()
    picked = serializers.CharField(help_text="How its tasks were picked, in words.")
    task_count = serializers.IntegerField()
    begun_at = serializers.DateTimeField()
    opened_at = serializers.DateTimeField(
        allow_null=True, help_text="From then on the answers are open to everybody."
    )


class ProgressRow(serializers.Serializer[Any]):
    annotator = serializers.IntegerField(source="member.pk")
    name = serializers.CharField(source="member.display_name")
    done = serializers.IntegerField()
    total = serializers.IntegerField()


class CalibratedAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="key")
    annotator = serializers.CharField(
        source="shown_name", allow_null=True, help_text="Null where the project is blind."
    )
    answers = serializers.DictField()
    note = serializers.CharField(allow_blank=True)


class CalibratedTask(OfTask):
    LOOKED_AT = "task.pk"

    task = serializers.IntegerField(source="task.pk")
    spread = serializers.FloatField(
        allow_null=True, help_text="The mean distance between two answers, of the worst question."
    )
    differs = serializers.DictField(
        child=serializers.FloatField(), help_text="By question, where it is over its threshold."
    )
    answers = CalibratedAnswer(source="given", many=True)


class CalibrationShown(CalibrationRow):
    progress = ProgressRow(many=True, help_text="Empty where you may not know.")
    is_laid_open = serializers.BooleanField(
        help_text="Whether everybody is through, or the discussion is open."
    )
    agreement = serializers.DictField(
        help_text="By question, the headline of what was answered alone; empty before that."
    )
    tasks = CalibratedTask(many=True, help_text="The hardest first; empty before that.")


class NewCalibration(Body):
    tasks = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        required=False,
        max_length=MOST_TASKS,
        help_text="These tasks; else `number` of them are picked.",
    )
    number = serializers.IntegerField(min_value=1, max_value=MOST_TASKS, default=12)
    way = serializers.ChoiceField(sorted(PICKS), default="random")
