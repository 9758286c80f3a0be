"""The labels of one question, as the page asks for them where they are many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = list[Any]
"""[value, title, help, whether it is retired, whether it stands alone]"""


def label_rows(config: Mapping[str, Any]) -> list[Row]:
    return [
        [raw["value"], raw["title"], raw["help"], raw["retired"], raw.get("exclusive", False)]
        for raw in config["labels"]
    ]
