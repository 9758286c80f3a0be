"""Shared by the kinds whose answers are lists of objects, each with an id. Holds no kind itself."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Any

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config
from apps.annotations.kinds.labelled import Extra, whole

MOST_OBJECTS = 5_000
ID = re.compile(r"[A-Za-z0-9_-]{1,36}")
ID_SCHEMA = {"type": "string", "pattern": f"^{ID.pattern}$"}
COUNTS = ("min", "max")


def count_of(value: Any, path: str) -> int | None:
    """How many there may be; None: that is not asked."""
    return None if value is None else whole(value, path, low=0, high=MOST_OBJECTS)


COUNT_SCHEMA: Mapping[str, Any] = {"type": ["integer", "null"], "minimum": 0}
# How many objects may have a label.
COUNT_EXTRAS = {name: Extra(COUNT_SCHEMA, count_of) for name in COUNTS}


def clean_counts(config: Mapping[str, Any], labels: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The counts overall; those of the labels are clean already, and are held together here."""
    counts = {name: count_of(config.get(name), name) for name in COUNTS}
    for path, one in [("", counts), *((f"labels.{i}.", x) for i, x in enumerate(labels))]:
        if one["max"] is not None and one["max"] < (one["min"] or 0):
            raise BadConfig("The most are fewer than the fewest.", f"{path}max")
    return counts


def keep_counts(old: Config, new: Config) -> None:
    """BadConfig where answers that were allowed would not be any more."""
    before = {label["value"]: label for label in old["labels"]}
    pairs = [("", old, new)]
    for i, label in enumerate(new["labels"]):
        # A label that is new is in no answer yet, so none of it can be asked for.
        pairs.append((f"labels.{i}.", before.get(label["value"], {"min": 0, "max": None}), label))
    for path, was, now in pairs:
        if (now["min"] or 0) > (was["min"] or 0):
            raise BadConfig("Answers may have fewer; that stays allowed.", f"{path}min")
        if now["max"] is not None and (was["max"] is None or was["max"] > now["max"]):
            raise BadConfig("Answers may have more; that stays allowed.", f"{path}max")


def objects_of(value: Any, noun: str, known: Collection[str]) -> list[Mapping[str, Any]]:
    """The raw objects of an answer, none with a name that nobody knows."""
    if not isinstance(value, list | tuple):
        raise BadAnswer(f"Give a list of {noun}s; an empty one where there is nothing to mark.")
    if len(value) > MOST_OBJECTS:
        raise BadAnswer(f"An answer can have at most {MOST_OBJECTS} {noun}s.")
    for i, raw in enumerate(value):
        if not isinstance(raw, Mapping):
            raise BadAnswer(f"{noun.capitalize()} {i + 1}: give an object with a label.", str(i))
        if unknown := sorted(str(name) for name in raw.keys() - known):
            raise BadAnswer(f"{noun.capitalize()} {i + 1}: it has no {unknown[0]!r}.", str(i))
    return list(value)


def give_ids(objects: list[dict[str, Any]], noun: str) -> None:
    """Each its own. One without gets one made of what it says, so the same file gives the same."""
    given: set[str] = set()
    for i, one in enumerate(objects):
        name = one["id"]
        if name is None:
            continue
        place = f"{noun.capitalize()} {i + 1}"
        if not isinstance(name, str) or not ID.fullmatch(name):
            raise BadAnswer(f"{place}: an id has 1 to 36 letters, digits, _ or -.", f"{i}.id")
        if name in given:
            raise BadAnswer(f"{place}: another has the id {name!r}.", f"{i}.id")
        given.add(name)
    for one in objects:
        if one["id"] is None:
            made = _made_id(one, given)
            one["id"] = made
            given.add(made)


def _made_id(one: Mapping[str, Any], given: Collection[str]) -> str:
    text = json.dumps(one, sort_keys=True)
    made = hashlib.sha256(text.encode()).hexdigest()[:12]
    return made if made not in given else _made_id({**one, "again": made}, given)


def without_ids(value: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Who named an object plays no part in what is said of it."""
    return [{name: each for name, each in one.items() if name != "id"} for one in value]


def check_counts(labels: Iterable[str], config: Config, noun: str) -> None:
    """As many as the config asks for, of each label and together."""
    found = Counter(labels)
    asked = [(sum(found.values()), config, f"{noun}s")]
    asked += [
        (found[label["value"]], label, f"{noun}s called {label['title']!r}")
        for label in config["labels"]
    ]
    for count, rule, words in asked:
        least = 0 if rule.get("retired") else rule["min"] or 0
        if count < least:
            raise BadAnswer(f"Mark at least {least} {words}; there are {count}.")
        if rule["max"] is not None and count > rule["max"]:
            raise BadAnswer(f"Mark at most {rule['max']} {words}; there are {count}.")


def none_is_answer(config: Config) -> bool:
    """Whether "there is nothing here" is an answer."""
    active = [label for label in config["labels"] if not label["retired"]]
    return not any(rule["min"] for rule in [config, *active])


def f1_distance(a: Iterable[Hashable], b: Iterable[Hashable]) -> float:
    """1 less F1 over what both have exactly; two empty ones are equal."""
    x, y = Counter(a), Counter(b)
    total = sum(x.values()) + sum(y.values())
    return 1 - 2 * sum((x & y).values()) / total if total else 0.0
