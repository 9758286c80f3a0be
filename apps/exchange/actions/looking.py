"""Shows what a file would become, before anything of it is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from apps.core.json import BadValue
from apps.exchange.actions.checking import ANSWER_COLUMNS, TASK_COLUMNS, Checked, Checker, asked
from apps.exchange.actions.imports import columns_of, sample
from apps.exchange.importers.base import BadRow, Record
from apps.exchange.importers.mapping import mapping_from
from apps.exchange.importers.rows import is_native
from apps.exchange.models import ImportRun


@dataclass
class Look:
    """The first rows of a file."""

    rows: list[Record]
    bad: list[BadRow]

    @property
    def columns(self) -> list[str]:
        return [name for name in columns_of(self.rows) if name]

    @property
    def is_native(self) -> bool:
        return bool(self.rows) and all(is_native(row.values) for row in self.rows)


@dataclass
class Trial:
    """What a mapping makes of the first rows."""

    # What must be put right in the mapping itself; the rest is empty then.
    problems: list[BadValue] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    good: int = 0
    task: dict[str, Any] | None = None
    answer: dict[str, Any] | None = None

    @property
    def total(self) -> int:
        return self.good + len(self.bad)


def look_at(run: ImportRun) -> Look:
    """Raises UnreadableFile."""
    return Look(*sample(run))


def try_mapping(*, run: ImportRun, look: Look, raw: dict[str, Any]) -> Trial:
    """Check the first rows as the import would; nothing is written."""
    if not look.is_native:
        try:
            problems = mapping_from(raw).problems(look.columns, asked(run.project))
        except BadValue as bad:
            problems = [bad]
        if problems:
            return Trial(problems=problems)
    candidate = ImportRun(pk=run.pk, project=run.project, format=run.format, mapping=raw)
    checker = Checker(candidate, lambda _requires: 0)
    trial = Trial(bad=list(look.bad))
    for row in look.rows:
        checked = checker.check(row)
        if isinstance(checked, BadRow):
            trial.bad.append(checked)
        else:
            _take(trial, checked)
    trial.bad.sort(key=lambda bad: bad.row)
    return trial


def _take(trial: Trial, checked: Checked) -> None:
    trial.good += 1
    if checked.tasks and trial.task is None:
        trial.task = _named(TASK_COLUMNS, checked.tasks[0], ("data", "meta", "gold"))
    if checked.answers and trial.answer is None:
        trial.answer = _named(ANSWER_COLUMNS, checked.answers[0], ("answers",))


def _named(
    columns: tuple[str, ...], row: tuple[Any, ...], parts: tuple[str, ...]
) -> dict[str, Any]:
    named = dict(zip(columns, row, strict=True))
    return named | {part: json.loads(named[part]) for part in parts if named[part]}
