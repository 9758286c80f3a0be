"""Answers as they count for a consensus: of one question, into arrays or for a few tasks."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from django.db import connection

from apps.annotations.models import Annotation, Question
from apps.consensus.aggregators.base import Answers, Form, IntArray
from apps.core.json import loads

# The newest of each assignment that came in time, by task and annotation.
HEADS = """
SELECT a.id, a.task_id, a.annotator_id, (a.answers -> '{name}')::text
  FROM annotations_annotation a JOIN tasks_assignment x ON x.head_id = a.id
 WHERE a.project_id = {project} AND NOT a.is_surplus AND a.erased_at IS NULL
   AND a.answers ? '{name}'
"""
# Exactly those of a run; what was erased since is gone for good.
NAMED = """
SELECT a.id, a.task_id, a.annotator_id, (a.answers -> '{name}')::text
  FROM annotations_annotation a
 WHERE a.id = ANY('{{{ids}}}'::bigint[]) AND a.erased_at IS NULL AND a.answers ? '{name}'
"""


class Given(NamedTuple):
    """One annotation that counts."""

    annotation: int
    task: int
    annotator: int
    answers: dict[str, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Table:
    """All answers to one question. `unit` and `rater` count up; `tasks` and `people` name them."""

    annotation: IntArray
    unit: IntArray
    rater: IntArray
    value: IntArray
    tasks: IntArray
    people: IntArray
    values: tuple[Hashable, ...]

    def answers(self) -> Answers:
        return Answers(
            unit=self.unit,
            rater=self.rater,
            value=self.value,
            values=self.values,
            units=self.tasks.size,
        )


def form_of(question: Question) -> Form:
    return question.behaviour.form(question.config) or "distance"


def given_of(task_ids: Collection[int]) -> list[Given]:
    """What counts of these tasks, for all questions."""
    rows = (
        Annotation.objects.heads()
        .filter(task_id__in=task_ids, is_surplus=False, erased_at__isnull=True)
        .order_by("task_id", "pk")
        .values_list("pk", "task_id", "annotator_id", "answers")
    )
    return [Given(*row) for row in rows]


def table_of(question: Question) -> Table:
    """All that counts for a question as it now stands."""
    return _read(question, HEADS.format(name=question.name, project=int(question.project_id)))


def table_of_annotations(question: Question, ids: Sequence[int]) -> Table:
    """Of these annotations, in whatever state the project is now."""
    named = ",".join(str(int(pk)) for pk in ids)
    return _read(question, NAMED.format(name=question.name, ids=named))


def _read(question: Question, sql: str) -> Table:
    """By COPY: a million rows take about two seconds and no object each."""
    places: dict[bytes, int] = {}
    numbers: list[IntArray] = []
    rest = b""
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY ({sql}) TO STDOUT") as copy:
        for block in copy:
            lines = (rest + bytes(block)).split(b"\n")
            rest = lines.pop()
            numbers.append(_coded(lines, places))
    found = np.concatenate([*numbers, np.empty((0, 4), np.int64)])
    found = found[np.argsort(found[:, 0], kind="stable")]
    tasks, unit = np.unique(found[:, 1], return_inverse=True)
    people, rater = np.unique(found[:, 2], return_inverse=True)
    values, value = _values(places, found[:, 3], form_of(question))
    return Table(
        annotation=found[:, 0],
        unit=unit,
        rater=rater,
        value=value,
        tasks=tasks,
        people=people,
        values=values,
    )


def _coded(lines: list[bytes], places: dict[bytes, int]) -> IntArray:
    rows = [line.split(b"\t") for line in lines]
    table = np.empty((len(rows), 4), np.int64)
    for column in range(3):
        table[:, column] = [int(row[column]) for row in rows]
    table[:, 3] = [places.setdefault(row[3], len(places)) for row in rows]
    return table


def _values(
    places: dict[bytes, int], code: IntArray, form: Form
) -> tuple[tuple[Hashable, ...], IntArray]:
    """The values in an order of their own, so that the same answers give the same digits."""
    # COPY writes a backslash twice; JSON has no other sign that it would write otherwise.
    texts = [text.replace(rb"\\", b"\\") for text in places]
    found = [hashable(loads(text), form) for text in texts]
    order = sorted(range(len(texts)), key=lambda place: (_rank(found[place]), texts[place]))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return tuple(found[i] for i in order), place[code]


def _rank(value: Hashable) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def hashable(value: Any, form: Form) -> Hashable:
    return frozenset(value) if form == "set" else value


def plain(value: Hashable, form: Form) -> Any:
    """Back in the canonical form of kinds: a set of labels is their sorted list."""
    if form == "distance":
        return loads(str(value).encode())
    if form == "set" and isinstance(value, frozenset):
        return sorted(value)
    return value
