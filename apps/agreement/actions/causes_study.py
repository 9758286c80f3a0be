"""Why answers differ: each conflict's most likely cause, with its probability."""

from __future__ import annotations

from typing import Any

import numpy as np

from apps.agreement.actions.data import Scanned
from apps.agreement.actions.material import Material
from apps.agreement.measures import Reason
from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.causes import Causes, Fitted, causes, fit

# Of each cause, the tasks of which it is most likely.
MOST_TASKS = 20
MOST_PAIRS = 8
MOST_PEOPLE = 30
CAUSES = ("slip", "between", "open")
NOT_COUNTED = {
    "code": "not_counted",
    "sentence": "Causes are told for questions whose answers are labels or points of a scale.",
}


def causes_study(material: Material) -> dict[str, Any]:
    if not material.is_counted or material.patterns is None:
        return {"reason": NOT_COUNTED}
    scanned = material.scanned
    answers = scanned.answers
    if answers.rater is None or not answers.unit.size:
        return {"reason": NOT_COUNTED}
    people, rater = np.unique(answers.rater, return_inverse=True)
    used, value = np.unique(answers.value, return_inverse=True)
    model = fit(answers.unit, rater, value, used.size)
    if isinstance(model, Reason):
        return {"reason": {"code": model.code, "sentence": model.sentence}}
    found = causes(model, answers.unit, rater, value)
    labels = [material.scale.values[place] for place in used.tolist()]
    return {
        "reason": None,
        "two_labels": used.size == 2,
        "conflicts": int(found.units.size),
        "expected": {name: float(getattr(found, name).sum()) for name in CAUSES},
        "pairs": _pairs(found, labels),
        "people": _people(found, model, people.tolist(), np.bincount(rater)),
        "tasks": {name: _tasks(found, name, scanned, people, labels) for name in CAUSES},
    }


def _pairs(found: Causes, labels: list[Any]) -> list[dict[str, Any]]:
    order = np.argsort(-found.by_pair, kind="stable")[:MOST_PAIRS]
    return [
        {
            "first": _plain(labels[found.pairs[i][0]]),
            "second": _plain(labels[found.pairs[i][1]]),
            "expected": float(found.by_pair[i]),
        }
        for i in order
        if found.by_pair[i] >= 0.5
    ]


def _people(found: Causes, model: Fitted, people: list[int], answers: Any) -> list[dict[str, Any]]:
    order = np.argsort(-found.by_rater, kind="stable")[:MOST_PEOPLE]
    return [
        {
            "rater": people[i],
            "expected": float(found.by_rater[i]),
            "without_looking": float(model.without_looking[i]),
            "answers": int(answers[i]),
        }
        for i in order
        if found.by_rater[i] >= 0.5
    ]


def _tasks(
    found: Causes, name: str, scanned: Scanned, people: Any, labels: list[Any]
) -> list[dict[str, Any]]:
    """Those of which this cause is the likeliest, the surest first."""
    shares = np.stack([found.slip, found.between, found.open], axis=1)
    own: FloatArray = shares[:, CAUSES.index(name)]
    mine = np.flatnonzero(shares.argmax(axis=1) == CAUSES.index(name))
    mine = mine[np.argsort(-own[mine], kind="stable")][:MOST_TASKS]
    return [
        {
            "task": int(scanned.tasks[found.units[i]]),
            "probability": float(own[i]),
            "rater": int(people[found.rater[i]]) if name == "slip" else None,
            "pair": [_plain(labels[v]) for v in found.pairs[found.pair[i]]]
            if name == "between"
            else None,
        }
        for i in mine.tolist()
    ]


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value
