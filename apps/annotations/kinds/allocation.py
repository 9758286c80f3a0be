"""Points given to labels, together always the same: how much of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Kind, Label, Value
from apps.annotations.kinds.labelled import (
    clean_labels,
    label_schema,
    labels_of,
    pick,
    retire_missing,
    whole,
)
from apps.annotations.kinds.numeric import as_number

MOST = 1_000_000


class Allocation(Kind):
    name = "allocation"
    label = "Points to share out"
    icon = "pie"
    description = "A fixed number of points, shared out among labels"
    control = "element"
    starter = {"labels": ["First", "Second", "Third"], "total": 100}

    def config_schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "labels": label_schema(),
                "total": {"type": "integer", "minimum": 1, "maximum": MOST},
                "step": {"type": "integer", "minimum": 1, "maximum": MOST},
            },
            "required": ["labels"],
            "additionalProperties": False,
        }

    def answer_schema(self, config: Config) -> dict[str, Any]:
        points = {"type": "integer", "minimum": 1, "maximum": config["total"]}
        return {
            "type": "object",
            "properties": {label.value: points for label in labels_of(config)},
            "additionalProperties": False,
        }

    def clean_config(self, config: Any) -> dict[str, Any]:
        labels = clean_labels(config, least=2, others=["total", "step"])
        total = whole(config.get("total", 100), "total", low=1, high=MOST)
        step = whole(config.get("step", 1), "step", low=1, high=total)
        if total % step:
            raise BadConfig("The points must be a whole number of steps.", "step")
        return {"labels": labels, "total": total, "step": step}

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        if new["total"] != old["total"]:
            raise BadConfig(f"It has answers that share out {old['total']} points.", "total")
        if old["step"] % new["step"]:
            raise BadConfig("Answers were given in smaller steps.", "step")
        return retire_missing(old, new)

    def clean(self, value: Any, config: Config) -> Value:
        """Only labels with points, by name: a label added later changes no answer."""
        if not isinstance(value, Mapping):
            raise BadAnswer("Give an object with the points of each label.")
        given = {}
        for name, raw in value.items():
            label = pick(name, config, str(name))
            points = as_number(raw)
            if not isinstance(points, int) or points < 0 or points % config["step"]:
                raise BadAnswer(f"Give {label} points in steps of {config['step']}.", label)
            if points:
                given[label] = points
        total, found = config["total"], sum(given.values())
        if found != total:
            raise BadAnswer(f"Share out {total} points; these are {found}.")
        return dict(sorted(given.items()))

    def examples(self, config: Config) -> Sequence[Value]:
        values = sorted(label.value for label in labels_of(config) if not label.is_retired)
        total, step = config["total"], config["step"]
        found: list[dict[str, int]] = [{value: total} for value in values[:2]]
        if total > step:
            found.append({values[0]: step, values[1]: total - step})
        return found

    def distance(self, a: Value, b: Value, config: Config) -> float:
        """Total variation: the part of the points that would have to be moved."""
        moved = sum(abs(a.get(label, 0) - b.get(label, 0)) for label in {**a, **b})
        return float(moved / (2 * config["total"]))

    def summary(self, value: Value, config: Config) -> str:
        titles = {label.value: label.title for label in labels_of(config)}
        most_first = sorted(value.items(), key=lambda pair: -pair[1])
        return ", ".join(f"{titles.get(name, name)} {points}" for name, points in most_first)

    def labels(self, config: Config) -> Sequence[Label]:
        return labels_of(config)
