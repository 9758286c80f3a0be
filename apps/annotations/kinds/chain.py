"""Things that other questions have marked and that are one and the same: mentions of one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Kind, Label, Seen, Value
from apps.annotations.kinds.joining import (
    OBJECT_SCHEMA,
    OF_SCHEMA,
    check_end,
    clean_of,
    found_again,
    keep_of,
    kept_objects,
    marked,
    resolve,
)
from apps.annotations.kinds.labelled import (
    boolean,
    clean_labels,
    label_schema,
    labels_of,
    pick,
    retire_missing,
)
from apps.annotations.kinds.marks import Join, Joined
from apps.annotations.kinds.objects import (
    COUNT_EXTRAS,
    COUNT_SCHEMA,
    COUNTS,
    ID_SCHEMA,
    check_counts,
    clean_counts,
    give_ids,
    keep_counts,
    none_is_answer,
    objects_of,
)
from apps.core.json import canonical

MOST_MEMBERS = 1_000
SHOWN_IN_WORDS = 6
Mention = tuple[str, Hashable]


class Chain(Kind):
    name = "chain"
    label = "Chains"
    icon = "list"
    description = "What is marked and means one and the same, such as all mentions of a person"
    control = "element"
    starter = {"of": ["spans"], "labels": []}
    gives_objects = True
    has_overlay = True

    def config_schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "of": {"oneOf": [OF_SCHEMA, {"type": "string", "minLength": 1}]},
                "labels": label_schema(extras=COUNT_EXTRAS),
                "may_share": {"type": "boolean"},
                **dict.fromkeys(COUNTS, COUNT_SCHEMA),
            },
            "required": ["of"],
            "additionalProperties": False,
        }

    def answer_schema(self, config: Config) -> dict[str, Any]:
        member = {"type": "string", "minLength": 1, "maxLength": 36}
        properties: dict[str, Any] = {
            "id": ID_SCHEMA,
            "members": {"type": "array", "items": member, "minItems": 1},
            "ends": {"type": "array", "items": OBJECT_SCHEMA},
        }
        if config["labels"]:
            properties["label"] = {"enum": [label.value for label in labels_of(config)]}
        return {
            "type": "array",
            "items": {
                "type": "object",
                "properties": properties,
                "required": ["members"],
                "additionalProperties": False,
            },
        }

    def clean_config(self, config: Any) -> dict[str, Any]:
        with_labels = {"labels": [], **config} if isinstance(config, Mapping) else config
        others = ["of", "may_share", *COUNTS]
        labels = clean_labels(with_labels, least=0, others=others, extras=COUNT_EXTRAS)
        return {
            "of": clean_of(config),
            "labels": labels,
            "may_share": boolean(config.get("may_share", False), "may_share"),
            **clean_counts(config, labels),
        }

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        keep_of(old, new)
        keep_counts(old, new)
        if old["may_share"] and not new["may_share"]:
            raise BadConfig("Answers may have one in two chains; that stays allowed.", "may_share")
        return retire_missing(old, new)

    def clean(self, value: Any, config: Config) -> Value:
        raws = objects_of(value, "chain", {"id", "label", "members", "ends"})
        chains = [_chain(raw, config, i) for i, raw in enumerate(raws)]
        give_ids(chains, "chain")
        _check_shared(chains, may_share=config["may_share"])
        check_counts((one.get("label", "") for one in chains), config, "chain")
        return sorted(chains, key=lambda one: (one["members"], one.get("label", ""), one["id"]))

    def settle(self, value: Value, config: Config, seen: Seen) -> Value:
        """Members get what they mean, so that two answers can be compared without the spans."""
        objects = marked(config, seen)
        if objects is None:
            return value
        settled = []
        for i, one in enumerate(value):
            ends = [
                resolve(name, objects, f"Chain {i + 1}", f"{i}.members.{j}")
                for j, name in enumerate(one["members"])
            ]
            settled.append({**one, "ends": ends})
        return settled

    def beside(self, value: Value, config: Config, answers: Mapping[str, Value]) -> Value:
        objects = marked(config, Seen(answers=answers)) or {}
        return [
            {**one, "members": found_again(one["ends"], objects, f"Chain {i + 1}")}
            if "ends" in one
            else one
            for i, one in enumerate(value)
        ]

    def meaning(self, value: Value, config: Config) -> Value:
        if not all("ends" in one for one in value):
            return value
        found = [[one.get("label", ""), *sorted(map(repr, _mentions(one)))] for one in value]
        return sorted(found)

    def examples(self, config: Config) -> Sequence[Value]:
        values = [label.value for label in labels_of(config) if not label.is_retired]
        least = [
            x.value
            for x in labels_of(config)
            if not x.is_retired
            for _ in range(x.extra["min"] or 0)
        ]
        fewest = max(config["min"] or 0, len(least))
        kept: list[Value] = []
        for size, count in [(2, fewest), (2, fewest + 1), (3, fewest + 1)]:
            names = (least + [values[0]] * count)[:count] if values else [""] * count
            chains = [
                {
                    "id": f"c{i}",
                    **({"label": x} if x else {}),
                    "members": [f"m{size * i + j}" for j in range(size)],
                }
                for i, x in enumerate(names)
            ]
            try:
                answer = self.clean(chains, config)
            except BadAnswer:  # more than it may have
                continue
            if answer not in kept:
                kept.append(answer)
        return kept

    def distance(self, a: Value, b: Value, config: Config) -> float:
        """1 less the F1 of B³ (Bagga & Baldwin 1998), mention by mention.

        What only one of the two has chained counts as nothing right, so that finding the mentions
        is judged as well. Chains with other labels have no mention in common.
        """
        x, y = _clusters(a), _clusters(b)
        if not x and not y:
            return 0.0
        precision, recall = _b_cubed(x, y), _b_cubed(y, x)
        return 1 - 2 * precision * recall / (precision + recall) if precision + recall else 1.0

    def summary(self, value: Value, config: Config) -> str:
        titles = {label.value: label.title for label in labels_of(config)}
        if not value:
            return "nothing to mark"
        if len(value) > SHOWN_IN_WORDS:
            return f"{len(value)} chains of {sum(len(one['members']) for one in value)}"
        said = ((titles.get(one.get("label", ""), "chain"), len(one["members"])) for one in value)
        return ", ".join(f"{title} of {size}" for title, size in said)

    def joined_for(self, config: Config) -> Joined:
        return Joined("chains")

    def joins(self, value: Value, config: Config) -> Sequence[Join]:
        return [Join(one.get("label", ""), tuple(one["members"])) for one in value]

    def labels(self, config: Config) -> Sequence[Label]:
        return labels_of(config)

    def questions_of(self, config: Config) -> tuple[str, ...]:
        return tuple(config["of"])

    def may_be_none(self, config: Config) -> bool:
        return none_is_answer(config)


def _chain(raw: Mapping[str, Any], config: Config, i: int) -> dict[str, Any]:
    place = f"Chain {i + 1}"
    found: dict[str, Any] = {"id": raw.get("id")}
    if raw.get("label") is not None and not config["labels"]:
        raise BadAnswer(f"{place}: chains have no label here.", f"{i}.label")
    if raw.get("label") is not None:
        try:
            found["label"] = pick(raw["label"], config, f"{i}.label")
        except BadAnswer as bad:
            raise BadAnswer(f"{place}: {bad.message}", bad.path) from None
    given = raw.get("members")
    if not isinstance(given, list | tuple) or not 1 <= len(given) <= MOST_MEMBERS:
        raise BadAnswer(f"{place}: give its members, by their ids.", f"{i}.members")
    members = [check_end(one, place, f"{i}.members.{j}") for j, one in enumerate(given)]
    if len(set(members)) < len(members):
        raise BadAnswer(f"{place}: a member stands in it twice.", f"{i}.members")
    objects = kept_objects(raw.get("ends"), len(members))
    order = sorted(range(len(members)), key=lambda j: members[j])
    found["members"] = [members[j] for j in order]
    if objects:
        found["ends"] = [objects[j] for j in order]
    return found


def _check_shared(chains: Sequence[Mapping[str, Any]], *, may_share: bool) -> None:
    seen: dict[Any, int] = {}
    for i, one in enumerate(chains):
        keys = [(one.get("label"), *one["members"])] if may_share else one["members"]
        for key in keys:
            before = seen.setdefault(key, i)
            if before != i:
                what = "the same as" if may_share else f"{key!r} is already in"
                raise BadAnswer(f"Chain {i + 1}: {what} chain {before + 1}.", str(i))


def _mentions(one: Mapping[str, Any]) -> list[Mention]:
    names = map(canonical, one["ends"]) if "ends" in one else one["members"]
    return [(one.get("label", ""), name) for name in names]


def _clusters(value: Value) -> list[Counter[Mention]]:
    return [Counter(_mentions(one)) for one in value]


def _b_cubed(a: Sequence[Counter[Mention]], b: Sequence[Counter[Mention]]) -> float:
    """The mean over the mentions of `a` of what part of their chain is with them in `b`."""
    total = sum(sum(one.values()) for one in a)
    if not total:
        return 0.0
    right = 0.0
    for one in a:
        size = sum(one.values())
        for mention, times in one.items():
            shared = [sum((one & other).values()) for other in b if mention in other]
            right += times * max(shared, default=0) / size
    return right / total
