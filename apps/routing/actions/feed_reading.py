"""Reads what a program sends of predictions and outcomes: each row, with the place of each fault."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.annotations.actions.answers import extents
from apps.annotations.actions.media import Files
from apps.annotations.displays import displays
from apps.annotations.displays.base import BadValue as BadShown
from apps.annotations.kinds.base import BadAnswer, Seen
from apps.annotations.models import Question
from apps.core.faults import PlacedInput
from apps.core.json import BadValue, canonical, check_json
from apps.projects.models import Project
from apps.routing.models.feed import LONGEST_KEY, LONGEST_MODEL, LONGEST_SOURCE
from apps.tasks.models import Task

MOST_ROWS, MOST_FAULTS = 1_000, 100
EARLIEST = 2000
# Clocks differ; a time further ahead is a mistake.
AHEAD = timedelta(hours=1)
OF_PREDICTION = frozenset({"key", "model", "at", "data", "task", "answers", "probability"})
OF_OUTCOME = frozenset({"key", "question", "value", "at", "source"})
Faults = dict[str, str]


class BadFeed(PlacedInput):
    """What is wrong, by its place (`predictions.3.answers.intent`), in sentences."""

    code = "bad_feed"


@dataclass(frozen=True, kw_only=True)
class PredictionRow:
    """`at` is None where the caller said nothing: then it is the time of the call."""

    key: str
    model: str
    at: datetime | None
    data: dict[str, Any] | None
    task: int | None
    answers: dict[str, Any]
    probability: float | None

    @property
    def body_hash(self) -> bytes:
        """32 bytes that are the same for the same row, whatever the order of its names."""
        at = self.at.isoformat() if self.at else None
        rest = (self.model, at, self.data, self.task, self.answers, self.probability)
        return hashlib.sha256(canonical(rest)).digest()


@dataclass(frozen=True, kw_only=True)
class OutcomeRow:
    key: str
    question: int
    value: Any
    at: datetime | None
    source: str

    @property
    def body_hash(self) -> bytes:
        """16 bytes."""
        return hashlib.sha256(canonical((self.value, self.source))).digest()[:16]


class Reader:
    """Reads the rows of one call; asks the database once for each thing, not for each row."""

    def __init__(self, project: Project, name: str) -> None:
        self._project, self._name = project, name
        self._questions = {q.name: q for q in Question.objects.filter(project=project)}
        self._latest = timezone.now() + AHEAD
        self.faults: Faults = {}

    def rows(self, given: Any, known: frozenset[str]) -> Iterable[tuple[str, Mapping[str, Any]]]:
        """The rows that are objects of known names, each with its place."""
        if not isinstance(given, list) or not 1 <= len(given) <= MOST_ROWS:
            raise BadFeed({self._name: f"Give a list of 1 to {MOST_ROWS:,} rows."})
        for number, row in enumerate(given):
            place = f"{self._name}.{number}"
            if not isinstance(row, dict):
                self.fault(place, "Give an object.")
                continue
            strange = sorted(str(name) for name in row if name not in known)
            for name in strange:
                self.fault(f"{place}.{name[:60]}", "There is no such field.")
            if not strange:
                yield place, row

    def fault(self, place: str, text: str) -> None:
        """The first hundred are enough to see what is wrong."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.setdefault(place, text)

    def end(self) -> None:
        if self.faults:
            raise BadFeed(self.faults)

    def text(self, row: Mapping[str, Any], name: str, most: int, place: str, least: int = 1) -> str:
        value = row.get(name, "" if not least else None)
        if isinstance(value, str) and least <= len(value) <= most and value.isprintable():
            return value
        size = f"{least} to {most}" if least else f"at most {most}"
        self.fault(f"{place}.{name}", f"Give a text of {size} characters on one line.")
        return ""

    def time(self, row: Mapping[str, Any], place: str) -> datetime | None:
        """A time with its zone; None where none is given, or it is at fault."""
        value = row.get("at")
        if value is None:
            return None
        try:
            found = parse_datetime(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            said = "Give a time with its zone, such as 2026-11-27T10:00:00Z."
        elif not EARLIEST <= found.year < self._latest.year + 2 or found > self._latest:
            said = f"Give a time from {EARLIEST} on that has passed."
        else:
            return found
        self.fault(f"{place}.at", said)
        return None

    def value(self, name: Any, value: Any, place: str) -> tuple[Question | None, Any]:
        """The question of this name, and the value in its kind's canonical form."""
        question = self._questions.get(name) if isinstance(name, str) else None
        if question is None:
            self.fault(place, "The project has no such question.")
            return None, None
        try:
            check_json(value)
            return question, question.behaviour.clean(value, question.config)
        except BadAnswer as bad:
            self.fault(f"{place}.{bad.path}" if bad.path else place, bad.message)
        except BadValue as bad:
            self.fault(f"{place}.{bad.path}" if bad.path else place, bad.message)
        return question, None

    def question(self, name: str) -> Question:
        return self._questions[name]


class PredictionReader(Reader):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "predictions")
        self._files = Files(project)
        self._tasks: frozenset[int] = frozenset()

    def read(self, given: Any) -> list[PredictionRow]:
        """BadFeed names all that is at fault."""
        rows = list(self.rows(given, OF_PREDICTION))
        asked = {row["task"] for _, row in rows if _is_key(row.get("task"))}
        mine = Task.objects.filter(project=self._project, pk__in=asked)
        self._tasks = frozenset(mine.values_list("pk", flat=True)) if asked else frozenset()
        found = [self._row(place, row) for place, row in rows]
        self.end()
        return found

    def _row(self, place: str, row: Mapping[str, Any]) -> PredictionRow:
        data = self._data(row.get("data"), f"{place}.data")
        return PredictionRow(
            key=self.text(row, "key", LONGEST_KEY, place),
            model=self.text(row, "model", LONGEST_MODEL, place),
            at=self.time(row, place),
            data=data,
            task=self._task(row.get("task"), f"{place}.task"),
            answers=self._answers(row.get("answers"), data or {}, f"{place}.answers"),
            probability=self._probability(row.get("probability"), f"{place}.probability"),
        )

    def _task(self, value: Any, place: str) -> int | None:
        if value is None:
            return None
        if _is_key(value) and value in self._tasks:
            return int(value)
        self.fault(place, "Give the number of a task of this project.")
        return None

    def _probability(self, value: Any, place: str) -> float | None:
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and 0 <= value <= 1:
            return float(value)
        self.fault(place, "Give a number from 0 to 1.")
        return None

    def _answers(self, value: Any, data: Mapping[str, Any], place: str) -> dict[str, Any]:
        if not isinstance(value, dict) or not value:
            self.fault(place, "Give an object with an answer for at least one question.")
            return {}
        cleaned: dict[str, Any] = {}
        for name, answer in value.items():
            question, found = self.value(name, answer, f"{place}.{str(name)[:60]}")
            if question is not None and found is not None:
                cleaned[name] = found
        return self._settled(cleaned, data, place)

    def _settled(
        self, cleaned: dict[str, Any], data: Mapping[str, Any], place: str
    ) -> dict[str, Any]:
        """Held against what is shown, as far as it was sent, and against each other."""
        names = [name for name in cleaned if self.question(name).behaviour.is_settled]
        if not names:
            return cleaned
        fields = self._project.fields
        seen = Seen(extents(fields, data, self._files.media(fields, data)), dict(cleaned))
        for name in names:
            question = self.question(name)
            try:
                cleaned[name] = question.behaviour.settle(cleaned[name], question.config, seen)
            except BadAnswer as bad:
                self.fault(".".join(filter(None, (place, name, bad.path))), bad.message)
        return cleaned

    def _data(self, value: Any, place: str) -> dict[str, Any] | None:
        """It must be possible to show it: a rule may make a task of it."""
        if value is None:
            return None
        if not isinstance(value, dict):
            self.fault(place, "Give an object with the fields of the project.")
            return None
        shown = 0
        for field in self._project.fields:
            given = value.get(field["name"])
            if given not in (None, ""):
                shown += 1
                self._field(field, given, f"{place}.{field['name']}")
        if not shown:
            names = ", ".join(field["name"] for field in self._project.fields)
            self.fault(place, f"There is nothing to show. Fill at least one of: {names}.")
        return value

    def _field(self, field: Mapping[str, Any], value: Any, place: str) -> None:
        display = displays[field["display"]]
        try:
            display.check(value, field.get("config", {}))
            self._files.check(display, value)
        except BadShown as bad:
            self.fault(f"{place}.{bad.path}" if bad.path else place, bad.message)


class OutcomeReader(Reader):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "outcomes")

    def read(self, given: Any) -> list[OutcomeRow]:
        """BadFeed names all that is at fault."""
        found = [self._row(place, row) for place, row in self.rows(given, OF_OUTCOME)]
        self.end()
        return found

    def _row(self, place: str, row: Mapping[str, Any]) -> OutcomeRow:
        name = row.get("question")
        is_known = isinstance(name, str) and name in self._questions
        question, value = self.value(
            name, row.get("value"), f"{place}.value" if is_known else f"{place}.question"
        )
        return OutcomeRow(
            key=self.text(row, "key", LONGEST_KEY, place),
            question=question.pk if question else 0,
            value=value,
            at=self.time(row, place),
            source=self.text(row, "source", LONGEST_SOURCE, place, least=0),
        )


def _is_key(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63
