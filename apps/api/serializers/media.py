"""Shapes of pictures that tasks show."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import Body, Text


class AssetRow(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="asset_id")
    name = serializers.CharField(help_text="What tasks' data call it.")
    url = serializers.URLField()
    sha256 = serializers.CharField(source="asset.sha256")
    media_type = serializers.CharField(source="asset.media_type")
    size = serializers.IntegerField(source="asset.size")
    width = serializers.IntegerField(source="asset.width")
    height = serializers.IntegerField(source="asset.height")


class FileProblem(serializers.Serializer[Any]):
    file = serializers.CharField()
    detail = serializers.CharField()


class Uploaded(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    known = serializers.IntegerField(help_text="Were here already: the same again adds nothing.")
    results = AssetRow(many=True)
    problems = FileProblem(many=True, help_text="Files that were not taken, and why.")


class NewAssets(Body):
    """A form with one or more files: pictures, or zip files of them."""

    file = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True), allow_empty=False
    )
    name = Text(
        max_length=255, required=False, help_text="What tasks call the one picture: street/001.jpg"
    )
