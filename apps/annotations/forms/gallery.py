"""Projects to start from: one JSON file each in `apps/annotations/gallery`. A new file is offered."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "gallery"


@dataclass(frozen=True)
class Start:
    """A project that is described as the API takes it, with how the gallery calls it."""

    name: str
    title: str
    about: str
    icon: str
    project: dict[str, Any]
    # A task's `data` to show it with, and `answers` that an annotator could give to it.
    sample: dict[str, Any] = field(default_factory=dict)


@cache
def gallery() -> dict[str, Start]:
    found = {}
    for path in sorted(FOLDER.glob("*.json")):
        described = json.loads(path.read_text(encoding="utf-8"))
        found[path.stem] = Start(name=path.stem, **described)
    return found
