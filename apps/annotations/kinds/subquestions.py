"""The questions within a record: each of a plain kind, asked of one thing after the other. Holds no kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Kind, Value
from apps.annotations.kinds.labelled import FORBIDDEN, boolean, check_settings, text

MOST = 20
UNNAMED = re.compile(r"[^A-Za-z0-9_-]+")
MOST_WHEN = 100
SETTINGS = ("name", "title", "help", "kind", "config", "required", "when", "retired")


def part_kinds() -> list[Kind]:
    return [kind for kind in kinds.values() if kind.may_be_part]


def schema() -> dict[str, Any]:
    return {
        "type": "array",
        "minItems": 1,
        "maxItems": MOST,
        "items": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "title": {"type": "string", "maxLength": 300},
                "help": {"type": "string", "maxLength": 1000},
                "kind": {"enum": [kind.name for kind in part_kinds()]},
                "config": {"type": "object"},
                "required": {"type": "boolean"},
                "when": {"type": ["array", "string"], "items": {"type": "string"}},
                "retired": {"type": "boolean"},
            },
            "required": ["kind"],
            "additionalProperties": False,
        },
    }


def clean_questions(raws: Any) -> list[dict[str, Any]]:
    """In full; BadConfig names the place."""
    if not isinstance(raws, list) or not 1 <= len(raws) <= MOST:
        raise BadConfig(f"Ask 1 to {MOST} things of each.", "questions")
    cleaned = [_clean_one(raw, f"questions.{i}") for i, raw in enumerate(raws)]
    names: set[str] = set()
    for i, one in enumerate(cleaned):
        if one["name"] in names:
            raise BadConfig(f"Two are called {one['name']!r}.", f"questions.{i}.name")
        names.add(one["name"])
    if all(one["retired"] for one in cleaned):
        raise BadConfig("At least one of them must be asked.", "questions")
    return cleaned


def _clean_one(raw: Any, path: str) -> dict[str, Any]:
    try:
        raw = check_settings(raw, SETTINGS)
    except BadConfig as bad:
        raise BadConfig(bad.message, f"{path}.{bad.path}".rstrip(".")) from None
    kind = kinds.get(raw["kind"]) if isinstance(raw.get("kind"), str) else None
    if kind is None or not kind.may_be_part:
        some = ", ".join(one.name for one in part_kinds())
        raise BadConfig(f"Choose one of: {some}.", f"{path}.kind")
    title = text(raw.get("title") or raw.get("name") or "", 300, f"{path}.title")
    name = text(raw.get("name") or UNNAMED.sub("_", title.lower()).strip("_")[:60], 60, path)
    if not title or not name:
        raise BadConfig("Write what is asked.", f"{path}.title")
    if UNNAMED.search(name) or name in FORBIDDEN:
        raise BadConfig("A name is letters, digits, _ and -.", f"{path}.name")
    try:
        config = kind.clean_config(raw.get("config", {}))
    except BadConfig as bad:
        raise BadConfig(bad.message, f"{path}.config.{bad.path}".rstrip(".")) from None
    if kind.field_of(config):
        raise BadConfig("It is about each thing, and cannot be about a field.", f"{path}.config")
    return {
        "name": name,
        "title": title,
        "help": text(raw.get("help") or "", 1000, f"{path}.help"),
        "kind": kind.name,
        "config": config,
        "required": boolean(raw.get("required", True), f"{path}.required"),
        "when": _clean_when(raw.get("when"), f"{path}.when"),
        "retired": boolean(raw.get("retired", False), f"{path}.retired"),
    }


def _clean_when(value: Any, path: str) -> list[str]:
    """The labels of the things it is asked of; none: of all. A text has them with commas between."""
    raws = value.split(",") if isinstance(value, str) else value or []
    if not isinstance(raws, list) or len(raws) > MOST_WHEN:
        raise BadConfig("Give a list of labels.", path)
    names = [text(raw, 120, f"{path}.{i}") for i, raw in enumerate(raws)]
    return list(dict.fromkeys(name for name in names if name))


def succeed(
    old: Sequence[Mapping[str, Any]], new: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The new ones, such that answers to the old ones stay valid; what is left out retires."""
    before = {one["name"]: one for one in old}
    kept = []
    for i, one in enumerate(new):
        was = before.get(one["name"])
        kept.append(one if was is None else _follow(was, one, f"questions.{i}"))
    names = {one["name"] for one in new}
    return [*kept, *({**one, "retired": True} for one in old if one["name"] not in names)]


def _follow(was: Mapping[str, Any], one: dict[str, Any], path: str) -> dict[str, Any]:
    if was["kind"] != one["kind"]:
        label = kinds[was["kind"]].label
        raise BadConfig(f"It has answers, so it stays a question of {label}.", f"{path}.kind")
    if one["when"] and (not was["when"] or set(was["when"]) - set(one["when"])):
        raise BadConfig("It was answered for others, too; that stays allowed.", f"{path}.when")
    try:
        return {**one, "config": kinds[one["kind"]].succeed(was["config"], one["config"])}
    except BadConfig as bad:
        raise BadConfig(bad.message, f"{path}.config.{bad.path}".rstrip(".")) from None


def clean_answers(raw: Any, config: Config, place: str) -> dict[str, Value]:
    """By name, the answers given about one thing, in the order of the names."""
    if not isinstance(raw, Mapping):
        raise BadAnswer(f"{place}: give an object with an answer for each question.")
    asked = {one["name"]: one for one in config["questions"]}
    found = {}
    for name in sorted(map(str, raw)):
        if name not in asked:
            raise BadAnswer(f"{place}: there is no question {name!r}.", name)
        one = asked[name]
        if raw[name] is None:
            continue
        try:
            found[name] = kinds[one["kind"]].clean(raw[name], one["config"])
        except BadAnswer as bad:
            raise BadAnswer(f"{place}, {one['title']}: {bad.message}", name) from None
    return found


def is_asked(one: Mapping[str, Any], label: Any) -> bool:
    """Whether a thing of this label is asked it; what has no label is asked all."""
    return not one["when"] or label is None or label in one["when"]


def distance(a: Mapping[str, Value], b: Mapping[str, Value], config: Config) -> float:
    """The mean over what either has answered; where only one has, they differ wholly."""
    apart = []
    for one in config["questions"]:
        x, y = a.get(one["name"]), b.get(one["name"])
        if x is None and y is None:
            continue
        is_whole = x is None or y is None
        apart.append(1.0 if is_whole else kinds[one["kind"]].distance(x, y, one["config"]))
    return sum(apart) / len(apart) if apart else 0.0


def meaning(answers: Mapping[str, Value], config: Config) -> dict[str, Value]:
    by_name = {one["name"]: one for one in config["questions"]}
    return {
        name: kinds[by_name[name]["kind"]].meaning(value, by_name[name]["config"])
        for name, value in answers.items()
    }


def said(answers: Mapping[str, Value], config: Config) -> list[tuple[str, str]]:
    """Titles and answers in words, as declared."""
    return [
        (one["title"], kinds[one["kind"]].summary(answers[one["name"]], one["config"]))
        for one in config["questions"]
        if one["name"] in answers
    ]


def examples(config: Config) -> list[dict[str, Value]]:
    """Two complete sets of answers where the questions allow two."""
    found: list[dict[str, Value]] = []
    for place in range(2):
        answers = {}
        for one in config["questions"]:
            if tried := _tried(one):
                answers[one["name"]] = tried[min(place, len(tried) - 1)]
        found.append(dict(sorted(answers.items())))
    return found


def _tried(one: Mapping[str, Any]) -> list[Value]:
    kind, config = kinds[one["kind"]], one["config"]
    values = [label.value for label in kind.labels(config) if not label.is_retired]
    found = list(kind.examples(config))
    for value in [*values, *([value] for value in values)]:
        try:
            found.append(kind.clean(value, config))
        except BadAnswer:  # of another form
            continue
    return found
