"""In what new tasks differ from those before: all together, field by field, in words, and to the model."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from scipy.stats import norm

from apps.core.jobs import Progress
from apps.projects.models import Project
from apps.routing.actions.features import Features
from apps.routing.actions.labels import Known, known_labels, questions_to_learn
from apps.routing.actions.plans import plan_of
from apps.routing.actions.training import LEAST_LABELLED
from apps.routing.learners.drift import MOST_ROWS, Psi, binned, psi, told_apart
from apps.routing.learners.linear import Settings, TooFew, train
from apps.routing.learners.telling import items_of, telling
from apps.routing.strategies.lots import Draw, chances
from apps.tasks.models import Task

IntArray = NDArray[np.int64]
Data = dict[str, Any]
# Of each side so many are read for fields and words; the limits say what that leaves open.
READ, MOST_WORDS, MOST_VALUES = 5_000, 15, 40
MOST_CATEGORY = 40
# The share of the lessons that tells a model when to stop.
STOPS = 0.2


@dataclass(frozen=True, eq=False)
class Sides:
    """Tasks before and now, by key; `seed` draws the lots."""

    before: IntArray
    now: IntArray
    seed: int

    def some(self, most: int) -> tuple[IntArray, IntArray]:
        """At most so many of each, by lot."""
        return _some(self.before, most, self.seed), _some(self.now, most, self.seed)


def figures_of(
    project: Project, features: Features, before: IntArray, now: IntArray, progress: Progress
) -> dict[str, Any]:
    """As they are kept: numbers and sentences, nothing that JSON has no word for."""
    left_out: list[str] = []
    sides = _independent(project, before, now, left_out)
    progress.report(0, 4, "Telling new tasks from those before.")
    apart = _apart(features, sides)
    progress.report(1, 4, "Reading fields and words.")
    data = [_data(project, some) for some in sides.some(READ)]
    if max(sides.before.size, sides.now.size) > READ:
        left_out.append(f"For fields and words {READ:,} tasks of each side, by lot, were read.")
    fields = [one for name in project.field_names if (one := _field(name, *data))]
    unread = sorted(set(project.field_names) - {one["name"] for one in fields})
    if unread:
        left_out.append(
            f"Not read, because they are no text, number or category: {', '.join(unread)}."
        )
    then, since = ([items_of(one) for one in some] for some in data)
    words = [asdict(one) for one in telling(since, then, most=MOST_WORDS)]
    progress.report(2, 4, "Asking a model.")
    model = _model(project, features, sides, left_out)
    figures = {"apart": apart, "fields": fields, "words": words, "model": model}
    cleaned: dict[str, Any] = _clean(figures | {"left_out": left_out})
    return cleaned


def _some(tasks: IntArray, most: int, seed: int) -> IntArray:
    return np.sort(tasks[np.argsort(chances(tasks, seed, Draw.DRIFT))[:most]])


def _independent(project: Project, before: IntArray, now: IntArray, left_out: list[str]) -> Sides:
    """Of tasks that belong together one, on each side: a test counts what is independent."""
    seed = int(now[0]) if now.size else 0
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT id, "group" FROM tasks_task WHERE project_id = %s AND "group" IS NOT NULL',
            (project.pk,),
        )
        group = dict(cursor.fetchall())
    if not group:
        return Sides(before, now, seed)
    kept = [_one_each(tasks, group, seed) for tasks in (before, now)]
    left_out.append(
        f"Of tasks of a group one was taken, by lot: {kept[0].size:,} before and {kept[1].size:,} now."
    )
    return Sides(kept[0], kept[1], seed)


def _one_each(tasks: IntArray, group: dict[int, str], seed: int) -> IntArray:
    met: set[str] = set()
    kept = []
    for task in tasks[np.argsort(chances(tasks, seed, Draw.DRIFT_GROUP))].tolist():
        own = group.get(task)
        if own is None or own not in met:
            kept.append(task)
        if own is not None:
            met.add(own)
    return np.sort(np.array(kept, np.int64))


def _apart(features: Features, sides: Sides) -> dict[str, Any]:
    size = min(sides.before.size, sides.now.size, MOST_ROWS)
    before, now = sides.some(size)
    found = told_apart(features.rows(before), features.rows(now), seed=sides.seed % 2**31)
    return asdict(found.accuracy) | {"p_value": found.p_value, "words": found.words}


def _data(project: Project, tasks: IntArray) -> list[Data]:
    rows = Task.objects.filter(project=project, pk__in=tasks.tolist(), erased_at__isnull=True)
    names = project.field_names
    return [
        {name: data[name] for name in names if name in data}
        for data in rows.order_by("pk").values_list("data", flat=True)
    ]


def _field(name: str, before: list[Data], now: list[Data]) -> dict[str, Any] | None:
    """How much a field has changed: numbers and lengths of texts in tenths, categories by value."""
    values = [[one.get(name) for one in some] for some in (before, now)]
    there = [value for side in values for value in side if value is not None and value != ""]
    if not there or not all(isinstance(one, str | bool | int | float) for one in there):
        return None
    if not any(isinstance(one, str) for one in there):
        as_numbers = [np.array([_number(one) for one in side]) for side in values]
        return _told(name, "number", psi(*binned(as_numbers[0], as_numbers[1])), _means(as_numbers))
    texts = [[str(one if one is not None else "") for one in side] for side in values]
    distinct = {text for side in texts for text in side}
    if len(distinct) <= MOST_VALUES and max(map(len, distinct)) <= MOST_CATEGORY:
        names = sorted(distinct)
        counts = [np.array([Counter(side)[one] for one in names], np.int64) for side in texts]
        return _told(name, "category", psi(*counts), None)
    lengths = [np.array([len(text.split()) for text in side], float) for side in texts]
    return _told(name, "length", psi(*binned(lengths[0], lengths[1])), _means(lengths))


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def _means(sides: list[NDArray[np.float64]]) -> list[float | None]:
    return [float(np.nanmean(side)) if np.isfinite(side).any() else None for side in sides]


def _told(name: str, kind: str, found: Psi, means: list[float | None] | None) -> dict[str, Any]:
    return {"name": name, "kind": kind, "means": means, **asdict(found)}


def _model(
    project: Project, features: Features, sides: Sides, left_out: list[str]
) -> dict[str, Any] | None:
    """How sure a model is, and what it says, of tasks it has not learned from: those before and now.

    It learns from one half of what was there before, drawn by lot of all tasks, and is asked about the
    other half, labelled or not: so that is a plain sample, whatever a strategy had labelled first.
    """
    plan, questions = plan_of(project), questions_to_learn(project.pk)
    question = plan.question or next(iter(questions), None)
    if question is None:
        left_out.append("No question asks for one label out of several, so no model was asked.")
        return None
    known = known_labels(question)
    is_lesson = chances(sides.before, sides.seed, Draw.DRIFT_HALF) < 0.5
    lessons = np.isin(known.tasks, sides.before[is_lesson])
    if lessons.sum() < LEAST_LABELLED:
        left_out.append(
            f"A model learns from half of what was labelled before: of {int(lessons.sum())} tasks,"
            f" where {LEAST_LABELLED} are needed, so none was asked."
        )
        return None
    asked = Sides(sides.before[~is_lesson], sides.now, sides.seed).some(READ)
    try:
        says = _learned(features, known, lessons, sides.seed)
    except TooFew:
        left_out.append("What was labelled before has one label only, so no model was asked.")
        return None
    said = [np.asarray(says(features.rows(some)), float) for some in asked]
    return {
        "question": question.name,
        "lessons": int(lessons.sum()),
        "sure": _difference(said[0].max(axis=1), said[1].max(axis=1)),
        "labels": _labels(known.values, said),
    }


def _learned(features: Features, known: Known, lessons: NDArray[np.bool_], seed: int) -> Any:
    tasks, label = known.tasks[lessons], known.label[lessons]
    return train(
        features.rows(tasks),
        label,
        len(known.values),
        is_held=chances(tasks, seed, Draw.DRIFT_STOP) < STOPS,
        settings=Settings(seed=seed % 2**31),
    )


def _difference(before: NDArray[np.float64], now: NDArray[np.float64]) -> dict[str, Any]:
    """Of two means, with limits of 95 % (large samples: Welch's, by the normal distribution)."""
    if min(before.size, now.size) < 2:
        return {"before": None, "now": None, "value": None, "low": None, "high": None}
    value = float(now.mean() - before.mean())
    half = float(norm.ppf(0.975)) * float(
        np.sqrt(before.var(ddof=1) / before.size + now.var(ddof=1) / now.size)
    )
    means = {"before": float(before.mean()), "now": float(now.mean())}
    return means | {"value": value, "low": value - half, "high": value + half}


def _labels(values: tuple[str, ...], said: list[NDArray[np.float64]]) -> dict[str, Any]:
    """What it says how often, as counts of the likeliest label; the most changed first."""
    counts = [np.bincount(some.argmax(axis=1), minlength=len(values)) for some in said]
    share = [count / max(count.sum(), 1) for count in counts]
    order = np.argsort(-np.abs(share[1] - share[0]), kind="stable")[:MOST_WORDS]
    rows = [[values[at], float(share[0][at]), float(share[1][at])] for at in order.tolist()]
    return {"psi": asdict(psi(*counts)), "rows": [row for row in rows if row[1] or row[2]]}


def _clean(value: Any) -> Any:
    """What is not known is None: JSON has no infinity."""
    if isinstance(value, dict):
        return {key: _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
