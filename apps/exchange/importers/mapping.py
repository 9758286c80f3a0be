"""Which column of a foreign file feeds which part of a task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from apps.core.json import BadValue, loads
from apps.exchange.importers.base import BadRow, Record
from apps.exchange.importers.rows import (
    AnnotationRow,
    AnswerRow,
    TaskRow,
    identifier,
    moment,
    number,
    requirements,
    seconds,
    whole,
)

Form = Literal["label", "set", "number"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a mapping needs it. `form` is None for kinds whose answers are JSON."""

    name: str
    form: Form | None = "label"
    labels: tuple[str, ...] = ()


@dataclass(slots=True)
class Mapping:
    """Names on the left are ours, columns of the file on the right."""

    data: dict[str, str] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)
    gold: dict[str, str] = field(default_factory=dict)
    external_id: str | None = None
    group: str | None = None
    priority: str | None = None
    requires: str | None = None
    # Long form, one row per answer: who answered, and what to which question.
    annotator: str | None = None
    answers: dict[str, str] = field(default_factory=dict)
    # Instead of `answers`: a column that names the question, and one that has the answer.
    question: str | None = None
    answer: str | None = None
    round: str | None = None
    seconds: str | None = None
    submitted_at: str | None = None
    # Columns whose text is JSON (a chat, a record), to be read as such.
    json: list[str] = field(default_factory=list)

    @property
    def is_long(self) -> bool:
        return self.annotator is not None

    def as_json(self) -> dict[str, Any]:
        """Plain JSON of it, without what is not mapped."""
        return {name: value for name, value in asdict(self).items() if value}

    def used(self) -> set[str]:
        """The columns it reads."""
        found = set(self.json)
        for name in _SINGLE:
            found |= {getattr(self, name)} - {None}
        for name in _NAMED:
            found |= set(getattr(self, name).values())
        return found

    def problems(self, columns: Sequence[str], asked: Sequence[Asked]) -> list[BadValue]:
        """What must be put right before rows can be read by it; none when it will do."""
        found = [
            BadValue(column, "The file has no such column. Choose one that it has.")
            for column in sorted(self.used() - set(columns))
        ]
        known = {question.name for question in asked}
        for part in ("answers", "gold"):
            found += [
                BadValue(f"{part}.{name}", "The project has no such question. Choose one it has.")
                for name in sorted(getattr(self, part).keys() - known)
            ]
        if not self.data and not (self.is_long and self.external_id):
            found.append(BadValue("data", "Choose the column that annotators are to see."))
        if self.is_long and not self.answers and not (self.question and self.answer):
            found.append(BadValue("answers", "Choose the column that has the answers."))
        if not self.is_long and (self.answers or self.answer):
            found.append(BadValue("annotator", "Choose the column that says who answered."))
        return found


_NAMED = ("data", "meta", "gold", "answers")
_SINGLE = tuple(f.name for f in fields(Mapping) if f.name not in (*_NAMED, "json"))


def mapping_from(value: object) -> Mapping:
    """The mapping that plain JSON describes. Raises BadValue."""
    if not isinstance(value, dict):
        raise BadValue("mapping", "It must be an object {…}.")
    known = (*_NAMED, *_SINGLE, "json")
    for name, part in value.items():
        if name not in known:
            raise BadValue(f"mapping.{name}", f"Unknown. Known are {', '.join(known)}.")
        if name in _NAMED:
            is_good = isinstance(part, dict) and all(isinstance(c, str) for c in part.values())
        elif name == "json":
            is_good = isinstance(part, list) and all(isinstance(c, str) for c in part)
        else:
            is_good = part is None or isinstance(part, str)
        if not is_good:
            raise BadValue(f"mapping.{name}", "It must name columns of the file.")
    return Mapping(**value)


def apply(
    mapping: Mapping, record: Record, asked: AnyMapping[str, Asked]
) -> TaskRow | AnswerRow | BadRow:
    """The task, or in long form the answer, that a foreign row holds. `asked` is by name."""
    place = _Place()
    try:
        task = _task(mapping, record, asked, place)
        if mapping.annotator is None:
            return task
        return AnswerRow(
            record.row, record.line, task, _annotation(mapping, record.values, asked, place)
        )
    except BadValue as error:
        column = error.path or place.column
        return BadRow(record.row, record.line, column, "bad_value", error.message)
    except KeyError:
        message = f"The row has no {place.column!r}. Add it, or map another column."
        return BadRow(record.row, record.line, place.column, "missing", message)


class _Place:
    """The column being read, for the message."""

    column: str | None = None


def _task(
    mapping: Mapping, record: Record, asked: AnyMapping[str, Asked], place: _Place
) -> TaskRow:
    values = record.values
    task = TaskRow(record.row, record.line, {})
    for name, column in mapping.data.items():
        place.column = column
        task.data[name] = _cell(mapping, column, values[column])
    for name, column in mapping.meta.items():
        place.column = column
        if column in values:
            task.meta[name] = _cell(mapping, column, values[column])
    task.gold = _given(mapping.gold, values, asked, place)
    for part, read in _TASK_PARTS:
        source = getattr(mapping, part)
        if source is not None and values.get(source) not in (None, ""):
            place.column = source
            setattr(task, part, read(source, values[source]))
    if not task.data and task.external_id is None:
        raise BadValue(mapping.external_id or "", "The row has neither an id nor anything to show.")
    return task


def _annotation(
    mapping: Mapping, values: dict[str, Any], asked: AnyMapping[str, Asked], place: _Place
) -> AnnotationRow:
    column = place.column = mapping.annotator or ""
    annotator = identifier(column, values[column])
    if annotator is None:
        raise BadValue(column, "It is empty. Write who answered.")
    annotation = AnnotationRow(annotator, _answers(mapping, values, asked, place))
    for part, read in _ANSWER_PARTS:
        source = getattr(mapping, part)
        if source is not None and values.get(source) not in (None, ""):
            setattr(annotation, part, read(source, values[source]))
    return annotation


def _answers(
    mapping: Mapping, values: dict[str, Any], asked: AnyMapping[str, Asked], place: _Place
) -> dict[str, Any]:
    sources = mapping.answers
    if mapping.question is not None and mapping.answer is not None:
        place.column = mapping.question
        name = values[mapping.question]
        if name not in asked:
            raise BadValue(mapping.question, f"The project has no question {str(name)[:60]!r}.")
        sources = {name: mapping.answer}
    found = _given(sources, values, asked, place)
    if not found:
        raise BadValue(place.column or "", "There is no answer. Write one, or leave the row out.")
    return found


def _given(
    sources: AnyMapping[str, str],
    values: dict[str, Any],
    asked: AnyMapping[str, Asked],
    place: _Place,
) -> dict[str, Any]:
    """The answers that the cells hold; empty cells are none."""
    found = {}
    for name, column in sources.items():
        place.column = column
        value = answer_of(asked[name], column, values.get(column))
        if value is not None:
            found[name] = value
    return found


def answer_of(question: Asked, column: str, value: Any) -> Any:
    """An answer in the type of its question; None when the cell is empty.

    Several labels in one cell are a JSON list, or separated by |.
    """
    if value is None or value == "":
        return None
    if question.form == "number":
        return _plain_number(column, value)
    if question.form == "set":
        return _labels(column, value)
    if question.form is None and isinstance(value, str):
        return _as_json(column, value) if value.lstrip()[:1] in ("{", "[") else value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value


def _plain_number(column: str, value: object) -> int | float:
    found = number(column, value)
    return int(found) if found.is_integer() and abs(found) < 2**53 else found


def _labels(column: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return _as_json(column, value)
    return [part.strip() for part in value.split("|") if part.strip()]


def _cell(mapping: Mapping, column: str, value: Any) -> Any:
    if column in mapping.json and isinstance(value, str) and value:
        return _as_json(column, value)
    return value


def _as_json(column: str, text: str) -> Any:
    try:
        return loads(text.encode())
    except BadValue as error:
        raise BadValue(column, f"The cell is not valid JSON. {error.message}") from None


_TASK_PARTS: tuple[tuple[str, Callable[[str, Any], Any]], ...] = (
    ("external_id", identifier),
    ("group", identifier),
    ("priority", number),
    ("requires", requirements),
)
_ANSWER_PARTS: tuple[tuple[str, Callable[[str, Any], Any]], ...] = (
    ("round", whole),
    ("seconds", seconds),
    ("submitted_at", moment),
)
