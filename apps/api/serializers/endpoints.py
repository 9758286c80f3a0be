"""Models of a project's own, over HTTP. A password goes in, and never comes out."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import Body, Flag, Text, Whole
from apps.routing.actions.foretelling import COUNT, MOST_COUNT
from apps.routing.actions.tending import DEEDS


class EndpointChange(Body):
    url = Text(max_length=500, required=False, help_text="Of the backend's root.")
    user = Text(max_length=100, required=False, allow_blank=True)
    password = Text(
        max_length=200,
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        write_only=True,
        help_text="Kept sealed, and never given back. Empty: it stays as it is.",
    )
    questions = serializers.ListField(
        child=Text(max_length=60),
        max_length=200,
        required=False,
        help_text="Those that it answers; none: all that can be asked.",
    )
    our_address = Text(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="Concord's address as the model sees it, where it fetches files; the call's own"
        " where a new model gives none.",
    )
    is_suggesting = Flag(required=False)
    is_taught = Flag(required=False, help_text="Whether it is sent people's answers.")
    is_paused = Flag(required=False)


class NewEndpoint(EndpointChange):
    name = Text(max_length=30, help_text="It stays: suggestions carry it as their source.")
    url = Text(max_length=500, help_text="Of the backend's root.")


class EndpointRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    url = serializers.CharField()
    user = serializers.CharField()
    has_password = serializers.BooleanField(source="sealed")
    questions = serializers.ListField(child=serializers.CharField())
    our_address = serializers.CharField()
    is_suggesting = serializers.BooleanField()
    is_taught = serializers.BooleanField()
    is_paused = serializers.BooleanField()
    suggests_as = serializers.CharField(source="source", help_text="The source of its suggestions.")
    model_class = serializers.CharField()
    model_version = serializers.CharField()
    standing = serializers.CharField(help_text="How it is doing, in a sentence.")
    problem = serializers.CharField(help_text="What went wrong last; empty where nothing did.")
    tried_again_at = serializers.DateTimeField(
        allow_null=True, help_text="While it is left alone after failures."
    )
    failures = serializers.IntegerField(help_text="In a row.")
    well_at = serializers.DateTimeField(allow_null=True)
    failed_at = serializers.DateTimeField(allow_null=True)
    calls = serializers.IntegerField()
    failed_calls = serializers.IntegerField()
    suggested = serializers.IntegerField()
    taught_at = serializers.DateTimeField(allow_null=True)
    taught_on = serializers.IntegerField()
    added_at = serializers.DateTimeField()


class EndpointDeed(Body):
    deed = serializers.ChoiceField(sorted(DEEDS))
    count = Whole(
        min_value=1,
        max_value=MOST_COUNT,
        required=False,
        help_text=f"With `suggest`: of how many of the next tasks; {COUNT} without.",
    )
