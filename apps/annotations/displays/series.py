"""Measurements over time: one or several channels, to be looked at closely."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from apps.annotations.displays.base import BadValue, Display, in_order

MOST_CHANNELS = 32
# Of points times channels: JSON of some tens of megabytes.
MOST_VALUES = 4_000_000
# In a row the column of the time, whichever of these there is.
TIME_NAMES = ("time", "t", "timestamp", "seconds")
EXAMPLE_POINTS = 240
NUMBERS: frozenset[type] = frozenset({int, float})
MEASURED = NUMBERS | {type(None)}


def _example() -> dict[str, Any]:
    """Two sensors of a cold store, one of which fails for a while."""
    time = [60 * i for i in range(EXAMPLE_POINTS)]
    store = [
        round(4 + math.sin(i / 30) + (5 if 120 <= i < 140 else 0), 2) for i in range(len(time))
    ]
    door = [round(12 + 2 * math.sin(i / 17), 2) for i in range(len(time))]
    return {"time": time, "channels": {"store 8841": store, "door": door}, "unit": "°C"}


class Series(Display):
    name = "series"
    label = "Time series"
    icon = "series"
    description = "Measurements over time, channel under channel; stretches can be marked in them"
    example = _example()
    surface = "series"

    def value_schema(self) -> dict[str, Any]:
        number = {"type": ["number", "null"]}
        columns = {
            "type": "object",
            "properties": {
                "time": {"type": "array", "items": {"type": "number"}, "minItems": 2},
                "channels": {
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": MOST_CHANNELS,
                    "additionalProperties": {"type": "array", "items": number},
                },
                "unit": {"type": "string"},
            },
            "required": ["time", "channels"],
        }
        row = {"type": "object", "additionalProperties": number}
        return {"oneOf": [columns, {"type": "array", "items": row, "minItems": 2}]}

    def check(self, value: Any, config: Mapping[str, Any]) -> None:
        time, channels = _columns(value)
        if len(time) < 2:
            raise BadValue("Give at least two points in time.", "time")
        if not 1 <= len(channels) <= MOST_CHANNELS:
            raise BadValue(f"Give 1 to {MOST_CHANNELS} channels.", "channels")
        if len(time) * len(channels) > MOST_VALUES:
            raise BadValue(f"There are more than {MOST_VALUES:,} values. Import it in parts.")
        _check_time(time)
        for name, values in channels.items():
            _check_channel(name, values, len(time))

    def prepare(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        time, channels = _columns(value)
        names = in_order(channels, config)
        unit = value.get("unit", "") if isinstance(value, Mapping) else ""
        return {
            "data": {"time": time, "channels": [[name, channels[name]] for name in names]},
            "names": names,
            "unit": unit if isinstance(unit, str) else "",
            "count": len(time),
            "start": time[0],
            "end": time[-1],
        }

    def extent(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        """Its first and its last time, as its data count them."""
        time, _ = _columns(value)
        return {"start": time[0], "end": time[-1]}

    def summary(self, value: Any, config: Mapping[str, Any]) -> str:
        time, channels = _columns(value)
        names = ", ".join(" ".join(name.split()) for name in list(channels)[:5])
        return f"{len(time):,} points of {names}"


def _columns(value: Any) -> tuple[Sequence[Any], Mapping[str, Any]]:
    """Columns as they are; rows turned, with `time` or what else the time is called in them."""
    if isinstance(value, Mapping):
        time, channels = value.get("time"), value.get("channels")
        if not isinstance(time, list) or not isinstance(channels, Mapping):
            raise BadValue("Give {time: [...], channels: {name: [...]}}, or a list of rows.")
        return time, channels
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise BadValue("Give {time: [...], channels: {name: [...]}}, or a list of rows.")
    names = dict.fromkeys(name for row in value[:1000] for name in row)
    at = next((name for name in TIME_NAMES if name in names), None)
    if at is None:
        raise BadValue(f"Each row needs its time, as one of: {', '.join(TIME_NAMES)}.")
    time = [row.get(at) for row in value]
    return time, {name: [row.get(name) for row in value] for name in names if name != at}


def _check_time(time: Sequence[Any]) -> None:
    """Numbers (seconds, or whatever the data count), each after the one before."""
    if _are_all(time, NUMBERS) and bool(np.all(np.diff(np.array(time, float)) > 0)):
        return
    for i, one in enumerate(time):
        if not _is_number(one):
            raise BadValue("Give each time as a number of seconds.", f"time.{i}")
    for i, (before, after) in enumerate(pairwise(time)):
        if after <= before:
            raise BadValue(f"Times must rise: {after:g} comes after {before:g}.", f"time.{i + 1}")


def _check_channel(name: str, values: Any, count: int) -> None:
    path = f"channels.{name}"
    if not isinstance(values, list) or len(values) != count:
        raise BadValue(f"{name[:80]!r} must have one value for each of the {count:,} times.", path)
    if _are_all(values, MEASURED):
        return
    for i, one in enumerate(values):
        if one is not None and not _is_number(one):
            raise BadValue("Give each value as a number, or null for none.", f"{path}.{i}")


def _are_all(values: Sequence[Any], known: frozenset[type]) -> bool:
    """Of a million values in some milliseconds; where one is wrong, its place is looked for."""
    return set(map(type, values)) <= known


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
