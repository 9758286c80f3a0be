"""Checks a row of a file against what the project shows and asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from apps.annotations.actions.answers import extents
from apps.annotations.actions.conditions import asked_names, unasked
from apps.annotations.actions.media import Files
from apps.annotations.displays import displays
from apps.annotations.displays.base import BadValue as BadShown
from apps.annotations.displays.base import Display
from apps.annotations.kinds.base import BadAnswer, Seen
from apps.annotations.models import Question
from apps.core.json import BadValue
from apps.exchange.importers import importers
from apps.exchange.importers.base import BadRow, Record
from apps.exchange.importers.mapping import Asked, apply, mapping_from
from apps.exchange.importers.rows import (
    AnnotationRow,
    AnswerRow,
    TaskRow,
    is_native,
    native,
    packed,
)
from apps.exchange.models import ImportRun
from apps.projects.models import Project

MOST_CACHED = 50_000
TASK_COLUMNS = (
    "run_id",
    "row",
    "external_id",
    "content_hash",
    "data",
    "meta",
    "group",
    "priority",
    "pool_id",
    "gold",
    "suggestions",
)
ANSWER_COLUMNS = (
    "run_id",
    "row",
    "external_id",
    "task_row",
    "annotator",
    "round",
    "answers",
    "seconds",
    "confidence",
    "submitted_at",
    "note",
    "note_kind",
    "is_independent",
    "is_surplus",
)


class Checked(NamedTuple):
    """What a good row brings: values in the order of the staging tables' columns."""

    tasks: list[tuple[Any, ...]]
    answers: list[tuple[Any, ...]]


def asked(project: Project) -> list[Asked]:
    """The project's questions, retired ones too, as a mapping needs them."""
    return [
        Asked(
            q.name, q.behaviour.form(q.config), tuple(x.value for x in q.behaviour.labels(q.config))
        )
        for q in Question.objects.filter(project=project).order_by("position", "id")
    ]


class Checker:
    """Turns records into staged rows. One per run: it remembers what it has checked before."""

    def __init__(self, run: ImportRun, pool_of: Callable[[tuple[str, ...]], int]) -> None:
        self._run_id = run.pk
        self._importer = importers[run.format]
        self._mapping = mapping_from(run.mapping)
        # Asked for each row, so worked out once.
        self._is_mapped = bool(self._mapping.as_json())
        self._pool_of = pool_of
        self._questions = {q.name: q for q in Question.objects.filter(project=run.project)}
        self._asked = {question.name: question for question in asked(run.project)}
        self._fields: list[tuple[str, Display, Mapping[str, Any]]] = [
            (f["name"], displays[f["display"]], f.get("config", {})) for f in run.project.fields
        ]
        self._project = run.project
        self._files = Files(run.project)
        self._is_settled = any(q.behaviour.is_settled for q in self._questions.values())
        self._has_conditions = any(q.ask_if for q in self._questions.values())
        self._known: dict[tuple[str, Any], Any] = {}

    def check(self, record: Record) -> Checked | BadRow:
        row = self._read(record)
        if isinstance(row, BadRow):
            return row
        try:
            if isinstance(row, AnswerRow):
                return self._long(row)
            return self._wide(row)
        except BadValue as bad:
            return BadRow(row.row, row.line, bad.path or None, "bad_value", bad.message)

    def _read(self, record: Record) -> TaskRow | AnswerRow | BadRow:
        if not self._is_mapped or (is_native(record.values) and not self._mapping.data):
            return native(record)
        return apply(self._mapping, record, self._asked)

    def _wide(self, row: TaskRow) -> Checked:
        if not row.annotations:
            return Checked([self._task(row)], [])
        answers = [
            self._answer(row, each, f"annotations[{i}]")
            for i, each in enumerate(row.annotations)
            if each.revision == max(a.revision for a in row.annotations if _same(a, each))
        ]
        return Checked([self._task(row)], answers)

    def _long(self, row: AnswerRow) -> Checked:
        """A row without anything to show is an answer to a task that is here or elsewhere."""
        tasks = [self._task(row.task)] if row.task.data else []
        return Checked(tasks, [self._answer(row.task, row.annotation, "")])

    def _task(self, row: TaskRow) -> tuple[Any, ...]:
        self._check_data(row.data)
        data, content_hash = packed(row.data)
        suggestions = [
            {
                "source": s.source,
                "answers": self._clean(s.answers, f"suggestions[{i}].answers", row.data),
                "score": s.score,
            }
            for i, s in enumerate(row.suggestions)
        ]
        return (
            self._run_id,
            row.row,
            row.external_id,
            content_hash,
            data,
            _json(row.meta) if row.meta else "{}",
            row.group,
            row.priority,
            self._pool_of(tuple(sorted(set(row.requires))) if row.requires else ()),
            _json(self._clean(row.gold, "gold", row.data)) if row.gold else None,
            _json(suggestions) if suggestions else None,
        )

    def _answer(self, task: TaskRow, row: AnnotationRow, path: str) -> tuple[Any, ...]:
        when: datetime | None = row.submitted_at
        return (
            self._run_id,
            task.row,
            task.external_id,
            task.row if task.data else None,
            row.annotator,
            row.round,
            _json(self._clean(row.answers, f"{path}.answers" if path else "", task.data)),
            row.seconds,
            row.confidence,
            when,
            row.note,
            row.note_kind if row.note else "note",
            row.independent,
            row.surplus,
        )

    def _check_data(self, data: Mapping[str, Any]) -> None:
        shown = 0
        for name, display, config in self._fields:
            if data.get(name) in (None, ""):
                continue
            shown += 1
            try:
                display.check(data[name], config)
                self._files.check(display, data[name])
            except BadShown as bad:
                path = f"data.{name}.{bad.path}" if bad.path else f"data.{name}"
                raise BadValue(path, bad.message) from None
        if not shown:
            names = ", ".join(name for name, _, _ in self._fields)
            raise BadValue("data", f"There is nothing to show. Fill at least one of: {names}.")

    def _clean(
        self, answers: Mapping[str, Any], path: str, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Canonical answers. Most files repeat a few values, so what was checked is remembered."""
        cleaned = {name: self._clean_one(name, value, path) for name, value in answers.items()}
        if self._has_conditions:
            self._check_asked(cleaned, path)
        if self._is_settled:
            self._settle(cleaned, path, data)
        return cleaned

    def _check_asked(self, cleaned: Mapping[str, Any], path: str) -> None:
        """A file may hold some answers only: a condition counts where its question has one."""
        given = {name: self._questions[name] for name in cleaned}
        asked = asked_names(given, cleaned)
        for name, question in given.items():
            if name not in asked:
                raise BadValue(f"{path}.{name}" if path else name, unasked(question))

    def _settle(self, cleaned: dict[str, Any], path: str, data: Mapping[str, Any]) -> None:
        """Hold the answers against their task, as far as the file has it, and each other."""
        fields = self._project.fields
        seen = Seen(extents(fields, data, self._files.media(fields, data)), dict(cleaned))
        for name, value in seen.answers.items():
            question = self._questions[name]
            try:
                cleaned[name] = question.behaviour.settle(value, question.config, seen)
            except BadAnswer as bad:
                place = ".".join(part for part in (path, name, bad.path) if part)
                raise BadValue(place, bad.message) from None

    def _clean_one(self, name: str, value: Any, path: str) -> Any:
        place = f"{path}.{name}" if path else name
        question = self._questions.get(name)
        if question is None:
            raise BadValue(place, f"The project asks no question {name[:60]!r}.")
        key = (name, value if isinstance(value, str | int | float) else _json(value))
        if key not in self._known:
            if len(self._known) > MOST_CACHED:
                self._known.clear()
            try:
                self._known[key] = question.behaviour.clean(value, question.config)
            except BadAnswer as bad:
                raise BadValue(f"{place}.{bad.path}" if bad.path else place, bad.message) from None
        return self._known[key]


def _same(a: AnnotationRow, b: AnnotationRow) -> bool:
    return (a.annotator, a.round) == (b.annotator, b.round)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
