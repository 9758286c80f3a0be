"""Where the disagreement is: the tasks that pull the figure down, the slices that stand apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from apps.agreement.actions.chance import compared_of
from apps.agreement.actions.data import only_used
from apps.agreement.actions.material import Material
from apps.agreement.actions.slices_study import slices_of
from apps.agreement.measures import Moments, Patterns, effects, measures
from apps.agreement.measures.arrays import FloatArray, IntArray

MOST_TASKS = 50
HEADLINE = "krippendorff_alpha"
# Of all disagreement; how few tasks hold it?
PARTS = (0.25, 0.5, 0.75)


def tasks_study(material: Material) -> dict[str, Any]:
    tasks, effect = _effects(material)
    order = np.argsort(effect, kind="stable")[:MOST_TASKS]
    return {
        "tasks": [
            {"task": int(tasks[i]), "effect": float(effect[i])} for i in order if effect[i] < 0
        ],
        "held_by": _held_by(material),
        "slices": slices_of(material),
    }


def _effects(material: Material) -> tuple[IntArray, FloatArray]:
    """Each task with two answers, and the figure less what it would be without the task."""
    if material.leads and material.sums is not None:
        gathered = material.sums.headline
        return gathered.units, np.nan_to_num(gathered.effects().effect)
    measure, question = measures[HEADLINE], material.question
    if not material.is_counted:
        # In the order of their numbers, both.
        tasks = np.unique(material.rows.task)
        found = effects(measure, compared_of(question))
        return tasks, np.nan_to_num(found.effect)
    answers, tasks = material.scanned.answers, material.scanned.tasks
    several = answers.sizes > 1
    level = material.scale.level
    if material.patterns is None:
        return tasks[several], effects(measure, Moments.of(answers, level), level=level).effect
    data = only_used(Patterns.of(answers))
    by_pattern = np.nan_to_num(effects(measure, data, level=level).effect)
    pattern, _ = answers.pattern_of_unit
    return tasks[several], by_pattern[pattern[several]]


def _held_by(material: Material) -> list[dict[str, Any]]:
    """How few tasks hold a quarter, a half and three quarters of all disagreement."""
    rows = material.rows
    tasks, place = np.unique(rows.task, return_inverse=True)
    held = np.sort(np.bincount(place, weights=rows.distance, minlength=tasks.size))[::-1]
    total = float(held.sum())
    if total <= 0:
        return []
    sums = np.cumsum(held)
    return [
        {
            "share": part,
            "tasks": int(np.searchsorted(sums, part * total) + 1),
            "of": int(tasks.size),
        }
        for part in PARTS
    ]
