"""Several pictures, one of them large."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.annotations.displays.base import BadValue, Display
from apps.annotations.displays.image import LONGEST, check_file, shown_file

MOST_IMAGES = 200


class Images(Display):
    name = "images"
    label = "Images"
    icon = "box"
    description = "Several pictures of the same, one of them large, to walk through by key; shapes can be drawn on each"
    surface = "images"
    example = ["parcels/8841-front.jpg", "parcels/8841-back.jpg"]

    def value_schema(self) -> dict[str, Any]:
        one = {"type": "string", "minLength": 1, "maxLength": LONGEST}
        return {"type": "array", "minItems": 1, "maxItems": MOST_IMAGES, "items": one}

    def check(self, value: Any, config: Mapping[str, Any]) -> None:
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_IMAGES:
            raise BadValue(f"Give a list of 1 to {MOST_IMAGES} names of pictures.")
        for i, one in enumerate(value):
            check_file(one, str(i))

    def files(self, value: Any) -> list[str]:
        return list(value)

    def prepare(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        return {"images": [shown_file(one, config) for one in value], "count": len(value)}

    def extent(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        """The size of each, where that is known."""
        found = [shown_file(one, config) for one in value]
        sizes = [(one["width"], one["height"]) if one["width"] else None for one in found]
        return {"pictures": sizes}

    def parts(self, value: Any, config: Mapping[str, Any]) -> list[str]:
        return list(value)

    def summary(self, value: Any, config: Mapping[str, Any]) -> str:
        return ", ".join(" ".join(one.split()) for one in value)
