"""A whole number on a scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Form, Kind, Label, Value
from apps.annotations.kinds.labelled import check_settings, text, whole
from apps.annotations.kinds.scales import Scale

FURTHEST = 10_000
# Up to this many points stand as buttons; a longer scale is a number to type.
MOST_POINTS = 11
DIGITS = frozenset("0123456789")
LEVELS = ("ordinal", "interval")
TEXTS = {"title": 120, "help": 500}


class Rating(Kind):
    name = "rating"
    label = "Rating"
    icon = "scale"
    description = "A point on a scale"
    control = "radio"
    aggregator = "majority_vote"
    may_be_part = True
    starter = {"min": 1, "max": 5}

    def config_schema(self) -> dict[str, Any]:
        end = {"type": "integer", "minimum": -FURTHEST, "maximum": FURTHEST}
        texts = {name: {"type": "string", "maxLength": most} for name, most in TEXTS.items()}
        return {
            "type": "object",
            "properties": {
                "min": end,
                "max": end,
                "level": {"enum": list(LEVELS)},
                "points": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"value": end, **texts},
                        "required": ["value"],
                        "additionalProperties": False,
                    },
                },
            },
            "additionalProperties": False,
        }

    def answer_schema(self, config: Config) -> dict[str, Any]:
        return {"type": "integer", "minimum": config["min"], "maximum": config["max"]}

    def clean_config(self, config: Any) -> dict[str, Any]:
        config = check_settings(config, {"min", "max", "level", "points"})
        low = whole(config.get("min", 1), "min", low=-FURTHEST, high=FURTHEST - 1)
        high = whole(config.get("max", max(5, low + 1)), "max", low=low + 1, high=FURTHEST)
        level = config.get("level", "ordinal")
        if level not in LEVELS:
            raise BadConfig("The level is ordinal or interval.", "level")
        points = config.get("points", [])
        if not isinstance(points, list):
            raise BadConfig("Give a list of points.", "points")
        cleaned = [_point(raw, f"points.{i}", low=low, high=high) for i, raw in enumerate(points)]
        if len({point["value"] for point in cleaned}) < len(cleaned):
            raise BadConfig("A point is described twice.", "points")
        named = [point for point in cleaned if point["title"] or point["help"]]
        return {
            "min": low,
            "max": high,
            "level": level,
            "points": sorted(named, key=lambda point: int(point["value"])),
        }

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        for end, shrinks in (("min", new["min"] > old["min"]), ("max", new["max"] < old["max"])):
            if shrinks:
                message = f"Answers were given from {old['min']} to {old['max']}; it may only grow."
                raise BadConfig(message, end)
        return new

    def clean(self, value: Any, config: Config) -> Value:
        """Forms send digits, so a whole number in digits is taken as one."""
        number = _as_whole(value)
        if number is None or not config["min"] <= number <= config["max"]:
            raise BadAnswer(f"Give a whole number from {config['min']} to {config['max']}.")
        return number

    def distance(self, a: Value, b: Value, config: Config) -> float:
        return min(1.0, float(abs(a - b) / (config["max"] - config["min"])))

    def summary(self, value: Value, config: Config) -> str:
        title = next((p["title"] for p in config["points"] if p["value"] == value), "")
        return f"{value} ({title})" if title else str(value)

    def form(self, config: Config) -> Form:
        return "number"

    def scale(self, config: Config) -> Scale:
        return Scale(low=config["min"], high=config["max"], step=1)

    def credit(self, known: Value, value: Value, config: Config) -> float | None:
        return self.scale(config).credit(known, value)

    def level(self, config: Config) -> str:
        return str(config["level"])

    def labels(self, config: Config) -> Sequence[Label]:
        """The points, with their numbers as values; none when the scale is too long to show."""
        values = range(config["min"], config["max"] + 1)
        if len(values) > MOST_POINTS:
            return ()
        described = {point["value"]: point for point in config["points"]}
        return [
            Label(
                value=str(value),
                title=described.get(value, {}).get("title") or str(value),
                help=described.get(value, {}).get("help", ""),
                key=key,
            )
            for value, key in zip(values, _keys(values), strict=True)
        ]

    def is_first_key_final(self, config: Config) -> bool:
        labels = self.labels(config)
        return bool(labels) and all(label.key for label in labels)


def _point(raw: Any, path: str, *, low: int, high: int) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise BadConfig("A point is an object with a value and a title.", path)
    if unknown := sorted(str(name) for name in raw.keys() - {"value", *TEXTS}):
        raise BadConfig(f"A point has no {unknown[0]!r}.", f"{path}.{unknown[0]}")
    value = whole(raw.get("value"), f"{path}.value", low=low, high=high)
    texts = {name: text(raw.get(name, ""), most, f"{path}.{name}") for name, most in TEXTS.items()}
    return {"value": value, **texts}


def _as_whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        digits = value.strip().removeprefix("-")
        # isdigit alone would take superscripts; a long text would be slow to convert.
        return int(value) if 0 < len(digits) <= 6 and set(digits) <= DIGITS else None
    return value if isinstance(value, int) else None


def _keys(values: Sequence[int]) -> list[str]:
    """The number itself where it is one digit; 0 for ten; counted from 1 below zero."""
    if values[0] < 0 or values[-1] > 10:
        return [str(i) if i < 10 else ("0" if i == 10 else "") for i in range(1, len(values) + 1)]
    return [str(v) if v < 10 else ("0" if values[0] > 0 else "") for v in values]
