"""The map of the tasks, looks at new tasks, and strategies compared."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import Body, Key, Number, Rows, Text, Whole
from apps.api.serializers.learning import RateRow
from apps.routing.actions.raising import LEAST_CORNERS, MOST_CORNERS, MOST_RAISED
from apps.routing.actions.replaying import MOST_SEEDS, MOST_STRATEGIES, SEEDS, comparable

COMPARABLE = sorted(one.name for one in comparable())


class ChartRow(serializers.Serializer[Any]):
    placed = serializers.IntegerField(help_text="Tasks with a place: all, or many of them by lot.")
    known = serializers.IntegerField(help_text="How many tasks there were.")
    last_task = serializers.IntegerField(help_text="The newest of them.")
    seconds = serializers.FloatField()
    made_at = serializers.DateTimeField()


class PartRow(serializers.Serializer[Any]):
    part = serializers.IntegerField()
    tasks = serializers.IntegerField()
    x = serializers.FloatField()
    y = serializers.FloatField()
    task = serializers.IntegerField(allow_null=True, help_text="The nearest to its middle.")
    words = serializers.ListField(
        help_text="What its tasks say more than others: `[[word, share of these, share of others]]`."
    )


class MapShown(serializers.Serializer[Any]):
    map = ChartRow(allow_null=True)
    parts = PartRow(many=True)
    points = serializers.ListField(
        help_text="`[[task, x, y, part]]`; of more than 10,000 tasks so many, by lot."
    )


class RaiseAsked(Body):
    """A part of the map, or what lies within a line."""

    part = Whole(required=False, help_text="The number of a part, as `map/` has it.")
    line = Rows(
        required=False,
        help_text=f"`[[x, y]]`, {LEAST_CORNERS} to {MOST_CORNERS} corners, as `map/` has places.",
    )
    count = Whole(
        min_value=1,
        max_value=MOST_RAISED,
        help_text="How many of its tasks that want answers, by lot.",
    )
    level = Number(
        min_value=-1e9,
        max_value=1e9,
        default=1.0,
        help_text="Tasks on a higher level come first. Where nobody asked, they are on 0.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("part" in attrs) == ("line" in attrs):
            raise serializers.ValidationError({"part": ["Give a part or a line."]})
        return attrs


class RaiseRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    why = serializers.CharField(help_text="`part` of the map, or `new` tasks by lot.")
    level = serializers.FloatField()
    tasks = serializers.IntegerField(source="number", help_text="How many there were.")
    made_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)


class DriftAsked(Body):
    """Which tasks are held against all before them; nothing: what came since the last look."""

    import_ = Key(required=False, source="import_id", help_text="What this import brought.")
    since = serializers.DateTimeField(required=False, help_text="What came since then.")

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["import"] = fields.pop("import_")
        return fields


class ApartRow(RateRow):
    p_value = serializers.FloatField(allow_null=True)
    words = serializers.CharField()


class DriftFigures(serializers.Serializer[Any]):
    apart = ApartRow(help_text="How often a model tells which task is new; by chance .5.")
    fields_ = serializers.ListField(
        help_text="Field by field the population stability index: `name`, `kind`, `value`, `low`,"
        " `high`, `band`, `means` and more.",
    )
    words = serializers.ListField(
        help_text="Words and values that differ: `item`, `of_these`, `of_others`, `z`."
    )
    model = serializers.DictField(
        allow_null=True, help_text="How sure a model is of new tasks, and what it says of them."
    )
    left_out = serializers.ListField(child=serializers.CharField())

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["fields"] = fields.pop("fields_")
        return fields


class DriftRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    first_task = serializers.IntegerField()
    last_task = serializers.IntegerField()
    before = serializers.IntegerField(help_text="Tasks that were there before.")
    now = serializers.IntegerField(help_text="New tasks.")
    look = serializers.IntegerField(
        allow_null=True, help_text="Its number among Concord's own looks since the last alarm."
    )
    bar = serializers.FloatField(allow_null=True, help_text="The largest p that raises an alarm.")
    is_alarm = serializers.BooleanField()
    figures = DriftFigures()
    seconds = serializers.FloatField()
    made_at = serializers.DateTimeField()


class ReplayAsked(Body):
    question = Text(max_length=80)
    strategies = serializers.ListField(
        child=serializers.ChoiceField(COMPARABLE),
        min_length=1,
        max_length=MOST_STRATEGIES,
        help_text="`random_order` is always compared, too.",
    )
    seeds = Whole(min_value=2, max_value=MOST_SEEDS, default=SEEDS, help_text="Repetitions.")


class ReplayRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    question = serializers.CharField(source="question.name")
    strategies = serializers.ListField(child=serializers.CharField())
    seeds = serializers.IntegerField()
    start = serializers.IntegerField()
    batch = serializers.IntegerField()
    last = serializers.IntegerField()
    offered = serializers.IntegerField(help_text="Labelled tasks to choose from.")
    tested = serializers.IntegerField(help_text="Tasks on which models were judged.")
    sizes = serializers.ListField(source="figures.sizes", child=serializers.IntegerField())
    accuracy = serializers.DictField(
        source="figures.accuracy", help_text="By strategy, for each repetition one for each size."
    )
    left_out = serializers.ListField(source="figures.left_out", child=serializers.CharField())
    seconds = serializers.FloatField()
    made_at = serializers.DateTimeField()
