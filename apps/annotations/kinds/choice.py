"""One label out of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.annotations.kinds import taxonomy
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
            "properties": {"labels": label_schema(most=taxonomy.MOST_LABELS), **taxonomy.SCHEMA},
            "required": ["labels"],
            "additionalProperties": False,
        }

    def answer_schema(self, config: Config) -> dict[str, Any]:
        return {"enum": [label.value for label in labels_of(config)]}

    def clean_config(self, config: Any) -> dict[str, Any]:
        unique = taxonomy.unique_in(config)
        labels = clean_labels(
            config,
            least=2,
            others=taxonomy.SETTINGS,
            unique=unique,
            most=taxonomy.MOST_LABELS,
        )
        return {"labels": labels, **taxonomy.clean_tree(config, labels)}

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        taxonomy.keep_tree(old, new)
        return retire_missing(old, new)

    def clean(self, value: Any, config: Config) -> Value:
        return pick(value, config)

    def aggregator_for(self, config: Config) -> str:
        return self.aggregator if self.form(config) else "medoid"

    def distance(self, a: Value, b: Value, config: Config) -> float:
        """1 for another label; in a taxonomy less, the more of their paths is the same."""
        if taxonomy.is_tree(config):
            return taxonomy.path_distance(a, b)
        return 0.0 if a == b else 1.0

    def summary(self, value: Value, config: Config) -> str:
        return taxonomy.said_as(str(value), config)

    def form(self, config: Config) -> Form | None:
        return taxonomy.form_of(config, "label")

    def condition_form(self, config: Config) -> Form | None:
        return "label"

    def labels(self, config: Config) -> Sequence[Label]:
        return labels_of(config)

    def is_first_key_final(self, config: Config) -> bool:
        return True
