"""Stages, what stands at them, and verdicts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers

from apps.api.fields import AnyJson, Body, Flag, Key, Mapped, Text
from apps.api.serializers.looks import OfTask
from apps.quality.models import GoesTo, Order, Review, Verdict
from apps.quality.selections import selections


class StageBody(Body):
    id = Key(required=False, help_text="Of the stage that this is a change of.")
    name = Text(max_length=60)
    selection = Text(
        max_length=40, default="everything", help_text=f"One of: {', '.join(selections)}."
    )
    config = Mapped(default=dict, help_text="The rule's settings.")
    requires = serializers.ListField(
        child=Text(max_length=80), default=list, help_text='Such as "skill:radiology".'
    )
    may = serializers.ListField(
        child=serializers.ChoiceField(Verdict.choices), default=lambda: ["accept", "return"]
    )
    is_blind = Flag(default=True)
    order = serializers.ChoiceField(Order.choices, default="oldest")


class StagesChange(Body):
    stages = StageBody(many=True, help_text="All of them, in order.")
    sends_accepted = Flag(
        default=False, help_text="What was accepted before goes to new stages behind, too."
    )


class StagesLook(Body):
    stages = StageBody(many=True, help_text="All of them, in order, as they would be.")


class StageLooked(serializers.Serializer[Any]):
    takes = serializers.IntegerField(help_text="Of the answers that were looked at.")
    accepted_before = serializers.IntegerField(help_text="That would go there, if so asked.")


class StagesLooked(serializers.Serializer[Any]):
    answers = serializers.IntegerField(help_text="The newest answers that were looked at.")
    accepted = serializers.IntegerField(help_text="The newest accepted ones, likewise.")
    stages = StageLooked(many=True)


class StageRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    selection = serializers.CharField()
    config = AnyJson()
    requires = serializers.ListField(child=serializers.CharField())
    may = serializers.ListField(child=serializers.CharField())
    is_blind = serializers.BooleanField()
    order = serializers.CharField()
    waiting = serializers.IntegerField(help_text="Answers that wait at it now.")


class StagesShown(serializers.Serializer[Any]):
    stages = StageRow(many=True)


class ReviewRow(OfTask):
    LOOKED_AT = "annotation.task_id"

    id = serializers.IntegerField()
    assignment = serializers.IntegerField(source="seat.assignment_id")
    task = serializers.IntegerField(source="annotation.task_id")
    annotation = serializers.IntegerField(source="annotation_id")
    stage = serializers.IntegerField(source="seat.stage_id")
    reviewer = serializers.IntegerField(source="seat.reviewer_id")
    verdict = serializers.ChoiceField(Verdict.choices)
    reason = serializers.CharField(allow_blank=True)
    goes_to = serializers.CharField(allow_blank=True)
    decision = serializers.IntegerField(source="correction_id", allow_null=True)
    decided_at = serializers.DateTimeField()
    undone_at = serializers.SerializerMethodField(help_text="When its reviewer took it back.")

    def get_undone_at(self, review: Review) -> datetime | None:
        undone = getattr(review, "taken_back", None)
        return undone.undone_at if undone else None


class ReviewerRow(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="member_id", help_text="Of the membership.")
    name = serializers.CharField(source="reviewer")
    verdicts = serializers.IntegerField()
    again = serializers.IntegerField(
        help_text="Those looked at again: by a stage behind, or by who decided an objection."
    )
    reversed = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="Null where none was looked at.")
    low = serializers.FloatField(allow_null=True, help_text="Wilson's limits of 95 %.")
    high = serializers.FloatField(allow_null=True)


class ReviewersShown(serializers.Serializer[Any]):
    results = ReviewerRow(many=True)
    deciders = ReviewerRow(
        many=True,
        help_text="Those who decided at the bench: `verdicts` are their decisions, looked at again by"
        " somebody else who decided the task anew, or an appeal from outside.",
    )


class ReviewQuery(Body):
    verdict = serializers.ChoiceField(Verdict.choices, required=False)
    # A query is text.
    stage = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    task = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)


class NewReview(Body):
    assignment = Key()
    annotation = Key(help_text="The revision that was looked at.")
    verdict = serializers.ChoiceField(Verdict.choices)
    reason = Text(max_length=5_000, allow_blank=True, default="")
    goes_to = serializers.ChoiceField(
        [*GoesTo.choices, ("", "")], default="", help_text="With `return`."
    )
    answers = Mapped(default=dict, help_text="With `correct`: the right answers, all of them.")
    follows = Key(
        allow_null=True, default=None, help_text="With `correct`: the task's `last_word.id`."
    )


class WaitingRow(OfTask):
    LOOKED_AT = "assignment.task_id"

    assignment = serializers.IntegerField(source="pk")
    annotation = serializers.IntegerField(source="annotation_id")
    task = serializers.IntegerField(source="assignment.task_id")
    data = serializers.DictField(source="assignment.task.data")  # type: ignore[assignment]
    answers = serializers.DictField(source="annotation.answers")
    note = serializers.CharField(source="annotation.note", allow_blank=True)
    stage = serializers.IntegerField(source="stage_id")
    may = serializers.ListField(child=serializers.CharField(), source="stage.may")
    held_until = serializers.DateTimeField()


class Handed(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["review", "done"])
    review = WaitingRow(allow_null=True)
