"""What is wrong with a description, place by place."""

from __future__ import annotations

from typing import Any

from apps.core.faults import PlacedInput

Errors = dict[str, str]


class BadProject(PlacedInput):
    """A description of a project that cannot be taken: a sentence for each place at fault."""

    code = "bad_project"


def clean_text(value: Any, most: int, path: str, errors: Errors) -> str:
    """A text of at most `most` characters without the white space around it."""
    if value is None:
        value = ""
    if not isinstance(value, str) or "\x00" in value or len(value.strip()) > most:
        errors[path] = f"This must be a text of at most {most} characters."
        return ""
    return value.strip()
