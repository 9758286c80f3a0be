"""A conversation, turn by turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.annotations.displays.base import BadValue, Display

TEXTS = ("role", "text", "name", "at", "lang")


class Chat(Display):
    name = "chat"
    label = "Chat"
    icon = "note"
    description = "A conversation: a list of turns, each with a role and a text"
    surface = "text"
    is_words = True
    example = [
        {"role": "customer", "name": "Ana", "text": "Where is parcel 8841?", "at": "08:52"},
        {"role": "agent", "text": "It left our store this morning.", "at": "08:54"},
    ]

    def value_schema(self) -> dict[str, Any]:
        return {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in TEXTS},
                "required": ["role", "text"],
            },
        }

    def check(self, value: Any, config: Mapping[str, Any]) -> None:
        if not isinstance(value, list) or not value:
            raise BadValue("Give a list of turns, each with a role and a text.")
        for i, turn in enumerate(value):
            if not isinstance(turn, Mapping):
                raise BadValue("A turn is an object with a role and a text.", str(i))
            for name in TEXTS:
                is_needed = name in ("role", "text")
                if not isinstance(turn.get(name, None if is_needed else ""), str):
                    raise BadValue(f"Give the {name} as a text.", f"{i}.{name}")

    def prepare(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        """Each role keeps one of the label colours; whoever speaks first stands at the start."""
        roles: dict[str, int] = {}
        turns = []
        for turn in value:
            place = roles.setdefault(turn["role"], len(roles))
            turns.append(
                {
                    "text": turn["text"],
                    "who": turn.get("name") or turn["role"],
                    "role": turn["role"] if turn.get("name") else "",
                    "at": turn.get("at", ""),
                    "lang": turn.get("lang") or config.get("lang", ""),
                    "colour": place % 8 + 1,
                    "is_first_speaker": place == 0,
                }
            )
        return {"turns": turns}

    def extent(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        """The turns' texts one under the other: where a span begins and ends is counted in that."""
        return {"text": "\n".join(turn["text"] for turn in value)}

    def parts(self, value: Any, config: Mapping[str, Any]) -> list[str]:
        return [f"{turn.get('name') or turn['role']}: {turn['text']}" for turn in value]

    def summary(self, value: Any, config: Mapping[str, Any]) -> str:
        return " / ".join(" ".join(turn["text"].split()) for turn in value)
