"""A record of any shape, as names and values to fold open."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from apps.annotations.displays.base import BadValue, Display

DEEPEST = 40
MOST_NODES = 2_000
# Deeper branches begin folded.
OPEN_TO = 2


class Json(Display):
    name = "json"
    label = "Record"
    icon = "list"
    description = "A JSON record: names and values, to fold open and shut"
    example = {"order": 8841, "customer": {"name": "Ana", "since": 2019}, "items": ["coat", "hat"]}
    fits = frozenset({"string", "number", "boolean"})

    def value_schema(self) -> dict[str, Any]:
        return {}

    def check(self, value: Any, config: Mapping[str, Any]) -> None:
        if _depth(value) > DEEPEST:
            raise BadValue(f"The record is nested more than {DEEPEST} deep.")

    def prepare(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        room = [MOST_NODES]
        node = _node("", value, depth=0, room=room)
        return {"node": node, "is_cut": room[0] <= 0, "most": MOST_NODES}

    def summary(self, value: Any, config: Mapping[str, Any]) -> str:
        if isinstance(value, Mapping):
            return ", ".join(f"{name}: {_short(item)}" for name, item in value.items())
        return _short(value)


def _node(name: str, value: Any, *, depth: int, room: list[int]) -> dict[str, Any]:
    """A node for the template; stops when the room is used up, so a huge record stays a page."""
    room[0] -= 1
    node: dict[str, Any] = {"name": name, "depth": depth, "is_open": depth < OPEN_TO}
    if not isinstance(value, Mapping | list):
        return {**node, "value": _plain(value), "is_text": isinstance(value, str)}
    children = []
    for key, item in _items(value):
        if room[0] <= 0:
            break
        children.append(_node(key, item, depth=depth + 1, room=room))
    return {**node, "children": children, "size": len(value), "is_list": isinstance(value, list)}


def _items(value: Mapping[str, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()
    else:
        yield from ((str(i), item) for i, item in enumerate(value))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _short(value: Any) -> str:
    if isinstance(value, Mapping | list):
        return f"{len(value)} entries" if len(value) != 1 else "1 entry"
    return " ".join(_plain(value).split())


def _depth(value: Any) -> int:
    """By layers and not by recursion: what is too deep must not break the check itself."""
    layer, depth = [value], 0
    while layer and depth <= DEEPEST:
        layer = [
            item
            for branch in layer
            if isinstance(branch, Mapping | list)
            for _, item in _items(branch)
        ]
        depth += bool(layer)
    return depth
