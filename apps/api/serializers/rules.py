"""Rules between questions."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import Body, Text
from apps.quality.actions.rules import LONGEST_WORDS
from apps.quality.checks.rule_text import LONGEST


class RuleBody(Body):
    text = Text(
        max_length=LONGEST,
        help_text="Such as: if severity is none then spans must be empty.",
    )
    words = Text(
        max_length=LONGEST_WORDS, default="", help_text="What a finding says; else the rule itself."
    )


class RulesChange(Body):
    rules = RuleBody(many=True, help_text="All of them, in order.")


class RuleRow(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    text = serializers.CharField()
    words = serializers.CharField()
    made_at = serializers.DateTimeField()


class RulesShown(serializers.Serializer[Any]):
    rules = RuleRow(many=True)


class TrialRow(serializers.Serializer[Any]):
    contradict = serializers.IntegerField(help_text="Answers that contradict the rule.")
    unknown = serializers.IntegerField(help_text="Answers of which it cannot be told.")
    tasks = serializers.ListField(
        child=serializers.IntegerField(), help_text="Of those that contradict it, 100 at most."
    )


class TrialShown(serializers.Serializer[Any]):
    looked_at = serializers.IntegerField(help_text="So many of the newest answers.")
    rules = TrialRow(many=True)
