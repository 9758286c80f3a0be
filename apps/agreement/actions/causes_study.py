"""Why answers differ: each conflict's most likely cause, with its probability."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from apps.agreement.actions.chance import readings_of
from apps.agreement.actions.material import Material
from apps.agreement.measures import Reason, alike_within
from apps.agreement.measures.arrays import FloatArray, IntArray
from apps.agreement.measures.causes import TOO_MANY_LABELS, Causes, causes, fit
from apps.agreement.measures.figure import NO_OVERLAP
from apps.agreement.measures.readings import causes_of_readings, fit_readings

# Of each cause, the tasks of which it is most likely.
MOST_TASKS = 20
MOST_PAIRS = 8
MOST_PEOPLE = 30
# Answers that can only be compared: so many tasks are looked at, an even part where there are more.
MOST_READ = 100_000
CAUSES = ("slip", "between", "open")


def causes_study(material: Material) -> dict[str, Any]:
    return _of_values(material) if material.is_counted else _of_readings(material)


def _of_values(material: Material) -> dict[str, Any]:
    scanned = material.scanned
    answers = scanned.answers
    if answers.rater is None or not answers.unit.size:
        return {"reason": asdict(NO_OVERLAP)}
    if material.patterns is None:
        return _of_sample(material)
    people, rater = np.unique(answers.rater, return_inverse=True)
    used, value = np.unique(answers.value, return_inverse=True)
    model = fit(answers.unit, rater, value, used.size)
    if model == TOO_MANY_LABELS:
        return _of_sample(material)
    if isinstance(model, Reason):
        return {"reason": asdict(model)}
    found = causes(model, answers.unit, rater, value)
    labels = [_plain(material.scale.values[place]) for place in used.tolist()]
    told = _told(found, scanned.tasks, people, np.bincount(rater), model.without_looking, labels)
    return told | {"two_labels": used.size == 2}


def _of_readings(material: Material) -> dict[str, Any]:
    """Of answers that can only be compared: those of a task that are alike are one reading of it."""
    question, data = material.question, material.distances
    if data is None or not data.within.size:
        return {"reason": asdict(NO_OVERLAP)}
    limit = question.conflict_over or alike_within(data)[0]
    by_chance = float((data.apart <= limit).mean())
    tasks, people, read = readings_of(question, limit, by_chance, most=MOST_READ)
    model = fit_readings(read)
    if isinstance(model, Reason):
        return {"reason": asdict(model)}
    found = causes_of_readings(model, read)
    answers = np.bincount(read.rater)
    told = _told(found, tasks, people, answers, model.without_looking, [])
    left_out = max(0, (material.body["measures"][0].get("units") or 0) - tasks.size)
    more = {"by_readings": True, "limit": limit, "not_drawn": left_out}
    return told | {"two_labels": False} | more


def _of_sample(material: Material) -> dict[str, Any]:
    """Of many labels, or numbers of all sizes: which answers are alike counts, and not what they are."""
    _, tasks, people, read = material.sampled
    model = fit_readings(read)
    if isinstance(model, Reason):
        return {"reason": asdict(model)}
    found = causes_of_readings(model, read)
    told = _told(found, tasks, people, np.bincount(read.rater), model.without_looking, [])
    left_out = int((material.scanned.answers.sizes > 1).sum()) - tasks.size
    return told | {"two_labels": False, "by_readings": True, "not_drawn": left_out}


def _told(
    found: Causes,
    tasks: IntArray,
    people: IntArray,
    answers: IntArray,
    asleep: FloatArray,
    labels: list[Any],
) -> dict[str, Any]:
    return {
        "reason": None,
        "conflicts": int(found.units.size),
        "expected": {name: float(getattr(found, name).sum()) for name in CAUSES},
        "pairs": _pairs(found, labels),
        "people": _people(found, people, answers, asleep),
        "tasks": {name: _tasks(found, name, tasks, people, labels) for name in CAUSES},
    }


def _pairs(found: Causes, labels: list[Any]) -> list[dict[str, Any]]:
    order = np.argsort(-found.by_pair, kind="stable")[:MOST_PAIRS]
    return [
        {
            "first": labels[found.pairs[i][0]],
            "second": labels[found.pairs[i][1]],
            "expected": float(found.by_pair[i]),
        }
        for i in order
        if found.by_pair[i] >= 0.5
    ]


def _people(
    found: Causes, people: IntArray, answers: IntArray, asleep: FloatArray
) -> list[dict[str, Any]]:
    order = np.argsort(-found.by_rater, kind="stable")[:MOST_PEOPLE]
    return [
        {
            "rater": int(people[i]),
            "expected": float(found.by_rater[i]),
            "without_looking": float(asleep[i]),
            "answers": int(answers[i]),
        }
        for i in order
        if found.by_rater[i] >= 0.5
    ]


def _tasks(
    found: Causes, name: str, tasks: IntArray, people: IntArray, labels: list[Any]
) -> list[dict[str, Any]]:
    """Those of which this cause is the likeliest, the surest first."""
    shares = np.stack([found.slip, found.between, found.open], axis=1)
    own: FloatArray = shares[:, CAUSES.index(name)]
    mine = np.flatnonzero(shares.argmax(axis=1) == CAUSES.index(name))
    mine = mine[np.argsort(-own[mine], kind="stable")][:MOST_TASKS]
    has_pair = name == "between" and bool(found.pairs)
    return [
        {
            "task": int(tasks[found.units[i]]),
            "probability": float(own[i]),
            "rater": int(people[found.rater[i]]) if name == "slip" else None,
            "pair": [labels[v] for v in found.pairs[found.pair[i]]] if has_pair else None,
        }
        for i in mine.tolist()
    ]


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value
