"""Any number of labels: the answer is a set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.annotations.kinds import taxonomy
from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Form, Kind, Label, Value
from apps.annotations.kinds.labelled import (
    clean_labels,
    label_schema,
    labels_of,
    pick,
    retire_missing,
    whole,
)


class MultiChoice(Kind):
    name = "multi_choice"
    label = "Several choices"
    icon = "check"
    description = "Any number of labels"
    control = "checkbox"
    aggregator = "majority_vote"
    may_be_part = True
    starter = {
        "labels": ["First", "Second", {"value": "None of these", "colour": 8, "exclusive": True}]
    }

    def config_schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "labels": label_schema(flags=["exclusive"], most=taxonomy.MOST_LABELS),
                "min": {"type": "integer", "minimum": 0},
                "max": {"type": ["integer", "null"], "minimum": 1},
                **taxonomy.SCHEMA,
            },
            "required": ["labels"],
            "additionalProperties": False,
        }

    def answer_schema(self, config: Config) -> dict[str, Any]:
        return {
            "type": "array",
            "items": {"enum": [label.value for label in labels_of(config)]},
            "uniqueItems": True,
        }

    def clean_config(self, config: Any) -> dict[str, Any]:
        others = ["min", "max", *taxonomy.SETTINGS]
        unique = taxonomy.unique_in(config)
        labels = clean_labels(
            config,
            least=2,
            others=others,
            flags=["exclusive"],
            unique=unique,
            most=taxonomy.MOST_LABELS,
        )
        common = sum(not raw["retired"] and not raw["exclusive"] for raw in labels)
        if not common:
            raise BadConfig("At least one label must stand beside others.", "labels")
        least = whole(config.get("min", 1), "min", low=0, high=common)
        most = config.get("max")
        if most is not None:
            most = whole(most, "max", low=max(least, 1), high=len(labels))
        tree = taxonomy.clean_tree(config, labels)
        return {"labels": labels, "min": least, "max": most, **tree}

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        taxonomy.keep_tree(old, new)
        return retire_missing(old, new)

    def clean(self, value: Any, config: Config) -> Value:
        """Sorted by value and not as declared, so that moving a label changes no answer."""
        if not isinstance(value, list | tuple):
            raise BadAnswer("Give a list of labels.")
        picked = sorted({pick(x, config, str(i)) for i, x in enumerate(value)})
        alone = {raw["value"]: raw["title"] for raw in config["labels"] if raw["exclusive"]}
        exclusive = [x for x in picked if x in alone]
        if exclusive:
            if len(picked) > 1:
                raise BadAnswer(f"“{alone[exclusive[0]]}” stands alone; take the others away.")
        elif len(picked) < config["min"]:
            raise BadAnswer(f"Choose at least {config['min']}.")
        elif config["max"] is not None and len(picked) > config["max"]:
            raise BadAnswer(f"Choose at most {config['max']}.")
        return picked

    def distance(self, a: Value, b: Value, config: Config) -> float:
        """Jaccard: what is not shared, of all that was chosen; in a taxonomy by the nearest paths."""
        if taxonomy.is_tree(config):
            return taxonomy.set_distance(a, b)
        union = set(a) | set(b)
        return 1 - len(set(a) & set(b)) / len(union) if union else 0.0

    def summary(self, value: Value, config: Config) -> str:
        chosen = set(value)
        titles = (raw["title"] for raw in config["labels"] if raw["value"] in chosen)
        if taxonomy.is_tree(config):
            titles = (taxonomy.said_as(one, config) for one in value)
        return ", ".join(titles) or "none"

    def form(self, config: Config) -> Form | None:
        return taxonomy.form_of(config, "set")

    def condition_form(self, config: Config) -> Form | None:
        return "set"

    def aggregator_for(self, config: Config) -> str:
        return self.aggregator if self.form(config) else "medoid"

    def labels(self, config: Config) -> Sequence[Label]:
        return labels_of(config)
