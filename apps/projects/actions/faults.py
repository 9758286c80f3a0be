"""What is wrong with a description, place by place."""

from __future__ import annotations

from typing import Any

Errors = dict[str, str]


class BadProject(ValueError):
    """A description of a project that cannot be taken: a sentence for each place at fault."""

    def __init__(self, errors: Errors) -> None:
        super().__init__("; ".join(f"{path}: {message}" for path, message in errors.items()))
        self.errors = errors


def clean_text(value: Any, most: int, path: str, errors: Errors) -> str:
    """A text of at most `most` characters without the white space around it."""
    if value is None:
        value = ""
    if not isinstance(value, str) or "\x00" in value or len(value.strip()) > most:
        errors[path] = f"This must be a text of at most {most} characters."
        return ""
    return value.strip()
