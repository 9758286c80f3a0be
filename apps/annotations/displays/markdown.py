"""Markdown, made safe by the one renderer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.annotations.displays.base import BadValue, Display


class Markdown(Display):
    name = "markdown"
    label = "Markdown"
    icon = "book"
    description = "Headings, lists, tables and emphasis; no HTML and no images"
    example = "# Parcel 8841\n\nIt was due on **Tuesday**:\n\n- ordered on Friday\n- paid on Friday"
    fits = frozenset({"string"})
    is_words = True

    def value_schema(self) -> dict[str, Any]:
        return {"type": "string"}

    def check(self, value: Any, config: Mapping[str, Any]) -> None:
        if not isinstance(value, str):
            raise BadValue("Give the Markdown as a text.")

    def prepare(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        return {"source": value, "lang": config.get("lang", "")}

    def summary(self, value: Any, config: Mapping[str, Any]) -> str:
        return " ".join(value.split())
