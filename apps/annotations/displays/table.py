"""Rows with columns, or one record as names and values; numbers and dates as people read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from apps.annotations.displays.base import BadValue, Display, in_order

MOST_ROWS, MOST_COLUMNS = 500, 50
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")


class Table(Display):
    name = "table"
    label = "Table"
    icon = "table"
    description = "Rows with columns, or a record as names and values; numbers and dates formatted"
    example = [
        {"order": "8841", "at": "2026-03-02T08:52:00", "amount": 12499.5, "country": "EE"},
        {"order": "8842", "at": "2026-03-02T08:53:00", "amount": -20, "country": "BR"},
    ]

    def value_schema(self) -> dict[str, Any]:
        row = {"type": "object", "minProperties": 1}
        return {"oneOf": [row, {"type": "array", "minItems": 1, "items": row}]}

    def check(self, value: Any, config: Mapping[str, Any]) -> None:
        rows = value if isinstance(value, list) else [value]
        if not rows:
            raise BadValue("Give a list of rows, each an object, or one object.")
        for i, row in enumerate(rows):
            if not isinstance(row, Mapping) or not row:
                place = str(i) if isinstance(value, list) else ""
                raise BadValue("A row is an object with a value for each column.", place)

    def prepare(self, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
        if isinstance(value, Mapping):
            pairs = [(name, _cell(value[name])) for name in _names([value], config)]
            return {"pairs": pairs[:MOST_ROWS], "cut": max(0, len(pairs) - MOST_ROWS)}
        names = _names(value, config)
        shown = names[:MOST_COLUMNS]
        rows = [[_cell(row.get(name)) for name in shown] for row in value[:MOST_ROWS]]
        numeric = [
            all(row[i]["kind"] in ("number", "none") for row in rows) for i in range(len(shown))
        ]
        return {
            "heads": list(zip(shown, numeric, strict=True)),
            "rows": rows,
            "cut": max(0, len(value) - MOST_ROWS),
            "columns_cut": len(names) - len(shown),
        }

    def parts(self, value: Any, config: Mapping[str, Any]) -> list[str]:
        """The rows; a single record is one."""
        rows = value if isinstance(value, list) else [value]
        return [", ".join(_cell(one)["text"] for one in row.values()) for row in rows[:MOST_ROWS]]

    def summary(self, value: Any, config: Mapping[str, Any]) -> str:
        first = value[0] if isinstance(value, list) else value
        line = ", ".join(
            f"{name}: {_cell(first[name])['text']}" for name in _names([first], config)
        )
        rest = len(value) - 1 if isinstance(value, list) else 0
        return " ".join(f"{line} and {rest} more".split()) if rest else " ".join(line.split())


def _names(rows: list[Any], config: Mapping[str, Any]) -> list[str]:
    return in_order((name for row in rows for name in row), config)


def _cell(value: Any) -> dict[str, str]:
    """The text to be read, and the value as it came where that is another."""
    if value is None or value == "":
        return {"kind": "none", "text": "\N{EN DASH}", "raw": ""}
    if isinstance(value, bool):
        return {"kind": "text", "text": "yes" if value else "no", "raw": ""}
    if isinstance(value, int | float):
        text = f"{value:,}".replace("-", "\N{MINUS SIGN}")
        return {"kind": "number", "text": text, "raw": str(value)}
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return {"kind": "text", "text": ", ".join(_cell(one)["text"] for one in value), "raw": ""}
    pairs = (f"{name}: {_cell(one)['text']}" for name, one in value.items())
    return {"kind": "text", "text": "; ".join(pairs), "raw": ""}


def _text(value: str) -> dict[str, str]:
    """ISO dates and times as words; whatever only looks like one stays as it is."""
    try:
        if DATE.fullmatch(value):
            return {"kind": "date", "text": _day(date.fromisoformat(value)), "raw": value}
        if TIME.match(value):
            at = datetime.fromisoformat(value)
            zone = at.strftime(" %Z") if at.tzinfo else ""
            return {"kind": "date", "text": f"{_day(at)}, {at:%H:%M}{zone}", "raw": value}
    except ValueError:
        pass  # the 30th of February is a text like any other
    return {"kind": "text", "text": value, "raw": ""}


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
