"""A picture, to be looked at closely and drawn on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.annotations.displays.base import BadValue, Display

LONGEST = 2_000


class Image(Display):
    name = "image"
    label = "Image"
    icon = "box"
    description = "A picture, with zoom, brightness and contrast; shapes can be drawn on it"
    example = "parcels/8841.jpg"
    surface = "image"

    def value_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": LONGEST}

    def check(self, value: Any, config: Mapping[str, Any]) -> None:
        check_file(value, "")

    def files(self, value: Any) -> list[str]:
        return [value]

    def prepare(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        return shown_file(value, config)

    def extent(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        """Its size, where that is known."""
        found = shown_file(value, config)
        return {name: found[name] for name in ("width", "height")} if found["width"] else {}

    def summary(self, value: Any, config: Mapping[str, Any]) -> str:
        return " ".join(value.split())


def check_file(value: Any, path: str, noun: str = "picture") -> None:
    if not isinstance(value, str) or not value.strip():
        raise BadValue(f"Give the name of the {noun}, as it was uploaded.", path)
    if len(value) > LONGEST:
        raise BadValue(f"The name has more than {LONGEST} characters.", path)
    if "://" in value and not value.startswith(("https://", "http://", "s3://")):
        raise BadValue(f"The address of a {noun} elsewhere begins with https:// or s3://.", path)


def shown_file(value: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """`media` of the config has what is known of each file; nothing where none is at hand."""
    found = config.get("media", {}).get(value, {})
    return {
        "name": value,
        "url": found.get("url", ""),
        "width": found.get("width"),
        "height": found.get("height"),
        # Of a very large one: where its tiles are, or why it cannot be shown yet.
        "tiles": found.get("tiles"),
        "problem": found.get("problem", ""),
    }
