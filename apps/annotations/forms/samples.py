"""What a preview shows before any data is there. The files are our own, in `static/samples`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.templatetags.static import static

from apps.annotations.actions.media import Media
from apps.annotations.displays import displays
from apps.annotations.displays.base import BadValue

# By their name in sample data: the file, and its size.
FILES = {
    "street.svg": ("street.svg", 1280, 720),
    "chest.svg": ("chest.svg", 512, 512),
    "cells.svg": ("cells.svg", 960, 640),
    "runners.svg": ("runners.svg", 960, 640),
    "parcels/8841.jpg": ("parcel-front.svg", 960, 640),
    "parcels/8841-front.jpg": ("parcel-front.svg", 960, 640),
    "parcels/8841-back.jpg": ("parcel-back.svg", 960, 640),
    "crossing.webm": ("crossing.webm", 640, 360),
    "gate/8841.mp4": ("crossing.webm", 640, 360),
    "call.mp3": ("call.mp3", None, None),
    "calls/8841.mp3": ("call.mp3", None, None),
}
# What is known of those that play.
FACTS = {
    "crossing.webm": {
        "duration": 3.0,
        "frame_rate": 25.0,
        "frames": 75,
        "is_constant": True,
        "state": "ready",
    },
    "call.mp3": {"duration": 8.0, "sample_rate": 16_000, "channels": 1, "state": "ready"},
}


def sample_data(
    fields: Iterable[Mapping[str, Any]], given: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """For each field what is given for it, where its display can show that; else its example."""
    return {field["name"]: _sample(field, (given or {}).get(field["name"])) for field in fields}


def _sample(field: Mapping[str, Any], given: Any) -> Any:
    display = displays[field["display"]]
    if given is None:
        return display.example
    try:
        display.check(given, field.get("config", {}))
    except BadValue:
        return display.example
    return given


def sample_media(fields: Iterable[Mapping[str, Any]], data: Mapping[str, Any]) -> Media:
    """Where the files are that the sample shows."""
    names = {
        name
        for field in fields
        for name in displays[field["display"]].files(data[field["name"]])
        if name in FILES
    }
    return {name: _known(*FILES[name]) for name in names}


def _known(file: str, width: int | None, height: int | None) -> dict[str, Any]:
    url = static(f"samples/{file}")
    return {"url": url, "width": width, "height": height, **FACTS.get(file, {})}
