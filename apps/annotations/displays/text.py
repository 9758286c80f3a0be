"""Plain text, with its line breaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from apps.annotations.displays.base import BadValue, Display

# With its line break, so that the lines together are the text.
LINE = re.compile(r"[^\n]*\n?")


class Text(Display):
    name = "text"
    label = "Text"
    icon = "text"
    description = "Plain text with its line breaks, in any script"
    example = "Where is parcel 8841? It was due on Tuesday."
    surface = "text"
    is_words = True
    fits = frozenset({"string", "number", "boolean"})

    def value_schema(self) -> dict[str, Any]:
        return {
            "oneOf": [
                {"type": ["string", "number", "boolean"]},
                {
                    "type": "object",
                    "properties": {"text": {"type": "string"}, "lang": {"type": "string"}},
                    "required": ["text"],
                },
            ]
        }

    def check(self, value: Any, config: Mapping[str, Any]) -> None:
        if isinstance(value, Mapping):
            if not isinstance(value.get("text"), str):
                raise BadValue("Give the text as a string.", "text")
            if not isinstance(value.get("lang", ""), str):
                raise BadValue("Give the language as a tag such as de or pt-BR.", "lang")
        elif not isinstance(value, str | int | float):
            raise BadValue("Give a text.")

    def prepare(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        own = value if isinstance(value, Mapping) else {"text": str(value)}
        shown = {"text": own["text"], "lang": own.get("lang") or config.get("lang", "")}
        if config.get("lines"):
            shown["lines"] = [line for line in LINE.findall(own["text"]) if line]
        return shown

    def extent(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        return {"text": self.prepare(value, config)["text"]}

    def summary(self, value: Any, config: Mapping[str, Any]) -> str:
        return " ".join(self.prepare(value, config)["text"].split())
