"""Shapes of pictures, recordings and films that tasks show."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import Body, Text
from apps.api.serializers.figures import JobShown
from apps.exchange.models import UploadMode


class AssetRow(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="asset_id")
    name = serializers.CharField(help_text="What tasks' data call it.")
    url = serializers.URLField(
        help_text="Of the file as it came. Signed for you: it needs no token, so keep it to yourself;"
        " it works for some hours, and only while you are in the project."
    )
    sha256 = serializers.CharField(source="asset.sha256")
    media_type = serializers.CharField(source="asset.media_type")
    size = serializers.IntegerField(source="asset.size")
    width = serializers.IntegerField(source="asset.width", allow_null=True)
    height = serializers.IntegerField(source="asset.height", allow_null=True)
    state = serializers.CharField(
        source="asset.state",
        help_text="ready; waiting: its sound is being drawn, it can be used already; failed.",
    )
    problem = serializers.CharField(source="asset.problem", help_text="Why it failed, else empty.")
    facts = serializers.JSONField(
        source="asset.facts",
        help_text="Of what plays: duration in seconds, sample_rate, channels; of a film frame_rate,"
        " frames, and whether the rate is_constant.",
    )


class FileProblem(serializers.Serializer[Any]):
    file = serializers.CharField()
    detail = serializers.CharField()


class SentFile(serializers.Serializer[Any]):
    file = serializers.CharField()
    size = serializers.IntegerField()


class UploadShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    state = serializers.CharField(help_text="The job's: queued, running, done, failed, cancelled.")
    outcome = serializers.CharField(
        allow_blank=True, help_text="published, refused or nothing yet."
    )
    mode = serializers.ChoiceField(UploadMode.choices)
    files = SentFile(many=True)
    counts = serializers.DictField(
        help_text="added; known: were here already, the same again adds nothing; bad."
    )
    problems = FileProblem(many=True, help_text="The first files that were not taken, and why.")
    job = JobShown(allow_null=True)
    created_at = serializers.DateTimeField()


class NewAssets(Body):
    """A form with one or more files: pictures, recordings, films, or zip files of them."""

    file = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True), allow_empty=False
    )
    mode = serializers.ChoiceField(UploadMode.choices, required=False)
    name = Text(
        max_length=255, required=False, help_text="What tasks call the one file: street/001.jpg"
    )
