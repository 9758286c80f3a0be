"""A film, to be stepped through frame by frame and drawn on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.annotations.displays.base import Display
from apps.annotations.displays.image import LONGEST, check_file

SAID = ("duration", "frame_rate", "frames", "width", "height")


class Video(Display):
    name = "video"
    label = "Video"
    icon = "film"
    description = "A film, frame by frame, with its time below; stretches can be marked in it"
    example = "gate/8841.mp4"
    surface = "video"
    takes = ("video",)

    def value_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": LONGEST}

    def check(self, value: Any, config: Mapping[str, Any]) -> None:
        check_file(value, "", "film")

    def files(self, value: Any) -> list[str]:
        return [value]

    def prepare(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        return playing(value, config)

    def extent(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        """What is known of duration (seconds), frame_rate, frames, width and height."""
        found = playing(value, config)["facts"]
        return {name: found[name] for name in SAID if found.get(name) is not None}

    def summary(self, value: Any, config: Mapping[str, Any]) -> str:
        return " ".join(value.split())


def playing(value: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """What a player needs: where the file is, and what is known of it (`Media`)."""
    found = dict(config.get("media", {}).get(value, {}))
    return {
        "name": value,
        "url": found.pop("url", ""),
        "state": found.pop("state", ""),
        "drawn": found.pop("drawn", {}),
        "facts": found,
    }
