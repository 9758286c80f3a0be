"""Answers that can only be compared, in the form that measures take: read from the stored tasks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import orjson
from django.db import connection

from apps.agreement.actions.comparing import WHOLE
from apps.agreement.actions.data import raters_of
from apps.agreement.measures import Compared, pairs_to_compare
from apps.agreement.models import ALL, ChancePair
from apps.annotations.models import Annotation, Question

SCAN = """
SELECT body -> 's', coalesce((body ->> 'g')::bigint, task_id), body -> 'd' -> %s
  FROM agreement_storedtask WHERE project_id = %s AND body -> 'd' ? %s ORDER BY task_id
"""
BATCH = 5_000
Pair = tuple[int, int]


class Unit(NamedTuple):
    """One task in one slice: its group, its answers' annotations, the sum of their distances."""

    group: int
    annotations: list[int]
    within: int


def compared_of(question: Question, slice_id: int = ALL) -> Compared:
    """The answers of a slice, with the distances that tell what chance would give."""
    units, lone = [], 0
    for unit in _units(question, slice_id):
        if len(unit.annotations) > 1:
            units.append(unit)
        else:
            lone += 1
    group = np.array([unit.group for unit in units], np.int64)
    unit_of = {pk: i for i, unit in enumerate(units) for pk in unit.annotations}
    ids = np.fromiter(unit_of, np.int64, len(unit_of))
    wanted = [(int(a), int(b)) for a, b in pairs_to_compare(ids)]
    known = _distances(question, wanted, is_whole=slice_id == ALL)
    pairs = [(unit_of[a], unit_of[b], known[a, b]) for a, b in wanted if (a, b) in known]
    table = np.array(pairs, np.int64).reshape(-1, 3)
    return Compared(
        sizes=np.array([len(unit.annotations) for unit in units], np.int64),
        within=np.array([unit.within for unit in units], float) / WHOLE,
        pairs=table[:, :2],
        apart=table[:, 2] / WHOLE,
        raters=raters_of(question) if slice_id == ALL else None,
        group=group if np.unique(group).size < group.size else None,
        lone=lone,
    )


def _units(question: Question, slice_id: int) -> Iterator[Unit]:
    key = str(question.pk)
    with connection.chunked_cursor() as cursor:
        cursor.execute(SCAN, (key, question.project_id, key))
        while rows := cursor.fetchmany(BATCH):
            for slices, group, body in rows:
                compared = orjson.loads(body)
                unit = Unit(group, [r[1] for r in compared["r"]], sum(compared["p"]))
                if slice_id == ALL or slice_id in orjson.loads(slices):
                    yield unit
                elif inside := _inside(compared, slice_id, group):
                    yield inside


def _inside(compared: dict[str, Any], slice_id: int, group: int) -> Unit | None:
    """The task as if only the answers of the slice had been given."""
    ratings = compared["r"]
    kept = [r[1] for r in ratings if slice_id in r[2]]
    pairs = zip(combinations(ratings, 2), compared["p"], strict=True)
    within = sum(d for (a, b), d in pairs if slice_id in a[2] and slice_id in b[2])
    return Unit(group, kept, within) if kept else None


def _distances(question: Question, wanted: list[Pair], *, is_whole: bool) -> dict[Pair, int]:
    """The distances of these pairs of annotations; those that were compared before are kept."""
    kept = ChancePair.objects.filter(question=question)
    known = {(a, b): d for a, b, d in kept.values_list("first", "second", "distance")}
    new = compare(question, [pair for pair in wanted if pair not in known])
    ChancePair.objects.bulk_create(
        (ChancePair(question=question, first=a, second=b, distance=d) for (a, b), d in new.items()),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    if is_whole and len(known) > 2 * len(wanted):
        _forget(question, wanted)
    return known | new


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
