"""Answers that are counted in too many forms, held against each other: an even part of the tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from apps.agreement.actions.data import Scale, Scanned
from apps.agreement.actions.object_sums import mixed
from apps.agreement.measures import Distances, alike_within, distances
from apps.agreement.measures.arrays import IntArray
from apps.agreement.measures.readings import Read, readings

MOST_TASKS = 2_000


def sampled(scale: Scale, scanned: Scanned) -> tuple[Distances, IntArray, IntArray, Read]:
    """Their distances; the tasks and annotators; and who read which task how, where answers that are
    no further apart than stands out most are one reading. Labels are alike where they are equal."""
    answers = scanned.answers
    several = np.flatnonzero(answers.sizes > 1)
    order = np.argsort(mixed(scanned.tasks[several]), kind="stable")[:MOST_TASKS]
    chosen = np.sort(several[order])
    kept = np.flatnonzero(np.isin(answers.unit, chosen))
    kept = kept[np.argsort(answers.unit[kept], kind="stable")]
    unit = np.searchsorted(chosen, answers.unit[kept])
    given = np.zeros(answers.unit.size, np.int64) if answers.rater is None else answers.rater
    people, rater = np.unique(given[kept], return_inverse=True)
    values = [scale.values[code] for code in answers.value[kept].tolist()]
    between = _between(scale)
    found = distances(unit.tolist(), rater.tolist(), values, between)
    read = _read(found, unit, rater.astype(np.int64), is_label=scale.level == "nominal")
    return found, scanned.tasks[chosen], people, read


def _between(scale: Scale) -> Callable[[Any, Any], float]:
    """As alpha has it for numbers, squared; a set by Jaccard; of anything else whether it is equal."""
    numbers = [value for value in scale.values if isinstance(value, float)]
    if scale.level in {"interval", "ratio", "ordinal"} and len(numbers) == len(scale.values):
        span = (max(numbers) - min(numbers)) or 1.0
        return lambda a, b: float(((a - b) / span) ** 2)
    if scale.level == "jaccard":
        return lambda a, b: 1 - len(a & b) / len(a | b) if a | b else 0.0
    return lambda a, b: float(a != b)


def _read(data: Distances, unit: IntArray, rater: IntArray, *, is_label: bool) -> Read:
    limit = 0.0 if is_label else _limit(data)
    starts = np.searchsorted(data.unit, np.arange(data.sizes.size + 1))
    reading: list[int] = []
    for place, size in enumerate(data.sizes.tolist()):
        apart = data.within[starts[place] : starts[place + 1]].tolist()
        reading += readings(size, apart, limit) if max(apart) > limit else [0] * size
    by_chance = float((data.apart <= limit).mean()) if data.apart.size else 0.0
    return Read(unit=unit, rater=rater, reading=np.array(reading, np.int64), by_chance=by_chance)


def _limit(data: Distances) -> float:
    return alike_within(data)[0] if data.within.size else 0.0
