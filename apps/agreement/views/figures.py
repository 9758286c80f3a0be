"""A question with its kept report, as the templates read it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.template.defaultfilters import pluralize

from apps.annotations.models import Question
from apps.core.figures import verdict

# A longer title is a sentence, which cannot stand inside another.
LONGEST_TITLE = 40
# Of an answer in words, in a list.
LONGEST_ANSWER = 80
SENTENCE_ENDS = tuple("?.!:\u2026\uff1f\u3002\uff01\u061f")


class QuestionFigures:
    """A question with its kept report, as the templates read it."""

    def __init__(self, question: Question, body: dict[str, Any] | None) -> None:
        self.question = question
        self.body = body or {"measures": [{"value": None}], "level": "", "labels": []}
        self.figure = self.body["measures"][0]
        self.others = self.body["measures"][1:]
        self.value = self.figure.get("value")
        self.low, self.high = self.figure.get("low"), self.figure.get("high")
        self.goal = question.goal
        self.units = self.figure.get("units") or 0
        self.verdict = verdict(self.value, self.low, self.high, self.goal)

    @property
    def name(self) -> str:
        """The title where it can stand inside a sentence, else the short name."""
        title = self.question.title.strip()
        if title and len(title) <= LONGEST_TITLE and not title.endswith(SENTENCE_ENDS):
            return title
        return self.question.name.replace("_", " ").capitalize()

    @property
    def kind(self) -> str:
        kind, count = self.question.behaviour.label.lower(), len(self.labels)
        return f"{kind}, {count} label{pluralize(count)}" if count else kind

    @property
    def measure(self) -> str:
        level = self.body["level"]
        return "alpha" if level in {"", "nominal"} else f"alpha, {level}"

    @property
    def is_compared(self) -> bool:
        """Whether answers are not counted but only held against each other."""
        return self.body.get("form") == "compared"

    @property
    def reason(self) -> str:
        why = self.figure.get("undefined_reason") or {}
        if why.get("code") == "no_overlap":
            return "No task has two answers yet."
        return str(why.get("sentence") or "No answers yet.")

    @property
    def interval_reason(self) -> str:
        return str((self.figure.get("interval_reason") or {}).get("sentence", ""))

    @cached_property
    def labels(self) -> list[Any]:
        return list(self.question.behaviour.labels(self.question.config))

    def title_of(self, value: Any) -> str:
        if self.is_compared:
            words = self.question.behaviour.summary(value, self.question.config)
            return (
                words
                if len(words) <= LONGEST_ANSWER
                else f"{words[:LONGEST_ANSWER]}\N{HORIZONTAL ELLIPSIS}"
            )
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        known = {label.value: label.title for label in self.labels}
        if isinstance(value, list):
            return ", ".join(known.get(v, str(v)) for v in value) or "none"
        return str(known.get(str(value), value))

    def colour_of(self, value: Any) -> int:
        if self.is_compared:
            return 0
        colours = {label.value: label.colour for label in self.labels}
        return int(colours.get(value, 0)) if not isinstance(value, list) else 0
