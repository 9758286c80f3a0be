"""Labels in an order, the best first; some may share a place, some may be left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Kind, Label, Value
from apps.annotations.kinds.labelled import (
    clean_labels,
    label_schema,
    labels_of,
    pick,
    retire_missing,
    text,
)
from apps.annotations.kinds.ordering import Groups, Ordering

MOST_OPTIONS = 100
RULES = {
    "may_tie": "Answers may have ties; that stays allowed.",
    "may_be_partial": "Answers may leave some out; that stays allowed.",
}


class Ranking(Kind):
    name = "ranking"
    label = "Ranking"
    icon = "rank"
    description = "An order, the best first, by dragging or by keys"
    control = "element"
    starter = {"labels": ["First", "Second", "Third"]}

    def config_schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "labels": label_schema(flags=["optional"]),
                "field": {"type": "string"},
                **{rule: {"type": "boolean"} for rule in RULES},
            },
            "required": ["labels"],
            "additionalProperties": False,
        }

    def answer_schema(self, config: Config) -> dict[str, Any]:
        values = [label.value for label in labels_of(config)]
        most = None if config["may_tie"] else 1
        group: dict[str, Any] = {"type": "array", "items": {"enum": values}, "minItems": 1}
        if most:
            group["maxItems"] = most
        return {"type": "array", "items": group, "minItems": 1}

    def clean_config(self, config: Any) -> dict[str, Any]:
        labels = clean_labels(config, least=2, others=["field", *RULES], flags=["optional"])
        if len(labels) > MOST_OPTIONS:
            raise BadConfig(f"Nobody can rank more than {MOST_OPTIONS}.", "labels")
        cleaned = {"labels": labels, "field": text(config.get("field", ""), 80, "field")}
        for rule in RULES:
            cleaned[rule] = config.get(rule, False)
            if not isinstance(cleaned[rule], bool):
                raise BadConfig("This must be true or false.", rule)
        return cleaned

    def surfaces_for(self, config: Config) -> frozenset[str]:
        return frozenset({"candidates"}) if config["field"] else frozenset()

    def field_of(self, config: Config) -> str:
        return str(config["field"])

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        """What is added later is not in the old answers, so it may be left out."""
        for rule, why in RULES.items():
            if old[rule] and not new[rule]:
                raise BadConfig(why, rule)
        known = {label["value"] for label in old["labels"]}
        labels = [
            label if label["value"] in known else {**label, "optional": True}
            for label in new["labels"]
        ]
        return retire_missing(old, {**new, "labels": labels})

    def clean(self, value: Any, config: Config) -> Value:
        """A plain list is an order without ties. Who shares a place is sorted by name."""
        if not isinstance(value, list | tuple) or not value:
            raise BadAnswer("Give a list of labels, the best first.")
        groups = []
        for i, raw in enumerate(value):
            members = raw if isinstance(raw, list | tuple) else [raw]
            if not members:
                raise BadAnswer("A place without a label is no place.", str(i))
            groups.append(sorted(pick(one, config, str(i)) for one in members))
        ranked = [one for group in groups for one in group]
        if len(set(ranked)) < len(ranked):
            raise BadAnswer("Each label has one place only.")
        if not config["may_tie"] and len(groups) < len(ranked):
            raise BadAnswer("No two labels may share a place.")
        needed = [x for x in labels_of(config) if not (x.is_retired or x.extra["optional"])]
        open_ones = [label.title for label in needed if label.value not in ranked]
        if open_ones and not config["may_be_partial"]:
            raise BadAnswer(f"Give a place to {', '.join(open_ones[:5])} as well.")
        return groups

    def examples(self, config: Config) -> Sequence[Value]:
        values = sorted(label.value for label in labels_of(config) if not label.is_retired)
        found = [[[x] for x in values], [[x] for x in reversed(values)]]
        if config["may_tie"]:
            found.append([values])
        if config["may_be_partial"]:
            found += [[[values[0]]], [[values[1]], [values[0]]]] if len(values) > 2 else []
        return found

    def distance(self, a: Value, b: Value, config: Config) -> float:
        """Kendall's distance with ties at one half (Fagin, Kumar, Mahdian, Sivakumar & Vee 2006).

        What is left out stands tied below all others; half a pair more for each label that only
        one of the two has ranked, so that leaving out is not the same as putting last.
        """
        places = [{one: i for i, group in enumerate(x) for one in group} for x in (a, b)]
        active = {raw["value"] for raw in config["labels"] if not raw["retired"]}
        every = sorted(active | places[0].keys() | places[1].keys())
        apart = sum(_pair(x, y, *places) for x, y in combinations(every, 2))
        apart += 0.5 * len(places[0].keys() ^ places[1].keys())
        most = len(every) * (len(every) - 1) / 2
        if _may_be_open(config):
            most += 0.5 * len(every)
        return min(1.0, apart / most)

    def summary(self, value: Value, config: Config) -> str:
        titles = {label.value: label.title for label in labels_of(config)}
        return " > ".join(" = ".join(titles.get(x, x) for x in group) for group in value)

    def labels(self, config: Config) -> Sequence[Label]:
        return labels_of(config)

    def ordering(self, config: Config) -> Ordering:
        return Ranked(may_tie=config["may_tie"])


@dataclass(frozen=True)
class Ranked:
    """An answer is its order."""

    may_tie: bool

    def groups(self, value: Value) -> Groups:
        groups: Groups = value
        return groups

    def whole(self, groups: Groups) -> Value:
        return [sorted(group) for group in groups]


def _pair(x: str, y: str, a: Mapping[str, int], b: Mapping[str, int]) -> float:
    """1 when the two are in opposite order, 1/2 when they are tied in one only."""
    first, second = _order(x, y, a), _order(x, y, b)
    if first == second:
        return 0.0
    return 1.0 if first and second else 0.5


def _order(x: str, y: str, places: Mapping[str, int]) -> int:
    last = len(places)
    a, b = places.get(x, last), places.get(y, last)
    return (a > b) - (a < b)


def _may_be_open(config: Config) -> bool:
    return config["may_be_partial"] or any(x["retired"] or x["optional"] for x in config["labels"])
