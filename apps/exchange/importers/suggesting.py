"""Guesses a mapping from the names of the columns and what stands in the first rows."""

from __future__ import annotations

import re
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from typing import Any

from apps.core.json import BadValue, loads
from apps.exchange.importers.mapping import Asked, Mapping

_NAMES: dict[str, tuple[str, ...]] = {
    "external_id": (
        *("externalid", "id", "itemid", "taskid", "uid", "uuid", "exampleid", "unitid", "item"),
        *("task", "unit", "example", "patient", "key"),
    ),
    "group": (
        *("group", "groupid", "documentid", "docid", "document", "doc", "conversationid"),
        *("conversation", "threadid", "thread", "chatid", "patientid"),
    ),
    "priority": ("priority",),
    "requires": ("requires",),
    "annotator": (
        *("annotator", "annotatorid", "worker", "workerid", "rater", "raterid", "coder"),
        *("observer", "judge", "labeler", "labeller", "reader", "user", "userid"),
    ),
    "question": ("question", "attribute", "dimension"),
    "answer": (
        *("answer", "label", "value", "annotation", "response", "rating", "judgment", "judgement"),
        *("score", "choice"),
    ),
    "round": ("round", "repeat", "repetition", "pass"),
    "seconds": ("seconds", "duration", "leadtime", "timespent", "worktimeinseconds"),
    "submitted_at": ("submittedat", "submittime", "timestamp", "createdat", "date", "time"),
}
_GOLD = ("gold", "goldlabel", "truth", "groundtruth", "correct", "expert")
_TEXT = ("text", "message", "sentence", "content", "body", "question", "prompt", "utterance")

Rows = Sequence[AnyMapping[str, Any]]


def suggest(
    columns: Sequence[str], rows: Rows, fields: Sequence[str], asked: Sequence[Asked]
) -> Mapping:
    """A mapping to begin with, for a person to look over. Every column is used at most once,
    but an id may be shown too when nothing else is there to show."""
    free = list(columns)
    mapping = Mapping()
    # What has the name of a field is that field, before any other guess.
    for name in fields:
        column = _take(free, (_plain(name),))
        if column:
            mapping.data[name] = column
    mapping.annotator = _take(free, _NAMES["annotator"])
    if mapping.annotator and not _guess_answers(mapping, free, rows, asked):
        free.append(mapping.annotator)
        mapping.annotator = None
    _guess_gold(mapping, free, asked)
    _guess_parts(mapping, free, rows)
    _guess_data(mapping, free, rows, fields)
    mapping.meta = {column: column for column in columns if column in free}
    shown = {*mapping.data.values(), *mapping.meta.values()}
    mapping.json = [c for c in columns if c in shown and _is_json(c, rows)]
    return mapping


def _guess_answers(mapping: Mapping, free: list[str], rows: Rows, asked: Sequence[Asked]) -> bool:
    """The answers of long form; False when there are none, so that it is no long form."""
    names = {question.name for question in asked}
    for question in asked:
        column = _take(free, (_plain(question.name),))
        if column:
            mapping.answers[question.name] = column
    if mapping.answers:
        return True
    answer = _take(free, _NAMES["answer"])
    if not answer:
        return False
    question_column = _find(free, _NAMES["question"])
    if question_column and any(row.get(question_column) in names for row in rows):
        free.remove(question_column)
        mapping.question, mapping.answer = question_column, answer
    elif asked:
        mapping.answers[asked[0].name] = answer
    else:
        free.append(answer)
    return bool(asked)


def _guess_gold(mapping: Mapping, free: list[str], asked: Sequence[Asked]) -> None:
    for question in asked:
        plain = _plain(question.name)
        names = [f"gold{plain}", f"{plain}gold"]
        if not mapping.is_long:
            names.append(plain)
        if len(asked) == 1:
            names += _GOLD
        column = _take(free, tuple(names))
        if column:
            mapping.gold[question.name] = column


def _guess_parts(mapping: Mapping, free: list[str], rows: Rows) -> None:
    parts = ["external_id", "group", "priority", "requires"]
    if mapping.is_long:
        parts += ["round", "seconds", "submitted_at"]
    for part in parts:
        column = _find(free, _NAMES[part])
        if column and (part != "external_id" or mapping.is_long or _is_unique(column, rows)):
            setattr(mapping, part, column)
            free.remove(column)
    if mapping.is_long and not mapping.external_id:
        # Answers need something to join on, even where it is a field that is shown too.
        mapping.external_id = _find(list(mapping.data.values()), _NAMES["external_id"])


def _guess_data(mapping: Mapping, free: list[str], rows: Rows, fields: Sequence[str]) -> None:
    for name in fields:
        if name in mapping.data:
            continue
        column = _find(free, _TEXT) or _longest(free, rows)
        if column:
            mapping.data[name] = column
            free.remove(column)
        elif not mapping.data and mapping.external_id:
            mapping.data[name] = mapping.external_id
        elif not mapping.data and mapping.gold:
            # A file of known answers and nothing else: its column is what there is to read.
            mapping.data[name] = mapping.gold.popitem()[1]


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _find(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """The column that has the first of these names which any column has."""
    plain = {_plain(column): column for column in reversed(columns)}
    return next((plain[name] for name in names if name in plain), None)


def _take(free: list[str], names: Sequence[str]) -> str | None:
    column = _find(free, names)
    if column:
        free.remove(column)
    return column


def _is_unique(column: str, rows: Rows) -> bool:
    values = [str(row.get(column, "")) for row in rows]
    return len(set(values)) == len(values)


def _longest(columns: Sequence[str], rows: Rows) -> str | None:
    """The column with the most text: most likely what is to be read."""

    def length(column: str) -> int:
        return sum(len(str(row.get(column, ""))) for row in rows)

    return max(columns, key=length, default=None)


def _is_json(column: str, rows: Rows) -> bool:
    cells = [row[column] for row in rows if row.get(column)]
    return bool(cells) and all(_holds_json(cell) for cell in cells)


def _holds_json(cell: object) -> bool:
    if not isinstance(cell, str) or cell.lstrip()[:1] not in ("{", "["):
        return False
    try:
        loads(cell.encode())
    except (BadValue, UnicodeEncodeError):
        return False
    return True
