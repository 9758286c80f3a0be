"""Shared by the kinds whose answer is a number. Holds no kind that can be chosen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Form, Kind, Value
from apps.annotations.kinds.labelled import check_settings, text
from apps.annotations.kinds.scales import Scale

# Doubles hold whole numbers exactly up to here.
FURTHEST = 2**53
LEVELS = ("interval", "ratio")
LONGEST = 30


class Numeric(Kind):
    """A number with its unit, its ends, its step and its level of measurement."""

    aggregator = "majority_vote"
    may_be_part = True
    # What a kind sets besides: {name: longest text}.
    texts: dict[str, int] = {"unit": 30}
    # Whether both ends must be given.
    is_bounded = False

    def config_schema(self) -> dict[str, Any]:
        number = {"type": ["number", "null"], "minimum": -FURTHEST, "maximum": FURTHEST}
        texts = {name: {"type": "string", "maxLength": most} for name, most in self.texts.items()}
        return {
            "type": "object",
            "properties": {
                "min": number,
                "max": number,
                "step": {**number, "exclusiveMinimum": 0},
                "level": {"enum": list(LEVELS)},
                **texts,
            },
            "additionalProperties": False,
        }

    def answer_schema(self, config: Config) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "number"}
        for ours, theirs in (("min", "minimum"), ("max", "maximum")):
            if config[ours] is not None:
                schema[theirs] = config[ours]
        return schema

    def clean_config(self, config: Any) -> dict[str, Any]:
        config = check_settings(config, {"min", "max", "step", "level", *self.texts})
        cleaned: dict[str, Any] = {
            name: _number(config.get(name), name) for name in ("min", "max", "step")
        }
        self._check_ends(cleaned)
        cleaned["level"] = config.get("level", "interval")
        if cleaned["level"] not in LEVELS:
            raise BadConfig("The level is interval or ratio.", "level")
        if cleaned["level"] == "ratio" and (cleaned["min"] is None or cleaned["min"] < 0):
            raise BadConfig("Ratios need numbers from 0 or above: say so here.", "min")
        for name, most in self.texts.items():
            cleaned[name] = text(config.get(name, ""), most, name)
        return cleaned

    def _check_ends(self, config: dict[str, Any]) -> None:
        low, high, step = config["min"], config["max"], config["step"]
        for name in ("min", "max") if self.is_bounded else ():
            if config[name] is None:
                raise BadConfig("Give the number at this end.", name)
        if step is not None and step <= 0:
            raise BadConfig("A step is more than 0.", "step")
        if low is not None and high is not None:
            if low >= high:
                raise BadConfig("This must be more than the lowest number.", "max")
            if step is not None and step > high - low:
                raise BadConfig("One step leads beyond the highest number.", "step")

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        """It may come to allow more, never less."""
        for end, sign in (("min", -1), ("max", 1)):
            before, after = old[end], new[end]
            if after is not None and (before is None or sign * after < sign * before):
                raise BadConfig("Answers were given beyond this; it may only grow.", end)
        if new["step"] is not None and not _only_finer(old, new):
            raise BadConfig(
                "Answers were given between these steps; it may only get finer.", "step"
            )
        return new

    def clean(self, value: Any, config: Config) -> Value:
        number = as_number(value)
        if number is None:
            raise BadAnswer("Give a number.")
        low, high, step = config["min"], config["max"], config["step"]
        if (low is not None and number < low) or (high is not None and number > high):
            raise BadAnswer(f"Give a number {in_words(config)}.")
        if step is not None and not _is_multiple(number, low or 0, step):
            raise BadAnswer(f"Give a number {in_words(config)}.")
        return number

    def examples(self, config: Config) -> Sequence[Value]:
        step = config["step"] or 1
        low = config["min"] if config["min"] is not None else (config["max"] or 2 * step) - 2 * step
        tried = [as_number(low + i * step) for i in range(3)]
        return [x for x in tried if config["max"] is None or (x is not None and x <= config["max"])]

    def distance(self, a: Value, b: Value, config: Config) -> float:
        """Their difference in parts of the whole range.

        Where an end is open there is no range: then the difference in parts of both together
        (Lance & Williams 1967, known as Canberra's; its square is Krippendorff's for ratios).
        """
        if config["min"] is not None and config["max"] is not None:
            return min(1.0, float(abs(a - b) / (config["max"] - config["min"])))
        both = abs(a) + abs(b)
        return min(1.0, float(abs(a - b) / both)) if both else 0.0

    def summary(self, value: Value, config: Config) -> str:
        return f"{value} {config['unit']}".strip()

    def limits(self, config: Config) -> str:
        return in_words(config)

    def form(self, config: Config) -> Form:
        return "number"

    def scale(self, config: Config) -> Scale:
        return Scale(low=config["min"], high=config["max"], step=config["step"])

    def credit(self, known: Value, value: Value, config: Config) -> float | None:
        return self.scale(config).credit(known, value)

    def level(self, config: Config) -> str:
        return str(config["level"])


def as_number(value: Any) -> int | float | None:
    """A number that is kept exactly, whole ones as such; forms send it as digits."""
    if isinstance(value, str):
        plain = value.strip()
        if len(plain) > LONGEST or set(plain.lower()) - set("0123456789.+-e"):
            return None
        try:
            value = float(plain) if set(plain) - set("0123456789-") else int(plain)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not math.isfinite(value) or abs(value) > FURTHEST:
        return None
    return int(value) if value == int(value) else value


def in_words(config: Config) -> str:
    """from 0 to 10, in steps of 0.5"""
    low, high, step = config["min"], config["max"], config["step"]
    if low is not None and high is not None:
        ends = f"from {low} to {high}"
    else:
        ends = f"from {low} up" if low is not None else f"up to {high}" if high is not None else ""
    steps = (
        "without decimals" if step == 1 and low in (None, int(low or 0)) else f"in steps of {step}"
    )
    return ", ".join(part for part in (ends, steps if step is not None else "") if part)


def _number(value: Any, path: str) -> int | float | None:
    if value is None:
        return None
    number = None if isinstance(value, str) else as_number(value)
    if number is None:
        raise BadConfig("This must be a number.", path)
    return number


def _is_multiple(number: float, start: float, step: float) -> bool:
    """By their decimal digits: 0.3 is three steps of 0.1, which no sum of doubles says."""
    steps = (Decimal(repr(number)) - Decimal(repr(start))) / Decimal(repr(step))
    return steps == steps.to_integral_value()


def _only_finer(old: Config, new: Config) -> bool:
    if old["step"] is None:
        return False
    start = old["min"] or 0
    return _is_multiple(old["step"], 0, new["step"]) and _is_multiple(
        start, new["min"] or 0, new["step"]
    )
