"""Numbers that models read and people need not: of an embedding made elsewhere only its size is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.annotations.displays.base import BadValue, Display

# Fewer are columns of a table; of more no model here makes anything.
LEAST, MOST = 4, 4_096


class Vector(Display):
    name = "vector"
    label = "Numbers for models"
    icon = "hash"
    description = (
        "An embedding or other numbers that models learn from; people see how many there are"
    )
    example = [0.12, -0.07, 0.31, 0.05, -0.22, 0.18, 0.02, -0.4]

    def value_schema(self) -> dict[str, Any]:
        return {
            "type": "array",
            "items": {"type": "number"},
            "minItems": LEAST,
            "maxItems": MOST,
        }

    def check(self, value: Any, config: Mapping[str, Any]) -> None:
        if not isinstance(value, list) or not LEAST <= len(value) <= MOST:
            raise BadValue(f"Give a list of {LEAST} to {MOST:,} numbers.")
        for i, number in enumerate(value):
            if isinstance(number, bool) or not isinstance(number, int | float):
                raise BadValue("Give a number.", str(i))

    def prepare(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        return {"size": len(value)}

    def summary(self, value: Any, config: Mapping[str, Any]) -> str:
        return f"{len(value):,} numbers"
