"""One label out of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.annotations.kinds.base import Config, Form, Kind, Label, Value
from apps.annotations.kinds.labelled import (
    clean_labels,
    label_schema,
    labels_of,
    pick,
    retire_missing,
)


class Choice(Kind):
    name = "choice"
    label = "Choice"
    icon = "list"
    description = "One label out of several"
    control = "radio"
    aggregator = "majority_vote"
    may_be_part = True
    starter = {"labels": ["Yes", "No"]}

    def config_schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {"labels": label_schema()},
            "required": ["labels"],
            "additionalProperties": False,
        }

    def answer_schema(self, config: Config) -> dict[str, Any]:
        return {"enum": [label.value for label in labels_of(config)]}

    def clean_config(self, config: Any) -> dict[str, Any]:
        return {"labels": clean_labels(config, least=2)}

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        return retire_missing(old, new)

    def clean(self, value: Any, config: Config) -> Value:
        return pick(value, config)

    def distance(self, a: Value, b: Value, config: Config) -> float:
        return 0.0 if a == b else 1.0

    def summary(self, value: Value, config: Config) -> str:
        return next((x.title for x in labels_of(config) if x.value == value), str(value))

    def form(self, config: Config) -> Form:
        return "label"

    def labels(self, config: Config) -> Sequence[Label]:
        return labels_of(config)

    def is_first_key_final(self, config: Config) -> bool:
        return True
