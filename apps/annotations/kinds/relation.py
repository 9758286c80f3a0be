"""Two things that other questions have marked, and how the one relates to the other."""

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
    Extra,
    boolean,
    clean_labels,
    label_schema,
    labels_of,
    pick,
    retire_missing,
    text,
)
from apps.annotations.kinds.marks import Join, Joined
from apps.annotations.kinds.objects import (
    COUNT_EXTRAS,
    COUNT_SCHEMA,
    COUNTS,
    ID_SCHEMA,
    check_counts,
    clean_counts,
    f1_distance,
    give_ids,
    keep_counts,
    none_is_answer,
    objects_of,
)
from apps.core.json import canonical

ENDS = ("from", "to")
MOST_END_LABELS = 100
SHOWN_IN_WORDS = 6


def end_labels(value: Any, path: str) -> list[str]:
    """What may stand at an end; none: anything. A text has them with commas between."""
    raws = value.split(",") if isinstance(value, str) else value or []
    if not isinstance(raws, list) or len(raws) > MOST_END_LABELS:
        raise BadConfig("Give a list of labels.", path)
    names = [text(raw, 120, f"{path}.{i}") for i, raw in enumerate(raws)]
    return list(dict.fromkeys(name for name in names if name))


END_EXTRAS = {
    end: Extra({"type": ["array", "string"], "items": {"type": "string"}}, end_labels)
    for end in ENDS
}


class Relation(Kind):
    name = "relation"
    label = "Relations"
    icon = "link"
    description = "How two things relate that another question has marked, with a direction or none"
    control = "element"
    starter = {"of": ["spans"], "labels": ["belongs to", "part of"]}
    gives_objects = True
    has_overlay = True

    def config_schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "of": {"oneOf": [OF_SCHEMA, {"type": "string", "minLength": 1}]},
                "labels": label_schema(extras={**COUNT_EXTRAS, **END_EXTRAS}),
                "directed": {"type": "boolean"},
                **dict.fromkeys(COUNTS, COUNT_SCHEMA),
            },
            "required": ["of", "labels"],
            "additionalProperties": False,
        }

    def answer_schema(self, config: Config) -> dict[str, Any]:
        end = {"type": "string", "minLength": 1, "maxLength": 36}
        return {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": ID_SCHEMA,
                    "label": {"enum": [label.value for label in labels_of(config)]},
                    "from": end,
                    "to": end,
                    "ends": {"type": "array", "items": OBJECT_SCHEMA},
                },
                "required": ["label", *ENDS],
                "additionalProperties": False,
            },
        }

    def clean_config(self, config: Any) -> dict[str, Any]:
        extras = {**COUNT_EXTRAS, **END_EXTRAS}
        labels = clean_labels(config, least=1, others=["of", "directed", *COUNTS], extras=extras)
        return {
            "of": clean_of(config),
            "labels": labels,
            "directed": boolean(config.get("directed", True), "directed"),
            **clean_counts(config, labels),
        }

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        keep_of(old, new)
        keep_counts(old, new)
        if old["directed"] != new["directed"]:
            raise BadConfig(
                "It has answers, whose direction would mean something else.", "directed"
            )
        before = {label["value"]: label for label in old["labels"]}
        for i, label in enumerate(new["labels"]):
            for end in ENDS:
                allowed = before.get(label["value"], label)[end]
                if label[end] and (not allowed or set(allowed) - set(label[end])):
                    raise BadConfig(
                        "Answers may have others; they stay allowed.", f"labels.{i}.{end}"
                    )
        return retire_missing(old, new)

    def clean(self, value: Any, config: Config) -> Value:
        raws = objects_of(value, "relation", {"id", "label", "ends", *ENDS})
        relations = [_relation(raw, config, i) for i, raw in enumerate(raws)]
        give_ids(relations, "relation")
        twice: set[Hashable] = set()
        for i, one in enumerate(relations):
            key = (one["label"], one["from"], one["to"])
            if key in twice:
                raise BadAnswer(f"Relation {i + 1}: another says the same.", str(i))
            twice.add(key)
        check_counts((one["label"] for one in relations), config, "relation")
        return sorted(relations, key=lambda one: (one["from"], one["to"], one["label"]))

    def settle(self, value: Value, config: Config, seen: Seen) -> Value:
        """Each end gets what it means, so that two answers can be compared without the spans."""
        objects = marked(config, seen)
        if objects is None:
            return value
        allowed = {label["value"]: label for label in config["labels"]}
        settled = []
        for i, one in enumerate(value):
            place = f"Relation {i + 1}"
            ends = [resolve(one[end], objects, place, f"{i}.{end}") for end in ENDS]
            names = [str(end["label"]) for end in ends]
            if not fits(allowed[one["label"]], names, is_directed=config["directed"]):
                raise BadAnswer(
                    f"{place}: {one['label']!r} does not go from {names[0]!r} to {names[1]!r}.",
                    str(i),
                )
            settled.append({**one, "ends": ends})
        return settled

    def beside(self, value: Value, config: Config, answers: Mapping[str, Value]) -> Value:
        objects = marked(config, Seen(answers=answers)) or {}
        return [
            {**one, **dict(zip(ENDS, names, strict=True))}
            for i, one in enumerate(value)
            for names in [
                found_again(one["ends"], objects, f"Relation {i + 1}")
                if "ends" in one
                else [one[end] for end in ENDS]
            ]
        ]

    def meaning(self, value: Value, config: Config) -> Value:
        if not all("ends" in one for one in value):
            return value
        return sorted([list(map(_plain, _key(one, config))) for one in value])

    def examples(self, config: Config) -> Sequence[Value]:
        values = [label.value for label in labels_of(config) if not label.is_retired]
        needed = [x for x in labels_of(config) for _ in range(x.extra["min"] or 0)]
        first = [label.value for label in needed if not label.is_retired]
        first += [values[0]] * ((config["min"] or 0) - len(first))
        tried = [first, *([*first, value] for value in values[:3])]
        kept = []
        for shift, names in [(shift, names) for shift in (0, 7) for names in tried]:
            relations = [
                {"id": f"r{i}", "label": x, "from": f"a{i + shift}", "to": f"b{i}"}
                for i, x in enumerate(names)
            ]
            try:
                answer = self.clean(relations, config)
            except BadAnswer:  # more than it may have
                continue
            if answer not in kept:
                kept.append(answer)
        return kept

    def distance(self, a: Value, b: Value, config: Config) -> float:
        """1 less F1 over relations with the same label between the same things."""
        return f1_distance((_key(x, config) for x in a), (_key(x, config) for x in b))

    def summary(self, value: Value, config: Config) -> str:
        titles = {label.value: label.title for label in labels_of(config)}
        if not value:
            return "nothing to mark"
        if len(value) > SHOWN_IN_WORDS:
            counts = Counter(one["label"] for one in value)
            return ", ".join(f"{counts[x]} {titles[x]}" for x in titles if x in counts)
        return ", ".join(" ".join([_said(x, 0), titles[x["label"]], _said(x, 1)]) for x in value)

    def joined_for(self, config: Config) -> Joined:
        return Joined("relations", is_directed=config["directed"])

    def joins(self, value: Value, config: Config) -> Sequence[Join]:
        return [Join(one["label"], (one["from"], one["to"])) for one in value]

    def labels(self, config: Config) -> Sequence[Label]:
        return labels_of(config)

    def questions_of(self, config: Config) -> tuple[str, ...]:
        return tuple(config["of"])

    def may_be_none(self, config: Config) -> bool:
        return none_is_answer(config)


def fits(label: Mapping[str, Any], names: Sequence[str], *, is_directed: bool) -> bool:
    """Whether a relation may join things of these labels."""
    orders = [names] if is_directed else [names, names[::-1]]
    return any(
        all(not label[end] or name in label[end] for end, name in zip(ENDS, order, strict=True))
        for order in orders
    )


def _relation(raw: Mapping[str, Any], config: Config, i: int) -> dict[str, Any]:
    place = f"Relation {i + 1}"
    try:
        label = pick(raw.get("label"), config, f"{i}.label")
    except BadAnswer as bad:
        raise BadAnswer(f"{place}: {bad.message}", bad.path) from None
    ends = [check_end(raw.get(end), place, f"{i}.{end}") for end in ENDS]
    if ends[0] == ends[1]:
        raise BadAnswer(f"{place}: it joins {ends[0]!r} with itself.", str(i))
    objects = kept_objects(raw.get("ends"), len(ENDS))
    if not config["directed"] and ends[0] > ends[1]:
        ends, objects = ends[::-1], objects and objects[::-1]
    found = {"id": raw.get("id"), "label": label, "from": ends[0], "to": ends[1]}
    return {**found, "ends": objects} if objects else found


def _key(one: Mapping[str, Any], config: Config) -> tuple[Hashable, ...]:
    """What the ends are, or how they are called where that is not known."""
    ends = [canonical(end) for end in one["ends"]] if "ends" in one else [one["from"], one["to"]]
    return (one["label"], *(ends if config["directed"] else sorted(ends)))


def _plain(part: Any) -> str:
    return part.decode() if isinstance(part, bytes) else str(part)


def _said(one: Mapping[str, Any], end: int) -> str:
    if "ends" not in one:
        return str(one[ENDS[end]])
    what = one["ends"][end]
    parts = what.get("parts")
    return f"{what.get('label', '')} {parts[0][0]}".strip() if parts else str(what.get("label", ""))
