"""A recording, to be listened to closely: its waveform, its spectrogram, stretch by stretch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.annotations.displays.base import Display
from apps.annotations.displays.image import LONGEST, check_file
from apps.annotations.displays.video import playing


class Audio(Display):
    name = "audio"
    label = "Audio"
    icon = "sound"
    description = "A recording with its waveform and spectrogram; stretches can be marked in it"
    example = "calls/8841.mp3"
    surface = "audio"
    takes = ("audio", "video")

    def value_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": LONGEST}

    def check(self, value: Any, config: Mapping[str, Any]) -> None:
        check_file(value, "", "recording")

    def files(self, value: Any) -> list[str]:
        return [value]

    def prepare(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        shown = playing(value, config)
        channels = shown["facts"].get("channels", 1)
        return {**shown, "channels": range(1, min(channels, 8) + 1) if channels > 1 else ()}

    def extent(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        """Its duration in seconds, where that is known."""
        duration = playing(value, config)["facts"].get("duration")
        return {} if duration is None else {"duration": duration}

    def summary(self, value: Any, config: Mapping[str, Any]) -> str:
        return " ".join(value.split())
