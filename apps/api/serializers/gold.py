"""How annotators are checked by known answers, and what follows for each."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import Body, Flag, Number, Text, Whole
from apps.quality.actions.gate_states import BY_HAND
from apps.quality.gates import gates
from apps.quality.models import Gating

NAMES = [one.name for one in gates.values()]
LONGEST_REASON = 2_000


class GoldPlanRow(serializers.Serializer[Any]):
    is_on = serializers.BooleanField()
    first_checks = serializers.IntegerField(help_text="First tasks that are checks.")
    floor = serializers.FloatField(help_text="The least share of checks.")
    ceiling = serializers.FloatField(help_text="The most.")
    gate = serializers.ChoiceField(NAMES)
    good = serializers.FloatField(help_text="Who scores this or more on average is good.")
    bad = serializers.FloatField(help_text="Who should be found out quickly.")
    alpha = serializers.FloatField(
        help_text="The chance to pause a good annotator, in all the time that they work."
    )
    right_from = serializers.FloatField(help_text="From this score on an answer is right.")
    is_pausing = serializers.BooleanField()
    practice = serializers.IntegerField(help_text="Tasks of practice.")
    repeat_share = serializers.FloatField(
        help_text="Of everybody's answers such a share, up to .1, are repeats: a task comes back"
        " unseen to whoever answered it. Whether known answers are mixed in or not."
    )
    repeat_most = serializers.IntegerField(help_text="How often one task comes back to somebody.")
    repeat_answers = serializers.IntegerField(help_text="Other answers of theirs in between.")
    repeat_hours = serializers.IntegerField(help_text="Hours in between.")


class GoldPlanChange(Body):
    """What is given changes, the rest stays. The limits are checked together."""

    is_on = Flag(required=False)
    first_checks = Whole(required=False)
    floor = Number(required=False)
    ceiling = Number(required=False)
    gate = serializers.ChoiceField(NAMES, required=False)
    good = Number(required=False)
    bad = Number(required=False)
    alpha = Number(required=False)
    right_from = Number(required=False)
    is_pausing = Flag(required=False)
    practice = Whole(required=False)
    repeat_share = Number(required=False)
    repeat_most = Whole(required=False)
    repeat_answers = Whole(required=False)
    repeat_hours = Whole(required=False)


class GateRow(serializers.Serializer[Any]):
    annotator = serializers.IntegerField(source="annotator_id")
    name = serializers.CharField(source="annotator.display_name")
    state = serializers.ChoiceField(Gating.choices)
    answers = serializers.IntegerField(help_text="Known answers that count for the test.")
    mean = serializers.FloatField(allow_null=True, help_text="Mean score, with limits of 95 %.")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    evidence = serializers.FloatField(help_text="The logarithm of the test's stake.")
    caught_after = serializers.IntegerField(
        allow_null=True, help_text="At which known answer the test had enough; null: it has not."
    )
    changed_at = serializers.DateTimeField()


class GateMove(Body):
    move = serializers.ChoiceField(sorted(BY_HAND))
    reason = Text(max_length=LONGEST_REASON, allow_blank=True, default="")
