"""A question with its kept report, as the templates read it."""

from __future__ import annotations

import itertools
from functools import cached_property
from typing import Any

from django.template.defaultfilters import pluralize

from apps.agreement.actions.headline import answers_of
from apps.agreement.models import ALL, Study
from apps.annotations.models import Question
from apps.core.figures import verdict

# A longer title is a sentence, which cannot stand inside another.
LONGEST_TITLE = 40
# Of the figures of objects, those that stand beside the first.
MOST_LEADING = 3
# Of an answer in words, in a list.
LONGEST_ANSWER = 80
SENTENCE_ENDS = tuple("?.!:\u2026\uff1f\u3002\uff01\u061f")


class QuestionFigures:
    """A question with its kept report, as the templates read it."""

    def __init__(
        self,
        question: Question,
        body: dict[str, Any] | None,
        objects: Study | None = None,
        version: int = 0,
        *,
        slice_id: int = ALL,
        distances: Study | None = None,
    ) -> None:
        self.question = question
        self.body = body or {"measures": [{"value": None}], "level": "", "labels": []}
        # What was found out of the objects in answers, with its date.
        self.study = objects if objects and objects.body else None
        # Of another time they are in the body itself.
        self.objects: dict[str, Any] = (
            self.study.body if self.study else self.body.get("objects") or {}
        )
        self.distances = distances if distances and distances.body else None
        self.measures = self._led(slice_id) or self.body["measures"]
        self.figure: dict[str, Any] = self.measures[0]
        self.others = self.measures[1:]
        self.value = self.figure.get("value")
        self.low, self.high = self.figure.get("low"), self.figure.get("high")
        self.version = version
        self.goal = question.goal
        self.units = self.figure.get("units") or 0
        self.verdict = verdict(self.value, self.low, self.high, self.goal)

    def _led(self, slice_id: int) -> list[dict[str, Any]]:
        """Where objects lead: what was found and named, F1 and likeness, and then whole answers."""
        if not self.objects.get("leads"):
            return []
        first = self.objects["measures"][:MOST_LEADING]
        if slice_id != ALL:
            every = itertools.chain(*self.objects["slices"].values())
            first = [one for one in every if one["slice_id"] == slice_id]
        alpha, *others = self.body["measures"]
        whole = {**alpha, "label": f"{alpha.get('label', '')} of whole answers", "second": True}
        return [*first, whole, *others]

    @property
    def by_order(self) -> list[dict[str, Any]]:
        """The figures that the order of distances tells, which are dated."""
        return self.distances.body["measures"] if self.distances else []

    @property
    def is_led(self) -> bool:
        return bool(self.objects.get("leads"))

    @property
    def since(self) -> str:
        """What the dated figures do not know yet, in words; empty where they are as of now."""
        if self.study is None or self.study.version == self.version:
            return ""
        more = answers_of(self.body) - self.objects["answers"]
        return f"{more:,} answer{pluralize(more)} since" if more > 0 else "answers changed since"

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
        if self.is_led:
            return "alpha, objects"
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

    def label_title(self, value: str) -> str:
        """Of a label itself, whatever answers are."""
        return next((label.title for label in self.labels if label.value == value), value)

    def label_colour(self, value: str) -> int:
        return next((label.colour for label in self.labels if label.value == value), 0)

    def colour_of(self, value: Any) -> int:
        if self.is_compared:
            return 0
        colours = {label.value: label.colour for label in self.labels}
        return int(colours.get(value, 0)) if not isinstance(value, list) else 0
