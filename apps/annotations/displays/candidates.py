"""Two or more answers to the same, side by side, to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.annotations.displays.base import BadValue, Display

LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Candidates(Display):
    name = "candidates"
    label = "Candidates"
    icon = "pair"
    description = "Two or more texts to be compared, in another order for each annotator"
    surface = "candidates"
    example = ["Parcel 8841 left our store this morning.", "Your parcel is on its way."]

    def value_schema(self) -> dict[str, Any]:
        text = {"type": "string"}
        one = {"type": "object", "properties": {"text": text}, "required": ["text"]}
        return {
            "type": "array",
            "minItems": 2,
            "maxItems": len(LETTERS),
            "items": {"oneOf": [text, one]},
        }

    def check(self, value: Any, config: Mapping[str, Any]) -> None:
        if not isinstance(value, list) or not 2 <= len(value) <= len(LETTERS):
            raise BadValue(f"Give a list of 2 to {len(LETTERS)} texts.")
        for i, one in enumerate(value):
            if not isinstance(one.get("text") if isinstance(one, Mapping) else one, str):
                raise BadValue("Give a text, or an object with a text.", str(i))

    def prepare(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        """`order` of the config says which is shown first; letters go by the place on the page."""
        order = config.get("order") or range(len(value))
        return {
            "lang": config.get("lang", ""),
            "candidates": [
                {
                    "letter": LETTERS[place].upper(),
                    "id": LETTERS[i],
                    "place": i,
                    "text": _text(value[i]),
                }
                for place, i in enumerate(order)
            ],
        }

    def places(self, value: Any) -> int:
        return len(value)

    def extent(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        return {"candidates": list(LETTERS[: len(value)])}

    def parts(self, value: Any, config: Mapping[str, Any]) -> list[str]:
        return [_text(one) for one in value]

    def summary(self, value: Any, config: Mapping[str, Any]) -> str:
        return " / ".join(" ".join(_text(one).split()) for one in value)


def _text(one: Any) -> str:
    return str(one["text"] if isinstance(one, Mapping) else one)
