"""What annotators marked, in the form that measures of objects take: read portion by portion.

Which answers count is known from the ledger; how an answer becomes objects, its kind says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import orjson
from django.db import connection

from apps.agreement.measures import Boxes, Objects, Outlines, Segments, Skeletons, Tubes
from apps.agreement.measures.arrays import IntArray
from apps.annotations.actions.answers import extents
from apps.annotations.actions.media import Files
from apps.annotations.kinds.base import Seen
from apps.annotations.kinds.marks import Geometry, Mark
from apps.annotations.models import Question
from apps.tasks.models import Task

ANSWERS = """
SELECT s.task_id, coalesce((s.body ->> 'g')::bigint, s.task_id), (r.rating ->> 0)::bigint,
       ((s.body -> 's') || (r.rating -> 2))::text, ARRAY(
         SELECT (a.answers -> name)::text FROM unnest(%s::text[]) WITH ORDINALITY AS n(name, place)
          ORDER BY place)
  FROM agreement_storedtask s
       CROSS JOIN LATERAL jsonb_array_elements(s.body -> 'd' -> %s -> 'r') AS r(rating)
       JOIN annotations_annotation a ON a.id = (r.rating ->> 1)::bigint
 WHERE s.project_id = %s AND s.body -> 'd' ? %s
   AND (%s::bigint[] IS NULL OR s.task_id = ANY(%s))
 ORDER BY s.task_id
"""
# Answers that are read, and answers and places (corners, frames) that are held at once.
BATCH = 1_000
MOST_ANSWERS, MOST_PLACES = 2_000, 200_000
WHOLE_LINE = (np.inf, -np.inf)

# By the shape of a geometry: how arrays are made of the places of marks.
SHAPES: dict[str, Callable[[list[Any], Geometry], Any]] = {
    "stretches": lambda places, _: Segments.of(places),
    "runs": lambda places, _: Segments.of(places),
    "boxes": lambda places, _: Boxes.of(places),
    "outlines": lambda places, _: Outlines.of(places),
    "skeletons": lambda places, geometry: Skeletons.of(places, geometry.sigmas),
    "tubes": lambda places, _: Tubes.of(places),
}


class Given(NamedTuple):
    """One answer that counts: the values of the questions that were asked for, in their order."""

    task: int
    group: int
    rater: int
    slices: frozenset[int]
    values: list[Any]


Marked = tuple[Given, Sequence[Mark]]


@dataclass(frozen=True, eq=False)
class Portion:
    """The objects of some tasks, with the tasks' numbers and groups, and the answers behind them."""

    objects: Objects
    tasks: IntArray
    groups: IntArray
    answers: list[Marked]


def portions(
    question: Question, geometry: Geometry, answers: Iterator[Given] | None = None
) -> Iterator[Portion]:
    """These answers to the question, in the order of the tasks; without any all that count now."""
    kind, config = question.behaviour, question.config
    labels = tuple(label.value for label in kind.labels(config))
    lines = Lines(question) if geometry.steps else None
    every = given(question, [question.name]) if answers is None else answers
    rows = ((one, kind.marks(one.values[0], config)) for one in every)
    for some in whole_tasks(rows):
        made = Objects.of(
            [(one.task, one.rater, [(m.label, m.place) for m in marks]) for one, marks in some],
            lambda places: SHAPES[geometry.shape](places, geometry),
            labels=labels,
        )
        found = portion_of(made, some)
        yield lines.fitted(found) if lines else found


def portion_of(objects: Objects, answers: list[Marked]) -> Portion:
    group_of = {one.task: one.group for one, _ in answers}
    return Portion(
        objects=objects,
        tasks=np.array(list(group_of), np.int64),
        groups=np.array(list(group_of.values()), np.int64),
        answers=answers,
    )


def given(
    question: Question, names: Sequence[str], tasks: list[int] | None = None
) -> Iterator[Given]:
    """The answers to the question that count, to these tasks or to all, each with what else its
    annotation says."""
    key = str(question.pk)
    with connection.chunked_cursor() as cursor:
        cursor.execute(ANSWERS, (list(names), key, question.project_id, key, tasks, tasks))
        while rows := cursor.fetchmany(BATCH):
            for task, group, rater, slices, texts in rows:
                values = [orjson.loads(text) if text else None for text in texts]
                # An answer that was erased a moment ago: its task is folded again soon.
                if values[0] is not None:
                    yield Given(task, group, rater, frozenset(orjson.loads(slices)), values)


def whole_tasks(rows: Iterator[Marked]) -> Iterator[list[Marked]]:
    """As many tasks together as can be held at once."""
    held: list[Marked] = []
    places = 0
    for _, answers in groupby(rows, key=lambda row: row[0].task):
        more = list(answers)
        size = sum(_size(mark.place) for _, marks in more for mark in marks)
        if held and (len(held) + len(more) > MOST_ANSWERS or places + size > MOST_PLACES):
            yield held
            held, places = [], 0
        held += more
        places += size
    if held:
        yield held


def _size(place: Any) -> int:
    return len(place) if isinstance(place, list | np.ndarray) else 1


class Lines:
    """How long the texts and recordings are on which stretches are marked."""

    def __init__(self, question: Question) -> None:
        self._question = question
        name = question.behaviour.field_of(question.config)
        self._fields = [one for one in question.project.fields if one["name"] == name]
        self._files = Files(question.project)

    def fitted(self, portion: Portion) -> Portion:
        """With each line's length, and places counted from where it begins.

        Where nobody knows it, the line goes from the first mark to the last.
        """
        data, known = portion.objects, self._known(portion.tasks)
        shapes: Segments = data.shapes
        unit = data.unit_of[shapes.owner]
        first, last = np.array([known.get(int(t), WHOLE_LINE) for t in portion.tasks]).T.copy()
        np.minimum.at(first, unit, shapes.start)
        np.maximum.at(last, unit, shapes.end)
        begin = np.where(np.isfinite(first), first, 0.0)
        moved = replace(shapes, start=shapes.start - begin[unit], end=shapes.end - begin[unit])
        lengths = np.maximum(np.where(np.isfinite(last), last, 0.0) - begin, 0.0)
        return replace(portion, objects=replace(data, shapes=moved, lengths=lengths))

    def _known(self, tasks: IntArray) -> dict[int, tuple[float, float]]:
        kind, config = self._question.behaviour, self._question.config
        rows = Task.objects.filter(pk__in=tasks.tolist()).values_list("pk", "data")
        lines = {
            pk: kind.line(config, Seen(extents(self._fields, data, self._media(data))))
            for pk, data in rows
        }
        return {pk: line for pk, line in lines.items() if line is not None}

    def _media(self, data: dict[str, Any]) -> dict[str, dict[str, Any]]:
        return self._files.media(self._fields, data)
