"""A task as it is loaded, whatever file it came from: each part typed and checked."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from apps.core.json import BadValue, canonical
from apps.exchange.importers.base import BadRow, Record

ID_LENGTH = 255

KEYS = frozenset(
    ("external_id", "data", "meta", "priority", "gold", "suggestions", "annotations", "group")
) | {"requires"}
# What our own lossless export adds: computed or done here, so it is read and not loaded.
COMPUTED = frozenset(("id", "state", "left_to_chance", "skips", "consensus", "adjudications"))

ANNOTATION_KEYS = frozenset(
    ("annotator", "answers", "round", "submitted_at", "seconds", "note", "key", "revision")
) | {"note_kind", "confidence", "independent", "surplus"}
ANNOTATION_COMPUTED = frozenset(
    (
        "id",
        "predecessor",
        "question_version",
        "disputed",
        "excluded",
        # Of the project where they were made, and of no other.
        "signatures",
        "erased_at",
        "shown",
        "suggestions",
    )
)

NOTE_KINDS = ("note", "question")

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)

SUGGESTION_KEYS = frozenset(("source", "answers", "score"))


@dataclass(slots=True)
class SuggestionRow:
    source: str
    answers: dict[str, Any]
    score: float | None = None


@dataclass(slots=True)
class AnnotationRow:
    """One annotator's answers, made elsewhere. `revision` orders what the same person changed."""

    annotator: str
    answers: dict[str, Any]
    round: int = 0
    submitted_at: datetime | None = None
    seconds: float | None = None
    confidence: float | None = None
    note: str = ""
    note_kind: str = "note"
    key: str | None = None
    revision: int = 0
    independent: bool = True
    surplus: bool = False


@dataclass(slots=True)
class TaskRow:
    row: int
    line: int | None
    data: dict[str, Any]
    external_id: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    priority: float = 0.0
    gold: dict[str, Any] = field(default_factory=dict)
    suggestions: list[SuggestionRow] = field(default_factory=list)
    annotations: list[AnnotationRow] = field(default_factory=list)
    group: str | None = None
    requires: list[str] = field(default_factory=list)


@dataclass(slots=True)
class AnswerRow:
    """One row of data in long form: a task, named by its external id, and one annotator's answer.

    Rows of one task, annotator and round belong to one annotation; the reader joins them.
    """

    row: int
    line: int | None
    task: TaskRow
    annotation: AnnotationRow


def packed(data: Mapping[str, Any]) -> tuple[str, bytes]:
    """The data as JSON, and 32 bytes that are the same for it whatever the order of its keys."""
    text = canonical(data)
    return text.decode(), hashlib.sha256(text).digest()


def is_native(values: Mapping[str, Any]) -> bool:
    """Whether a row is a task row of ours, so that it needs no mapping."""
    return isinstance(values.get("data"), dict)


def native(record: Record) -> TaskRow | BadRow:
    """The task that a row in our own form holds."""
    values = record.values
    try:
        task = TaskRow(record.row, record.line, _mapping("data", values.get("data")))
        for key, value in values.items():
            read = _PARTS.get(key)
            if read is None:
                if key not in _OTHERS:
                    _check_keys("", values, KEYS | COMPUTED)
            elif value is not None:
                setattr(task, key, read(key, value))
    except BadValue as error:
        return BadRow(record.row, record.line, error.path or None, "bad_value", error.message)
    return task


def identifier(path: str, value: object) -> str | None:
    """An id or group as text; whole numbers are taken as they are written. Empty is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise BadValue(path, "It must be text or a whole number. Write it in quotes.")
    if len(value) > ID_LENGTH:
        raise BadValue(path, f"It is longer than {ID_LENGTH} characters. Shorten it.")
    return value if value.strip() else None


def number(path: str, value: object) -> float:
    """A finite number; text that is one (from CSV) will do."""
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            raise BadValue(path, f"{value[:40]!r} is not a number.")
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise BadValue(path, "It must be a number.")
    return float(value)


def whole(path: str, value: object) -> int:
    """A whole number from 0 that fits the database."""
    found = number(path, value)
    if not 0 <= found <= 32767 or found != int(found):
        raise BadValue(path, "It must be a whole number between 0 and 32767.")
    return int(found)


def seconds(path: str, value: object) -> float:
    found = number(path, value)
    if found < 0:
        raise BadValue(path, "A time cannot be negative.")
    return found


def moment(path: str, value: object) -> datetime:
    """A time as ISO 8601. Without an offset it is taken as UTC."""
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value.strip())
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            pass
    raise BadValue(path, "It must be a date and time such as 2026-01-31T09:30:00Z.")


def requirements(path: str, value: object) -> list[str]:
    """What a task asks of its annotators: a list, or text separated by | (from CSV)."""
    if isinstance(value, str):
        value = [part.strip() for part in value.split("|") if part.strip()]
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise BadValue(path, 'It must be a list of texts such as ["language:de"].')
    if any(not part or len(part) > 80 for part in value):
        raise BadValue(path, "A requirement has 1 to 80 characters.")
    return value


def _text(path: str, value: object) -> str:
    if not isinstance(value, str):
        raise BadValue(path, "It must be text.")
    return value


def _note_kind(path: str, value: object) -> str:
    if value not in NOTE_KINDS:
        raise BadValue(path, f"It must be one of: {', '.join(NOTE_KINDS)}.")
    return str(value)


def _flag(path: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise BadValue(path, "It must be true or false.")
    return value


def _mapping(path: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadValue(path, "It must be an object {…}.")
    return value


def _name(path: str, value: object) -> str:
    found = identifier(path, value)
    if found is None:
        raise BadValue(path, "It is empty. Write a name.")
    return found


def _check_keys(path: str, values: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(values.keys() - known)
    if unknown:
        first = f"{path}.{unknown[0]}" if path else unknown[0]
        names = ", ".join(repr(key[:60]) for key in unknown[:5])
        message = f"Unknown: {names}. Known are {', '.join(sorted(known - COMPUTED))}."
        raise BadValue(first, message)


def _items(path: str, value: object) -> list[tuple[str, dict[str, Any]]]:
    if not isinstance(value, list):
        raise BadValue(path, "It must be a list […].")
    return [(f"{path}[{i}]", _mapping(f"{path}[{i}]", item)) for i, item in enumerate(value)]


def _suggestions(place: str, value: object) -> list[SuggestionRow]:
    found = []
    for path, item in _items(place, value):
        _check_keys(path, item, SUGGESTION_KEYS)
        score = item.get("score")
        found.append(
            SuggestionRow(
                source=_name(f"{path}.source", item.get("source")),
                answers=_mapping(f"{path}.answers", item.get("answers")),
                score=None if score is None else number(f"{path}.score", score),
            )
        )
    return found


def _annotations(place: str, value: object) -> list[AnnotationRow]:
    found = []
    for path, item in _items(place, value):
        _check_keys(path, item, ANNOTATION_KEYS | ANNOTATION_COMPUTED)
        annotation = AnnotationRow(
            annotator=_name(f"{path}.annotator", item.get("annotator")),
            answers=_mapping(f"{path}.answers", item.get("answers")),
        )
        for key in item.keys() & _ANNOTATION_PARTS.keys():
            if item[key] is not None:
                setattr(annotation, key, _ANNOTATION_PARTS[key](f"{path}.{key}", item[key]))
        found.append(annotation)
    return found


_ANNOTATION_PARTS: dict[str, Callable[[str, object], object]] = {
    "round": whole,
    "submitted_at": moment,
    "seconds": seconds,
    "confidence": number,
    "note": _text,
    "note_kind": _note_kind,
    "key": _name,
    "revision": whole,
    "independent": _flag,
    "surplus": _flag,
}

_PARTS: dict[str, Callable[[str, object], object]] = {
    "external_id": identifier,
    "meta": _mapping,
    "priority": number,
    "gold": _mapping,
    "suggestions": _suggestions,
    "annotations": _annotations,
    "group": identifier,
    "requires": requirements,
}
_OTHERS = COMPUTED | {"data"}
