"""Shared by the kinds whose answers name labels of the config. Holds no kind itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Label

MOST_LABELS = 2_000
TEXTS = {"title": 120, "help": 500, "example": 1000, "key": 1}
# As property names of objects in the browser these would reach its prototypes.
FORBIDDEN = frozenset({"__proto__", "constructor", "prototype"})


def label_schema() -> dict[str, Any]:
    texts = {name: {"type": "string", "maxLength": most} for name, most in TEXTS.items()}
    label = {
        "type": "object",
        "properties": {
            "value": {"type": "string", "minLength": 1, "maxLength": 120},
            **texts,
            "colour": {"type": "integer", "minimum": 1, "maximum": 8},
            "retired": {"type": "boolean"},
        },
        "required": ["value"],
        "additionalProperties": False,
    }
    return {
        "type": "array",
        "maxItems": MOST_LABELS,
        "items": {"oneOf": [{"type": "string", "minLength": 1, "maxLength": 120}, label]},
    }


def labels_of(config: Config) -> list[Label]:
    """The labels in declared order, retired ones last."""
    labels = [
        Label(
            value=raw["value"],
            title=raw["title"],
            help=raw["help"],
            example=raw["example"],
            colour=raw["colour"],
            key=raw["key"],
            is_retired=raw["retired"],
        )
        for raw in config["labels"]
    ]
    return sorted(labels, key=lambda label: label.is_retired)


def clean_labels(config: Any, *, least: int) -> list[dict[str, Any]]:
    """Labels in full. A bare string is a label without further words; keys are given in order."""
    if not isinstance(config, Mapping) or not isinstance(config.get("labels"), list):
        raise BadConfig("Give a list of labels.", "labels")
    if unknown := sorted(set(config) - {"labels"}):
        raise BadConfig(f"There is no setting {unknown[0]!r}.", unknown[0])
    labels = [_clean_label(raw, f"labels.{i}") for i, raw in enumerate(config["labels"])]
    _check_labels(labels, least=least)
    _give_keys(labels)
    for i, label in enumerate(labels):
        label["colour"] = label["colour"] or i % 8 + 1
    return labels


def pick(value: Any, config: Config, path: str = "") -> str:
    """One label's value, as stored."""
    known = {raw["value"] for raw in config["labels"]}
    if not isinstance(value, str) or value not in known:
        some = ", ".join(sorted(known)[:8])
        raise BadAnswer(f"{value!r} is not one of the labels: {some}.", path)
    return value


def _clean_label(raw: Any, path: str) -> dict[str, Any]:
    if isinstance(raw, str):
        raw = {"value": raw}
    if not isinstance(raw, Mapping) or not isinstance(raw.get("value"), str):
        raise BadConfig("A label is a text, or an object with a value.", path)
    if unknown := sorted(set(raw) - {"value", "colour", "retired", *TEXTS}):
        raise BadConfig(f"A label has no {unknown[0]!r}.", f"{path}.{unknown[0]}")
    label: dict[str, Any] = {"value": _text(raw["value"], 120, f"{path}.value")}
    if not label["value"] or label["value"] in FORBIDDEN:
        raise BadConfig("Choose another value for this label.", f"{path}.value")
    for name, most in TEXTS.items():
        label[name] = _text(raw.get(name, ""), most, f"{path}.{name}")
    label["title"] = label["title"] or label["value"]
    colour = raw.get("colour", 0)
    if not isinstance(colour, int) or isinstance(colour, bool) or not 0 <= colour <= 8:
        raise BadConfig("A colour is a number from 1 to 8.", f"{path}.colour")
    label["colour"] = colour
    label["retired"] = raw.get("retired", False) is True
    return label


def _text(value: Any, most: int, path: str) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise BadConfig(f"This must be a text of at most {most} characters.", path)
    return value.strip()


def _check_labels(labels: list[dict[str, Any]], *, least: int) -> None:
    active = [label for label in labels if not label["retired"]]
    if len(active) < least:
        raise BadConfig(f"Give at least {least} labels.", "labels")
    if len(labels) > MOST_LABELS:
        raise BadConfig(f"Give at most {MOST_LABELS} labels.", "labels")
    for name in ("value", "title"):
        seen: set[str] = set()
        for i, label in enumerate(labels if name == "value" else active):
            if label[name] in seen:
                raise BadConfig(f"Two labels are called {label[name]!r}.", f"labels.{i}.{name}")
            seen.add(label[name])


def _give_keys(labels: list[dict[str, Any]]) -> None:
    """1 to 9, then 0; a key chosen by the lead wins, and retired labels have none."""
    active = [label for label in labels if not label["retired"]]
    for label in labels:
        label["key"] = "" if label["retired"] else label["key"].lower()
    chosen = [label["key"] for label in active if label["key"]]
    for i, label in enumerate(labels):
        if label["key"] and chosen.count(label["key"]) > 1:
            raise BadConfig(f"Two labels have the key {label['key']!r}.", f"labels.{i}.key")
    free = [key for key in "1234567890" if key not in chosen]
    for label in active:
        if not label["key"] and free:
            label["key"] = free.pop(0)
