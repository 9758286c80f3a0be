"""Figures of another time: of all answers up to a moment, or of those of a period."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import orjson
from django.db import connection

from apps.agreement.actions.chance import compare
from apps.agreement.actions.comparing import WHOLE
from apps.agreement.actions.data import Scale, codes_of
from apps.agreement.actions.fold import MOST_PATTERNS
from apps.agreement.actions.headline import is_led_by_objects
from apps.agreement.actions.labels import confusion_of
from apps.agreement.actions.object_periods import objects_held_against, objects_in
from apps.agreement.actions.past import Coded, Period, clusters_of, coded_in, grouped, ids_in
from apps.agreement.actions.reports import (
    ALONGSIDE,
    HEADLINE,
    figure,
    figure_of_compared,
    figures_of_labels,
)
from apps.agreement.measures import (
    Compared,
    Difference,
    Moments,
    Paired,
    Patterns,
    difference,
    measures,
    paired_difference,
    pairs_to_compare,
    tabulate,
)
from apps.agreement.measures.arrays import IntArray
from apps.agreement.measures.compared import hashed
from apps.agreement.models import ChancePair
from apps.annotations.models import Question
from apps.core.snapshot import one_moment

STORED = """
SELECT task_id, body -> 'd' -> %s FROM agreement_storedtask
 WHERE project_id = %s AND body -> 'd' ? %s
"""
BATCH = 20_000
REPLICATES = 2_000
# Pairs of answers that tell what chance would give; a period's are compared while somebody waits.
MOST_PAIRS = 4_000

Pair = tuple[int, int]


def figures_in(question: Question, period: Period) -> dict[str, Any]:
    """As the body of a report, but for what needs the ledger's sums: slices and annotators."""
    with one_moment():
        return _figures_in(question, period)


def _figures_in(question: Question, period: Period) -> dict[str, Any]:
    if question.behaviour.form(question.config) is None:
        data = compared_in(question, period)
        figures = [figure_of_compared(name, data) for name in (HEADLINE, *ALONGSIDE)]
        objects = objects_in(question, period) if is_led_by_objects(question) else None
        return _body("distance", "compared", figures, chance_pairs=data.apart.size, objects=objects)
    given = coded_in(question, period)
    scale, table = (
        given.scale,
        tabulate(given.answers, level=given.scale.level, limit=MOST_PATTERNS),
    )
    figures = [figure(scale, name, table) for name in (HEADLINE, *ALONGSIDE)]
    if isinstance(table, Moments):
        return _body(scale.level, "moments", figures)
    labels = figures_of_labels(scale, table)
    confusion = confusion_of(scale, table)
    return _body(scale.level, "patterns", figures, labels=labels, confusion=confusion)


def _body(level: str, form: str, figures: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    none: dict[str, Any] = {"labels": [], "confusion": None, "distribution": [], "verified": None}
    return none | {"level": level, "form": form, "measures": figures} | more


def compared_in(question: Question, period: Period) -> Compared:
    """Distances of answers that still stand are the ledger's; those of others are measured anew."""
    by_task: dict[int, list[int]] = {}
    group_of = {}
    for task, pk, group in ids_in(question, period):
        by_task.setdefault(task, []).append(pk)
        group_of[task] = group
    units = {task: ids for task, ids in by_task.items() if len(ids) > 1}
    wanted = [pair for ids in units.values() for pair in combinations(sorted(ids), 2)]
    known = _stored(question, units)
    known |= compare(question, [pair for pair in wanted if pair not in known])
    place = {pk: i for i, ids in enumerate(units.values()) for pk in ids}
    chance = np.array(
        [(place[a], place[b], apart) for (a, b), apart in _by_chance(question, place).items()],
        np.int64,
    ).reshape(-1, 3)
    tasks = np.fromiter(units, np.int64, len(units))
    clusters = clusters_of([group_of[task] for task in units], tasks)
    return Compared(
        sizes=np.array([len(ids) for ids in units.values()], np.int64),
        within=np.array(
            [
                sum(known.get(pair, 0) for pair in combinations(sorted(ids), 2))
                for ids in units.values()
            ],
            float,
        )
        / WHOLE,
        pairs=chance[:, :2],
        apart=chance[:, 2] / WHOLE,
        raters=None,
        group=grouped(clusters, tasks),
        lone=len(by_task) - len(units),
    )


def _by_chance(question: Question, place: dict[int, int]) -> dict[Pair, int]:
    """The same pairs as for all answers, where these are all; else a part of them, drawn by a hash
    of their numbers, so that the same period always gives the same figure."""
    kept = ChancePair.objects.filter(question=question)
    known = {(a, b): apart for a, b, apart in kept.values_list("first", "second", "distance")}
    ring = pairs_to_compare(np.fromiter(place, np.int64, len(place)))
    wanted = [(int(a), int(b)) for a, b in ring]
    if not all(pair in known for pair in wanted):
        order = np.argsort(hashed(ring[:, 0] * 31 + ring[:, 1]), kind="stable")
        wanted = [wanted[i] for i in np.sort(order[:MOST_PAIRS]).tolist()]
    known |= compare(question, [pair for pair in wanted if pair not in known])
    return {pair: known[pair] for pair in wanted if pair in known}


def _stored(question: Question, units: dict[int, list[int]]) -> dict[Pair, int]:
    key = str(question.pk)
    found: dict[Pair, int] = {}
    with connection.chunked_cursor() as cursor:
        cursor.execute(STORED, (key, question.project_id, key))
        while rows := cursor.fetchmany(BATCH):
            for task, body in rows:
                if task in units:
                    compared = orjson.loads(body)
                    ids = [rating[1] for rating in compared["r"]]
                    pairs = zip(combinations(ids, 2), compared["p"], strict=True)
                    found |= {(min(a, b), max(a, b)): apart for (a, b), apart in pairs}
    return found


def held_against(question: Question, first: Period, second: Period) -> Difference:
    """The figure of the first period less that of the second. Tasks with answers in both are drawn
    for both at once, so that what they share does not count twice."""
    with one_moment():
        return _held_against(question, first, second)


def _held_against(question: Question, first: Period, second: Period) -> Difference:
    measure = measures[HEADLINE]
    if is_led_by_objects(question):
        return objects_held_against(question, first, second)
    if question.behaviour.form(question.config) is None:
        sides = [measure(compared_in(question, period)) for period in (first, second)]
        return difference(*sides)
    known = codes_of(question)
    one, other = (coded_in(question, period, known) for period in (first, second))
    scale = one.scale if len(one.scale.values) >= len(other.scale.values) else other.scale
    tables = [
        tabulate(each.answers, level=scale.level, limit=MOST_PATTERNS) for each in (one, other)
    ]
    if not all(isinstance(table, Patterns) for table in tables):
        return difference(*(measure(table, level=scale.level) for table in tables))
    return paired_difference(
        measure, _paired(one, other, scale), level=scale.level, replicates=REPLICATES
    )


def _paired(one: Coded, other: Coded, scale: Scale) -> Paired:
    unit = np.concatenate([each.tasks[each.answers.unit] for each in (one, other)])
    value: list[Any] = []
    for each in (one, other):
        value += [each.answers.values[code] for code in each.answers.value.tolist()]
    rater = np.concatenate(
        [
            np.zeros(0, np.int64) if each.answers.rater is None else each.answers.rater
            for each in (one, other)
        ]
    )
    made = Paired.from_long(
        unit,
        rater,
        value,
        is_second=np.repeat([False, True], [one.answers.unit.size, other.answers.unit.size]),
        order=scale.values,
        group=_groups(one, other),
    )
    return _ordered(made, scale)


def _groups(one: Coded, other: Coded) -> IntArray | None:
    """Beside each answer: a group is the same in both periods, whichever of its tasks they hold."""
    if one.answers.group is None and other.answers.group is None:
        return None
    return np.concatenate([each.clusters[each.answers.unit] for each in (one, other)])


def _ordered(made: Paired, scale: Scale) -> Paired:
    """A declared order of the values is none of the answers where the scale has none."""
    sides = (replace(side, ordered=scale.is_ordered) for side in (made.first, made.second))
    first, second = sides
    return replace(made, first=first, second=second)
