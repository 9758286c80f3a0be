"""The order of the queue, and the models that it goes by."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.api.fields import Body, Flag, Mapped, Number, Text, Whole
from apps.routing.actions.plans import LEAST_BESIDE, MOST_BESIDE, offered, offered_beside
from apps.routing.actions.ranking import MOST_RANKED
from apps.routing.actions.searching import MOST_TRIES, TRIES, WAYS
from apps.routing.models import ModelRun, Rank, Weighing, When

STRATEGIES = sorted(one.name for one in offered())
SECOND = sorted(one.name for one in offered_beside())


class QueueAsked(Body):
    """What is given is the project's plan from now on."""

    strategy = serializers.ChoiceField(STRATEGIES, required=False)
    parameters = Mapped(required=False, help_text="The strategy's own numbers.")
    beside = serializers.ChoiceField(
        SECOND,
        required=False,
        allow_blank=True,
        help_text="A second strategy, which chooses a share of the tasks; empty: none.",
    )
    beside_share = Number(
        min_value=LEAST_BESIDE,
        max_value=MOST_BESIDE,
        required=False,
        help_text="Of what is not left to chance, what the second chooses.",
    )
    question = Text(
        max_length=80, required=False, allow_blank=True, help_text="By whose model; empty: any."
    )
    endpoint = Text(
        max_length=30,
        required=False,
        allow_blank=True,
        help_text="Which of the project's own models orders it; empty: the one that learns here.",
    )
    exploration = Number(
        min_value=0, max_value=0.5, required=False, help_text="The share left to chance."
    )
    when = serializers.ChoiceField(
        When.choices, required=False, help_text="When Concord puts the queue in order by itself."
    )
    is_suggesting = Flag(required=False)
    bar = Number(
        min_value=0, max_value=1, required=False, help_text="Propose from this probability on."
    )
    is_self_training = Flag(
        required=False,
        help_text="Also learn from what the model is sure of, where the hold-out says that it helps.",
    )
    weighing = serializers.ChoiceField(
        Weighing.choices,
        required=False,
        help_text="Whether models of one label count rare labels as much as frequent ones; `auto`:"
        " where a label is rare and that surely makes macro F1 better.",
    )
    count = Whole(
        min_value=1, max_value=20_000, default=MOST_RANKED, help_text="How many get a place."
    )


class PlanRow(serializers.Serializer[Any]):
    when = serializers.ChoiceField(When.choices)
    strategy = serializers.CharField()
    parameters = serializers.DictField()
    beside = serializers.CharField()
    beside_share = serializers.FloatField()
    question = serializers.CharField(source="question.name", allow_null=True, default=None)
    endpoint = serializers.CharField(source="endpoint.name", allow_null=True, default=None)
    exploration = serializers.FloatField()
    is_suggesting = serializers.BooleanField()
    bar = serializers.FloatField()
    is_self_training = serializers.BooleanField()
    weighing = serializers.ChoiceField(Weighing.choices)


class RankingRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    strategy = serializers.CharField()
    parameters = serializers.DictField()
    beside = serializers.CharField(help_text="The second strategy; empty: there was none.")
    beside_share = serializers.FloatField()
    exploration = serializers.FloatField()
    model = serializers.IntegerField(source="run_id", allow_null=True)
    generation = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="Tasks that nobody had begun.")
    candidates = serializers.IntegerField(help_text="How many of these were looked at.")
    ranked = serializers.IntegerField()
    begun = serializers.IntegerField(
        help_text="How many that were begun were put in order, ahead of all others."
    )
    seconds = serializers.FloatField()
    made_at = serializers.DateTimeField()


class OfferRow(serializers.Serializer[Any]):
    annotator = serializers.IntegerField()
    bits = serializers.FloatField(
        allow_null=True, help_text="How much their answer should tell; null: by lot."
    )


class RankRow(serializers.Serializer[Any]):
    task = serializers.IntegerField(source="task_id")
    place = serializers.IntegerField()
    is_held_out = serializers.BooleanField(help_text="Chosen by lot; models are judged on it.")
    is_beside = serializers.BooleanField(help_text="Chosen by the second strategy.")
    thought = serializers.ListField(
        help_text="The likeliest values with the model's probabilities: `[[value, p]]`."
    )
    offered = serializers.SerializerMethodField(
        help_text="To whom it was offered, where the strategy asks who; null for all but leads."
    )

    @extend_schema_field(OfferRow(many=True, allow_null=True))
    def get_offered(self, rank: Rank) -> Any:
        if not self.context.get("leads"):
            return None
        return [{"annotator": pk, "bits": bits} for pk, bits in rank.offered]


class QueueShown(serializers.Serializer[Any]):
    plan = PlanRow()
    ranking = RankingRow(allow_null=True)
    next = RankRow(many=True, help_text="The first 100 that nobody has begun.")


class RateRow(serializers.Serializer[Any]):
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField()
    high = serializers.FloatField()
    n = serializers.IntegerField()


class ErrorRow(serializers.Serializer[Any]):
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()


class ReasonRow(ErrorRow):
    rule = serializers.CharField(help_text="`stabilized` or `little_to_gain`.")
    verdict = serializers.CharField(help_text="`stop`, `go_on` or `unknown`.")
    words = serializers.CharField()


class AdviceRow(serializers.Serializer[Any]):
    verdict = serializers.CharField(help_text="To `stop` where a rule says so and none `go_on`.")
    reasons = ReasonRow(many=True)


class GainRow(serializers.Serializer[Any]):
    value = serializers.FloatField(help_text="By how much less is lost with them: log loss, nats.")
    low = serializers.FloatField()
    high = serializers.FloatField()
    n = serializers.IntegerField()


class PseudoRow(serializers.Serializer[Any]):
    bar = serializers.FloatField(
        allow_null=True, help_text="They are given from here on; null: nowhere shown to be right."
    )
    number = serializers.IntegerField()
    right = RateRow(help_text="How often such labels are right on the hold-out.")
    later = RateRow(help_text="Of those that people have answered since, how many were right.")
    gain = GainRow(allow_null=True)
    is_used = serializers.BooleanField(help_text="Whether the model learned from them.")


class NumbersRow(serializers.Serializer[Any]):
    error = ErrorRow(help_text="How far off it is on average, with the limits of 95 %.")
    saved = ErrorRow(help_text="By how much that is less than always saying the median.")
    covered = RateRow(help_text="How often the answer lay within the model's limits.")
    level = serializers.FloatField(help_text="How often it should.")
    radius = serializers.FloatField(allow_null=True, help_text="Half as wide as usual limits are.")


class SpansRow(serializers.Serializer[Any]):
    f1 = ErrorRow(help_text="Of spans right in place and label; n counts texts.")
    precision = RateRow()
    recall = RateRow()
    lookup_f1 = serializers.FloatField(
        allow_null=True, help_text="Of marking again what was marked before."
    )
    gained = ErrorRow(help_text="By how much F1 is more than that.")
    sure = RateRow(help_text="How many of the spans that it would propose are right.")
    bar = serializers.FloatField(help_text="How sure these are.")


class KnownJudged(serializers.Serializer[Any]):
    accuracy = RateRow()
    macro_f1 = serializers.FloatField(allow_null=True)
    known = serializers.IntegerField(help_text="Known answers in all.")


class LimitsRow(serializers.Serializer[Any]):
    macro_f1 = ErrorRow()
    log_loss = ErrorRow()


class SaidRow(serializers.Serializer[Any]):
    units = serializers.IntegerField()
    said = serializers.FloatField(help_text="How probable it was on average.")
    right = serializers.FloatField(help_text="How often it was so.")
    low = serializers.FloatField()
    high = serializers.FloatField()


class ReliabilityRow(serializers.Serializer[Any]):
    units = serializers.IntegerField()
    bins = SaidRow(many=True)
    ece = serializers.FloatField(help_text="The mean gap between both.")
    ece_low = serializers.FloatField()
    ece_high = serializers.FloatField()
    brier = serializers.FloatField()
    brier_low = serializers.FloatField()
    brier_high = serializers.FloatField()


class ModelRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    question = serializers.CharField(source="question.name")
    learner = serializers.CharField()
    learned_from = serializers.CharField(
        help_text="What of the tasks it read; embeddings with their model and its SHA-256."
    )
    parameters = serializers.DictField()
    seed = serializers.IntegerField()
    feature_version = serializers.IntegerField()
    question_version = serializers.IntegerField()
    annotation = serializers.IntegerField(
        source="annotation_id", help_text="The newest that there was."
    )
    labelled = serializers.IntegerField()
    held_out = serializers.IntegerField()
    accuracy = RateRow(help_text="On the hold-out, with the limits of 95 %; none of other figures.")
    numbers = serializers.SerializerMethodField(help_text="The figures of a model of numbers.")
    spans = serializers.SerializerMethodField(help_text="The figures of a model of spans.")
    advice = AdviceRow(source="figures.advice", allow_null=True, default=None)
    pseudo = PseudoRow(
        source="figures.pseudo",
        allow_null=True,
        default=None,
        help_text="Pseudo-labels, where the plan asks for them.",
    )
    gold = KnownJudged(
        source="figures.gold",
        allow_null=True,
        default=None,
        help_text="Against known answers that it has not learned from; of models of labels.",
    )
    macro_f1 = serializers.FloatField(source="figures.macro_f1", allow_null=True)
    log_loss = serializers.FloatField(source="figures.log_loss", allow_null=True)
    calibration_error = serializers.FloatField(source="figures.calibration_error", allow_null=True)
    limits = LimitsRow(
        source="figures.limits",
        allow_null=True,
        default=None,
        help_text="Of macro F1 and of the log loss on the hold-out: 95 %, by the bootstrap.",
    )
    crossed = RateRow(
        source="figures.crossed",
        allow_null=True,
        default=None,
        help_text="How often it is right by cross-validation, while the hold-out is small.",
    )
    reliability = ReliabilityRow(
        source="figures.reliability",
        allow_null=True,
        default=None,
        help_text="Whether it is right as often as it says, on the hold-out.",
    )
    values = serializers.ListField()
    confusion = serializers.ListField(
        source="figures.confusion",
        default=list,
        help_text="`[[truth, said, number]]`, places in `values`.",
    )
    seconds = serializers.FloatField()
    made_at = serializers.DateTimeField()

    @extend_schema_field(NumbersRow(allow_null=True))
    def get_numbers(self, run: ModelRun) -> Any:
        return NumbersRow(run.figures).data if run.measure == "error" else None

    @extend_schema_field(SpansRow(allow_null=True))
    def get_spans(self, run: ModelRun) -> Any:
        return SpansRow(run.figures).data if run.measure == "f1" else None


class ModelQuery(Body):
    question = Text(max_length=80, required=False)


class SearchAsked(Body):
    question = Text(
        max_length=80,
        help_text="Of whose model: any that is learned here; of numbers those that trees learn.",
    )
    tries = Whole(min_value=1, max_value=MOST_TRIES, default=TRIES)
    way = serializers.ChoiceField(
        WAYS, default="tpe", help_text="How settings are proposed: by what was good, or by lot."
    )


class SearchRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    question = serializers.CharField(source="question.name")
    learner = serializers.CharField()
    way = serializers.CharField()
    seed = serializers.IntegerField()
    lessons = serializers.IntegerField(help_text="Of so many was learned at most.")
    chosen_by = serializers.IntegerField(help_text="Answers by which the best were chosen.")
    judged_on = serializers.IntegerField(help_text="Answers that had no part in the choice.")
    best = serializers.DictField()
    saved = ErrorRow(
        help_text="What the best lose less than the usual, on these: nats an answer; of spans a word;"
        " of numbers how far off they are."
    )
    is_used = serializers.BooleanField(help_text="Whether models learn with the best since.")
    trials = serializers.ListField(
        help_text="`{number, settings, losses, is_done}`; the first has the usual settings."
    )
    seconds = serializers.FloatField()
    made_at = serializers.DateTimeField()
