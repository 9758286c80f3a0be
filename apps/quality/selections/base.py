"""What a rule is asked about, and how it says its settings."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


class BadSelection(ValueError):
    """A setting that the rule cannot take: {setting: sentence}."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True)
class Candidate:
    """What is known of an answer when a stage asks whether to take it."""

    # From 0 to 1 by a hash of the stage's and the answer's names: each time the same, and
    # independent of all that is known.
    draw: float = 0.5
    answers: Mapping[str, Any] = field(default_factory=dict)
    # The task has all answers that it was to get.
    is_complete: bool = True
    # 1 less the largest distance to another's independent answer; None where there is no other.
    agreement: float | None = None
    # The annotator's mean score on so many known answers; None where there is none.
    skill: float | None = None
    checks: int = 0
    # The lower limit of 95 % of how often the models of consensus believe them right, by the question
    # where that is least; None where no model knows them.
    believed: float | None = None


class Selection(ABC):
    """A rule. `settings` says by name which share (0 to 1) or text it has, and what it begins with."""

    name: ClassVar[str]
    label: ClassVar[str]
    # One sentence for leads.
    summary: ClassVar[str]
    settings: ClassVar[Mapping[str, float | str]] = {}

    @abstractmethod
    def takes(self, candidate: Candidate, config: Mapping[str, Any]) -> bool: ...

    def clean_config(self, raw: Any) -> dict[str, Any]:
        """The settings in full. Raises BadSelection."""
        if not isinstance(raw, Mapping):
            raise BadSelection({"config": "Give an object with the rule's settings."})
        errors = {
            str(name): f"This rule has no setting {str(name)!r}."
            for name in raw
            if name not in self.settings
        }
        cleaned: dict[str, Any] = {}
        for name, beginning in self.settings.items():
            value = raw.get(name, beginning)
            problem = _fault(value, beginning)
            if problem:
                errors[name] = problem
            cleaned[name] = value
        if errors:
            raise BadSelection(errors)
        return cleaned


def _fault(value: Any, like: float | str) -> str:
    if isinstance(like, str):
        is_text = isinstance(value, str) and 0 < len(value) <= 300 and "\0" not in value
        return "" if is_text else "Give a text of 1 to 300 characters."
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    is_share = is_number and math.isfinite(value) and 0 <= value <= 1
    return "" if is_share else "Give a number from 0 to 1."
