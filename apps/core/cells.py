"""Values as they may stand in a cell of a file that a spreadsheet opens."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from apps.core.json import dumps

# What may stand before the sign and is skipped by one spreadsheet or another: blanks, quotes,
# byte order marks and other characters without a width.
_SKIPPED = (
    "[\\s\"'`\u2018-\u201f\uff02\uff07\ufeff\u200b-\u200f\u2060-\u2064\u202a-\u202e\x00-\x1f]*"
)
_FORMULA = re.compile(
    f"[\t\r\n]|{_SKIPPED}[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212]"
)


def cell(value: Any) -> str | int | float:
    """A value as it may stand in a cell: numbers stay numbers, times are ISO 8601, text can be
    no formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    text = value if isinstance(value, str) else dumps(value).decode()
    return f"'{text}" if _FORMULA.match(text) else text
