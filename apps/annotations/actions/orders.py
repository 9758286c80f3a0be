"""In which order an annotator sees what is compared: drawn for each task and annotator, and kept.

The draw follows from the ids alone, so a page that is loaded again shows the same order. What was
shown is written with the annotation, so that a preference for a place can be measured.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from apps.annotations.displays import displays
from apps.annotations.displays.base import BadValue

Orders = dict[str, list[int]]
"""By field, the places in the data in the order in which they are shown."""


def orders_of(
    fields: Iterable[Mapping[str, Any]], data: Mapping[str, Any], *, task_id: int, annotator_id: int
) -> Orders:
    found = {}
    for field in fields:
        display, value = displays[field["display"]], data.get(field["name"])
        try:
            display.check(value, field.get("config", {}))
        except BadValue:
            continue
        if count := display.places(value):
            drawn = f"{task_id}:{annotator_id}:{field['name']}"
            found[field["name"]] = _order(drawn, count)
    return found


def has_orders(fields: Iterable[Mapping[str, Any]]) -> bool:
    """Whether any field can be shuffled at all, so that the task must be read."""
    return any(displays[field["display"]].is_shuffled for field in fields)


def _order(drawn: str, count: int) -> list[int]:
    def lot(place: int) -> bytes:
        return hashlib.sha256(f"{drawn}:{place}".encode()).digest()

    return sorted(range(count), key=lot)
