"""What the answers come to, and by what."""

# Some fields have names that serializers use themselves; DRF keeps the two apart, mypy does not.

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import AnyJson, Body, Mapped
from apps.api.serializers.looks import OfTask
from apps.consensus.actions.limits import why_no_limits, why_no_probability
from apps.consensus.aggregators import aggregators
from apps.consensus.models import Consensus


class ConsensusRow(OfTask):
    id = serializers.IntegerField()
    task = serializers.IntegerField(source="task_id")
    question = serializers.CharField(source="question.name")
    aggregator = serializers.CharField()
    parameters = serializers.DictField(help_text="Those that are not as they are by themselves.")
    question_version = serializers.IntegerField(help_text="Of the questions; 0: the first.")
    run = serializers.IntegerField(
        source="run_id", allow_null=True, help_text="The fit it was judged by: `consensus/runs/`."
    )
    value = AnyJson()
    winners = serializers.ListField()
    share = serializers.FloatField()
    probability = serializers.FloatField(
        allow_null=True, help_text="Of the winner; null while its method has learned nothing."
    )
    no_probability = serializers.SerializerMethodField(
        help_text="Of an answer without a probability why there is none; else empty."
    )
    is_tie = serializers.BooleanField()
    answers = serializers.SerializerMethodField(help_text="How many answers it was computed from.")
    low = serializers.FloatField(
        allow_null=True,
        help_text="Of a number, the lower limit of 95 %; null where none can be told: `no_limits`.",
    )
    high = serializers.FloatField(allow_null=True)
    no_limits = serializers.SerializerMethodField(
        help_text="Of a number without limits why there are none; else empty."
    )
    parts = serializers.DictField(
        allow_null=True,
        help_text="Of A or B in several respects: for each `{share, probability}`; else null.",
    )
    has_heard = serializers.BooleanField(help_text="Whether a model was heard beside the votes.")
    by_votes = AnyJson(help_text="Then, what the votes alone come to; null in a tie.")
    saw = serializers.ListField(
        child=serializers.IntegerField(), help_text="The annotations that it was computed from."
    )
    computed_at = serializers.DateTimeField()

    def get_answers(self, row: Consensus) -> int:
        return len(row.saw)

    def get_no_probability(self, row: Consensus) -> str:
        return why_no_probability(row)

    def get_no_limits(self, row: Consensus) -> str:
        return why_no_limits(row)


class VerdictAgain(serializers.Serializer[Any]):
    """What a consensus says, as it stood and as it comes out now."""

    aggregator = serializers.CharField()
    winners = serializers.ListField()
    share = serializers.FloatField()
    probability = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    parts = serializers.DictField(allow_null=True)


class AgainRow(serializers.Serializer[Any]):
    question = serializers.CharField(source="question.name")
    until = serializers.DateTimeField(allow_null=True, help_text="Null: it stands.")
    run = serializers.IntegerField(
        source="stood.run_id", default=None, allow_null=True, help_text="The fit it was judged by."
    )
    saw = serializers.ListField(source="stood.saw", child=serializers.IntegerField(), default=list)
    stood = VerdictAgain(
        allow_null=True, help_text="Null: it was not kept, so nothing is computed."
    )
    again = VerdictAgain(
        source="again.judged",
        allow_null=True,
        default=None,
        help_text="Null: nothing is left of it.",
    )
    is_same = serializers.BooleanField(
        source="again.is_same", default=None, allow_null=True, help_text="To the digit."
    )
    differs = serializers.ListField(
        source="again.differs", child=serializers.CharField(), default=list
    )
    missing = serializers.IntegerField(
        source="again.missing", default=0, help_text="Annotations that it saw and that were erased."
    )
    words = serializers.CharField(source="again.words", default="")


class ConsensusAgainShown(serializers.Serializer[Any]):
    consensus = AgainRow(many=True, help_text="That which stands first, then the newest before it.")


class ConsensusQuery(Body):
    question = serializers.CharField(max_length=60, required=False)
    task = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    is_tie = serializers.BooleanField(required=False, allow_null=True, default=None)
    below = serializers.FloatField(
        min_value=0, max_value=1, required=False, help_text="Only those less probable than this."
    )


class ConsensusAsked(Body):
    question = serializers.CharField(
        max_length=60, required=False, help_text="All questions when it is not named."
    )
    aggregator = serializers.ChoiceField(
        [(name, name) for name in aggregators],
        required=False,
        help_text="The method from now on; as chosen before when it is not named.",
    )
    parameters = Mapped(default=dict, help_text="Of the method: `{name: number}`.")
    bar = serializers.FloatField(
        min_value=0.5,
        max_value=0.9999,
        required=False,
        help_text="A task gets one answer more while its own is less probable than this. "
        "Left out, the overlap is the same for all.",
    )
    most = serializers.IntegerField(
        min_value=1, max_value=100, required=False, help_text="Answers of a task at most."
    )


class RunsQuery(Body):
    question = serializers.CharField(max_length=60, required=False)


class SkillRow(serializers.Serializer[Any]):
    annotator = serializers.IntegerField(source="annotator_id")
    answers = serializers.IntegerField()
    accuracy = serializers.FloatField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class RunRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    question = serializers.CharField(source="question.name")
    aggregator = serializers.CharField()
    parameters = serializers.DictField()
    seed = serializers.IntegerField()
    code = serializers.CharField()
    question_version = serializers.IntegerField()
    opinions = serializers.IntegerField(
        source="opinions_id",
        allow_null=True,
        help_text="What it heard of a model, kept as it was; null of a method that hears none.",
    )
    answers = serializers.IntegerField()
    units = serializers.IntegerField()
    raters = serializers.IntegerField()
    steps = serializers.IntegerField()
    has_converged = serializers.BooleanField()
    checks = serializers.DictField(help_text="How it does on gold, beside the plain method.")
    is_worse = serializers.BooleanField(help_text="Worse on gold, so the plain method stands.")
    seconds = serializers.FloatField()
    created_at = serializers.DateTimeField()
    skills = SkillRow(many=True)
