"""Shared by the kinds whose answers name labels of the config. Holds no kind itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Label

MOST_LABELS = 2_000
TEXTS = {"title": 120, "help": 500, "example": 1000, "key": 1}
KNOWN = frozenset({"value", "colour", "retired", *TEXTS})
# As property names of objects in the browser these would reach its prototypes.
FORBIDDEN = frozenset({"__proto__", "constructor", "prototype"})


@dataclass(frozen=True)
class Extra:
    """A further setting of a label. `clean` gets None where it is left out, and the place."""

    schema: Mapping[str, Any]
    clean: Callable[[Any, str], Any]


Extras = Mapping[str, Extra]
NO_EXTRAS: Extras = MappingProxyType({})


def label_schema(
    *, flags: Collection[str] = (), extras: Extras = NO_EXTRAS, most: int = MOST_LABELS
) -> dict[str, Any]:
    texts = {name: {"type": "string", "maxLength": most} for name, most in TEXTS.items()}
    label = {
        "type": "object",
        "properties": {
            "value": {"type": "string", "minLength": 1, "maxLength": 120},
            **texts,
            "colour": {"type": "integer", "minimum": 0, "maximum": 8},
            "retired": {"type": "boolean"},
            **{flag: {"type": "boolean"} for flag in flags},
            **{name: dict(extra.schema) for name, extra in extras.items()},
        },
        "required": ["value"],
        "additionalProperties": False,
    }
    return {
        "type": "array",
        "maxItems": most,
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
            extra={name: raw[name] for name in raw.keys() - KNOWN},
        )
        for raw in config["labels"]
    ]
    return sorted(labels, key=lambda label: label.is_retired)


def check_settings(config: Any, known: Collection[str]) -> Mapping[str, Any]:
    """The config as a mapping without a setting that nobody knows."""
    if not isinstance(config, Mapping):
        raise BadConfig("The config must be an object.")
    if unknown := sorted(str(name) for name in config if name not in known):
        raise BadConfig(f"There is no setting {unknown[0]!r}.", unknown[0])
    return config


def whole(value: Any, path: str, *, low: int, high: int) -> int:
    """A whole number of the config."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise BadConfig(f"This must be a whole number from {low} to {high}.", path)
    return value


def clean_labels(
    config: Any,
    *,
    least: int,
    others: Collection[str] = (),
    flags: Collection[str] = (),
    extras: Extras = NO_EXTRAS,
    unique: Collection[str] = ("value", "title"),
    most: int = MOST_LABELS,
) -> list[dict[str, Any]]:
    """Labels in full. A bare string is a label without further words; keys are given in order.

    `others` are the settings beside the labels, `flags` what a label can be marked as, `extras`
    what else can be said of one, `unique` what no two of them may share, `most` how many there may be.
    """
    config = check_settings(config, {"labels", *others})
    if not isinstance(config.get("labels"), list):
        raise BadConfig("Give a list of labels.", "labels")
    raws = config["labels"]
    if len(raws) > most:
        raise BadConfig(f"Give at most {most} labels.", "labels")
    labels = [_clean_label(raw, f"labels.{i}", flags, extras) for i, raw in enumerate(raws)]
    _check_labels(labels, least=least, unique=unique)
    _give_keys(labels)
    for i, label in enumerate(labels):
        label["colour"] = label["colour"] or i % 8 + 1
    return labels


def retire_missing(old: Config, new: dict[str, Any]) -> dict[str, Any]:
    """The new config with the labels that it leaves out, retired: answers may name them."""
    kept = {label["value"] for label in new["labels"]}
    missing = [label for label in old["labels"] if label["value"] not in kept]
    return {
        **new,
        "labels": [*new["labels"], *({**label, "retired": True, "key": ""} for label in missing)],
    }


def pick(value: Any, config: Config, path: str = "") -> str:
    """One label's value, as stored."""
    known = {raw["value"] for raw in config["labels"]}
    if not isinstance(value, str) or value not in known:
        some = ", ".join(sorted(known)[:8])
        raise BadAnswer(f"{value!r} is not one of the labels: {some}.", path)
    return value


def _clean_label(raw: Any, path: str, flags: Collection[str], extras: Extras) -> dict[str, Any]:
    if isinstance(raw, str):
        raw = {"value": raw}
    if not isinstance(raw, Mapping) or not isinstance(raw.get("value"), str):
        raise BadConfig("A label is a text, or an object with a value.", path)
    if unknown := sorted(str(name) for name in raw.keys() - KNOWN - {*flags, *extras}):
        raise BadConfig(f"A label has no {unknown[0]!r}.", f"{path}.{unknown[0]}")
    label: dict[str, Any] = {"value": text(raw["value"], 120, f"{path}.value")}
    if not label["value"] or label["value"] in FORBIDDEN:
        raise BadConfig("Choose another value for this label.", f"{path}.value")
    for name, most in TEXTS.items():
        label[name] = text(raw.get(name, ""), most, f"{path}.{name}")
    label["title"] = label["title"] or label["value"]
    # 0 is what a form sends for "in order".
    label["colour"] = whole(raw.get("colour", 0), f"{path}.colour", low=0, high=8)
    for flag in ("retired", *flags):
        label[flag] = boolean(raw.get(flag, False), f"{path}.{flag}")
    for name, extra in extras.items():
        label[name] = extra.clean(raw.get(name), f"{path}.{name}")
    return label


def boolean(value: Any, path: str) -> bool:
    """A setting that is on or off."""
    if not isinstance(value, bool):
        raise BadConfig("This must be true or false.", path)
    return value


def text(value: Any, most: int, path: str) -> str:
    """A text of the config, without the white space around it."""
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        raise BadConfig(f"This must be a text of at most {most} characters.", path)
    return value.strip()


def _check_labels(labels: list[dict[str, Any]], *, least: int, unique: Collection[str]) -> None:
    active = [label for label in labels if not label["retired"]]
    if len(active) < least:
        raise BadConfig(f"Give at least {least} labels.", "labels")
    for name in unique:
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
