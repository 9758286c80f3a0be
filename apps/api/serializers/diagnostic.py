"""Sensitivity and specificity of annotators against a reference."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import Body
from apps.api.serializers.figures import FigureRow
from apps.api.serializers.people import Share
from apps.quality.actions.diagnostic import Reference

MOST_LABELS = 60


class DiagnosticQuery(Body):
    question = serializers.CharField(max_length=60)
    finding = serializers.ListField(
        child=serializers.CharField(max_length=500),
        max_length=MOST_LABELS,
        required=False,
        default=list,
        help_text="Labels, or values, that count as the finding: repeat it for each. Without any"
        " the rarest in the reference.",
    )
    least = serializers.FloatField(
        required=False, help_text="For numbers: they count as the finding from here on."
    )
    reference = serializers.ChoiceField(
        [one.value for one in Reference],
        default="known",
        help_text="`known` answers, or what was `decided`.",
    )


class ReferenceShown(serializers.Serializer[Any]):
    tasks = serializers.IntegerField()
    with_finding = serializers.IntegerField()
    read = serializers.IntegerField(help_text="Tasks of the reference that somebody answered.")
    made_of_answers = serializers.IntegerField(
        help_text="Made of the annotators' own answers by a decision or a consensus: there they are"
        " held against themselves."
    )


class MeanShown(Share):
    why_not = serializers.CharField(help_text="Why it has no interval; empty where it has one.")
    replicates = serializers.IntegerField()
    undefined = serializers.IntegerField(help_text="Replicates in which it was not defined.")


class ReaderRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    true_positive = serializers.IntegerField()
    false_negative = serializers.IntegerField()
    true_negative = serializers.IntegerField()
    false_positive = serializers.IntegerField()
    sensitivity = Share()
    specificity = Share()
    positive_predictive = Share(help_text="It hangs on how frequent the finding is here.")
    negative_predictive = Share()


class ReaderPair(serializers.Serializer[Any]):
    annotators = serializers.ListField(child=serializers.IntegerField())
    tasks = serializers.IntegerField(help_text="That both answered.")
    agreement = FigureRow(help_text="Percent agreement.")
    kappa = FigureRow(help_text="Cohen's.")


class BetweenShown(serializers.Serializer[Any]):
    tasks = serializers.IntegerField(help_text="Tasks of the reference that two or more answered.")
    measures = FigureRow(many=True)
    pairs = ReaderPair(many=True)
    left_out = serializers.IntegerField(
        help_text="Annotators who stand in no pair because others have answered more."
    )


class DiagnosticShown(serializers.Serializer[Any]):
    question = serializers.CharField()
    finding = serializers.ListField(child=serializers.CharField())
    least = serializers.FloatField(allow_null=True)
    reference = ReferenceShown()
    sensitivity = MeanShown(help_text="The mean over annotators, by a bootstrap of both.")
    specificity = MeanShown()
    between = BetweenShown(
        help_text="How far annotators agree with each other that the finding is there."
    )
    annotators = ReaderRow(many=True)
