"""Shared by the kinds that join what other questions have marked. Holds no kind itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Seen
from apps.annotations.kinds.labelled import text
from apps.core.json import canonical

MOST_SOURCES = 5
OF_SCHEMA: Mapping[str, Any] = {
    "type": "array",
    "minItems": 1,
    "maxItems": MOST_SOURCES,
    "items": {"type": "string", "minLength": 1},
}
# Where an answer has the ids of what it joins.
NAMES = frozenset({"id", "from", "to", "members", "of"})
OBJECT_SCHEMA: Mapping[str, Any] = {"type": "object", "required": ["question"]}


def clean_of(config: Mapping[str, Any]) -> list[str]:
    """The questions whose objects are joined; a text has them with commas between."""
    given = config.get("of")
    raws = given.split(",") if isinstance(given, str) else given
    if not isinstance(raws, list) or not 1 <= len(raws) <= MOST_SOURCES:
        raise BadConfig("Name the question whose objects are joined.", "of")
    names = [text(raw, 80, f"of.{i}") for i, raw in enumerate(raws)]
    if not all(names) or len(set(names)) < len(names):
        raise BadConfig("Name each question once.", "of")
    return names


def keep_of(old: Config, new: Config) -> None:
    if missing := [name for name in old["of"] if name not in new["of"]]:
        raise BadConfig(f"It has answers that join what {missing[0]!r} marks.", "of")


def check_end(raw: Any, place: str, path: str) -> str:
    if not isinstance(raw, str) or not 1 <= len(raw) <= 36:
        raise BadAnswer(f"{place}: name what it joins by its id.", path)
    return raw


def kept_objects(raw: Any, count: int) -> list[Any] | None:
    """What the ends were when the answer was settled, as it stands in our own output."""
    is_ours = isinstance(raw, list | tuple) and len(raw) == count
    if not is_ours or not all(isinstance(x, Mapping) and "question" in x for x in raw):
        return None
    return [dict(each) for each in raw]


def marked(config: Config, seen: Seen) -> dict[str, dict[str, Any]] | None:
    """By id, what the questions have marked, each with its question; None: that is not at hand."""
    if not seen.answers:
        return None
    found: dict[str, dict[str, Any]] = {}
    for name in config["of"]:
        for one in seen.answers.get(name, ()):
            if one["id"] in found:
                raise BadAnswer(f"Two objects have the id {one['id']!r}; give each its own.")
            found[one["id"]] = {"question": name, **{k: v for k, v in one.items() if k != "id"}}
    return found


def resolve(name: str, objects: Mapping[str, Any], place: str, path: str) -> dict[str, Any]:
    if name not in objects:
        raise BadAnswer(f"{place}: nothing with the id {name!r} is marked.", path)
    found: dict[str, Any] = objects[name]
    return found


def found_again(
    ends: Sequence[Mapping[str, Any]], objects: Mapping[str, Mapping[str, Any]], place: str
) -> list[str]:
    """How the same things are called where somebody else has marked them."""
    names = {_content(one): name for name, one in reversed(list(objects.items()))}
    for end in ends:
        if _content(end) not in names:
            what = str(end.get("label") or "what it is about")
            raise BadAnswer(
                f"{place}: {what!r} is not marked so in the answer chosen for {end['question']!r}."
                " Take both from the same person, or write your own."
            )
    return [names[_content(end)] for end in ends]


def _content(end: Mapping[str, Any]) -> bytes:
    """What a thing is, without the names of what it joins."""
    own = {key: value for key, value in end.items() if key not in NAMES}
    if "ends" in own:
        own["ends"] = [_content(one).decode() for one in end["ends"]]
    return canonical(own)
