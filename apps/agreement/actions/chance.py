"""Answers that can only be compared, in the form that measures take: read from the stored tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import orjson
from django.db import connection

from apps.agreement.actions.comparing import WHOLE
from apps.agreement.actions.data import raters_of
from apps.agreement.measures import Compared, Distances, pairs_to_compare
from apps.agreement.measures.arrays import FloatArray, IntArray
from apps.agreement.measures.compared import hashed
from apps.agreement.measures.readings import Read, readings
from apps.agreement.models import ALL, ChancePair
from apps.annotations.models import Annotation, Question

SCAN = """
SELECT task_id, body -> 's', coalesce((body ->> 'g')::bigint, task_id), body -> 'd' -> %s
  FROM agreement_storedtask WHERE project_id = %s AND body -> 'd' ? %s ORDER BY task_id
"""
BATCH = 5_000
Pair = tuple[int, int]


class Unit(NamedTuple):
    """One task in one slice: its group, its answers' annotations, the distances of their pairs."""

    task: int
    group: int
    annotations: list[int]
    raters: list[int]
    apart: list[int]


def compared_of(question: Question, slice_id: int = ALL) -> Compared:
    """The answers of a slice, with the distances that tell what chance would give."""
    units, lone = _several(question, slice_id)
    pairs, apart = _at_large(
        units, lambda wanted: _distances(question, wanted, is_whole=slice_id == ALL)
    )
    return Compared(
        sizes=_sizes(units),
        within=np.array([sum(unit.apart) for unit in units], float) / WHOLE,
        pairs=pairs,
        apart=apart,
        raters=raters_of(question) if slice_id == ALL else None,
        group=_groups(units),
        lone=lone,
    )


def distances_of(question: Question, *, most: int) -> Distances:
    """Each distance by itself: where those inside tasks are more than `most`, of the tasks that
    come first by a hash of their answers' numbers, the same ones each time."""
    units, lone = _several(question, ALL)
    units = _first_of(units, most)
    known = _known(question)
    pairs, apart = _at_large(
        units,
        lambda wanted: known | compare(question, [pair for pair in wanted if pair not in known]),
    )
    return Distances(
        unit=np.repeat(np.arange(len(units)), [len(unit.apart) for unit in units]),
        within=np.array([d for unit in units for d in unit.apart], float) / WHOLE,
        pairs=pairs,
        apart=apart,
        sizes=_sizes(units),
        raters=raters_of(question),
        group=_groups(units),
        lone=lone,
    )


def _at_large(
    units: list[Unit], distances: Callable[[list[Pair]], dict[Pair, int]]
) -> tuple[IntArray, FloatArray]:
    """Pairs of answers that tell chance: the places of their units (P x 2), and their distances."""
    unit_of = {pk: i for i, unit in enumerate(units) for pk in unit.annotations}
    ring = pairs_to_compare(np.fromiter(unit_of, np.int64, len(unit_of)))
    wanted = [(int(a), int(b)) for a, b in ring]
    known = distances(wanted)
    pairs = [(unit_of[a], unit_of[b], known[a, b]) for a, b in wanted if (a, b) in known]
    table = np.array(pairs, np.int64).reshape(-1, 3)
    return table[:, :2], table[:, 2] / WHOLE


def _sizes(units: list[Unit]) -> IntArray:
    return np.array([len(unit.annotations) for unit in units], np.int64)


def _groups(units: list[Unit]) -> IntArray | None:
    """None where every task stands alone."""
    group = np.array([unit.group for unit in units], np.int64)
    return group if np.unique(group).size < group.size else None


def readings_of(
    question: Question, limit: float, by_chance: float, *, most: int
) -> tuple[IntArray, IntArray, Read]:
    """The tasks with two answers or more, the annotators, and who read which task how; answers no
    further apart than the limit are one reading. Of more than `most` tasks an even part."""
    units, _ = _several(question, ALL)
    order = np.argsort(hashed(np.array([unit.task for unit in units], np.int64)))[:most]
    units = [units[i] for i in np.sort(order)]
    sizes = [len(unit.annotations) for unit in units]
    of_answers = np.array([rater for unit in units for rater in unit.raters], np.int64)
    people, rater = np.unique(of_answers, return_inverse=True)
    whole = round(limit * WHOLE)
    read = [reading for unit in units for reading in _readings(unit, whole)]
    data = Read(
        unit=np.repeat(np.arange(len(units)), sizes),
        rater=rater.astype(np.int64),
        reading=np.array(read, np.int64),
        by_chance=by_chance,
    )
    return np.array([unit.task for unit in units], np.int64), people, data


def _readings(unit: Unit, limit: int) -> list[int]:
    number = len(unit.annotations)
    return readings(number, unit.apart, limit) if max(unit.apart) > limit else [0] * number


def _several(question: Question, slice_id: int) -> tuple[list[Unit], int]:
    """The tasks with two answers or more, and how many have one."""
    units, lone = [], 0
    for unit in _units(question, slice_id):
        if len(unit.annotations) > 1:
            units.append(unit)
        else:
            lone += 1
    return units, lone


def _first_of(units: list[Unit], most: int) -> list[Unit]:
    """Units with so many distances, drawn evenly, in the order in which they came."""
    order = np.argsort(hashed(np.array([unit.annotations[0] for unit in units], np.int64)))
    sizes = np.array([len(units[i].apart) for i in order], np.int64)
    kept = order[np.cumsum(sizes) <= most] if sizes.size else order
    return [units[i] for i in np.sort(kept)]


def _units(question: Question, slice_id: int) -> Iterator[Unit]:
    key = str(question.pk)
    with connection.chunked_cursor() as cursor:
        cursor.execute(SCAN, (key, question.project_id, key))
        while rows := cursor.fetchmany(BATCH):
            for task, slices, group, body in rows:
                compared = orjson.loads(body)
                ratings = compared["r"]
                unit = Unit(
                    task, group, [r[1] for r in ratings], [r[0] for r in ratings], compared["p"]
                )
                if slice_id == ALL or slice_id in orjson.loads(slices):
                    yield unit
                elif inside := _inside(unit, ratings, slice_id):
                    yield inside


def _inside(unit: Unit, ratings: list[Any], slice_id: int) -> Unit | None:
    """The task as if only the answers of the slice had been given."""
    kept = [r for r in ratings if slice_id in r[2]]
    pairs = zip(combinations(ratings, 2), unit.apart, strict=True)
    apart = [d for (a, b), d in pairs if slice_id in a[2] and slice_id in b[2]]
    inside = unit._replace(
        annotations=[r[1] for r in kept], raters=[r[0] for r in kept], apart=apart
    )
    return inside if kept else None


def _distances(question: Question, wanted: list[Pair], *, is_whole: bool) -> dict[Pair, int]:
    """The distances of these pairs of annotations; those that were compared before are kept."""
    known = _known(question)
    new = compare(question, [pair for pair in wanted if pair not in known])
    ChancePair.objects.bulk_create(
        (ChancePair(question=question, first=a, second=b, distance=d) for (a, b), d in new.items()),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    if is_whole and len(known) > 2 * len(wanted):
        _forget(question, wanted)
    return known | new


def _known(question: Question) -> dict[Pair, int]:
    kept = ChancePair.objects.filter(question=question)
    return {(a, b): d for a, b, d in kept.values_list("first", "second", "distance")}


def compare(question: Question, pairs: list[Pair]) -> dict[Pair, int]:
    """Without pairs of an answer that was erased a moment ago: its task is folded again soon."""
    ids = {pk for pair in pairs for pk in pair}
    values = {
        pk: answers[question.name]
        for pk, answers in Annotation.objects.filter(pk__in=ids).values_list("pk", "answers")
        if answers.get(question.name) is not None
    }
    kind, config = question.behaviour, question.config
    return {
        (a, b): round(kind.distance(values[a], values[b], config) * WHOLE)
        for a, b in pairs
        if a in values and b in values
    }


def _forget(question: Question, wanted: list[Pair]) -> None:
    """Pairs that are not looked at any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM agreement_chancepair old WHERE question_id = %s AND NOT EXISTS ("
            " SELECT 1 FROM unnest(%s::bigint[], %s::bigint[]) AS new(first, second)"
            " WHERE new.first = old.first AND new.second = old.second)",
            (question.pk, [a for a, _ in wanted], [b for _, b in wanted]),
        )
