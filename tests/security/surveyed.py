"""What is in the house of maps, of looks at new tasks, and of compared strategies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from apps.annotations.models import Question
from apps.projects.models import Project
from apps.routing.actions.packing import pack, pack_keys
from apps.routing.models import Chart, DriftRun, Raise, Replay
from apps.tasks.models import Task

if TYPE_CHECKING:
    from tests.security.house import House


def surveyed(house: House) -> None:
    project = house.project
    keys = np.array(sorted(Task.objects.filter(project=project).values_list("pk", flat=True)))
    _chart(project, keys)
    house.keys["raise_id"] = _raise(project, keys).pk
    house.keys["drift_id"] = _drift(project, keys).pk
    house.keys["replay_id"] = _replay(project).pk


def _chart(project: Project, keys: Any) -> None:
    """All tasks in one part."""
    part = {"x": 0.0, "y": 0.0, "task": int(keys[0]), "words": [["late", 0.5, 0.1]]}
    Chart.objects.create(
        project=project,
        tasks=pack_keys(keys),
        places=pack(np.full((keys.size, 2), 30_000), "<u2"),
        parts=pack(np.zeros(keys.size), "u1"),
        described=[part],
        placed=keys.size,
        known=keys.size,
        last_task=int(keys[-1]),
        seconds=1,
    )


def _raise(project: Project, keys: Any) -> Raise:
    made: Raise = Raise.objects.create(
        project=project,
        why="part",
        level=1,
        tasks=pack_keys(keys),
        before=pack(np.zeros(keys.size), "<f8"),
        number=keys.size,
    )
    return made


def _drift(project: Project, keys: Any) -> DriftRun:
    """One look, with something of all that it may find."""
    limits: dict[str, Any] = {"value": 0.6, "low": 0.56, "high": 0.7}
    apart = limits | {"n": 100, "p_value": 0.001, "words": "New tasks can be told from old."}
    field = limits | {"name": "text", "kind": "length", "band": "much", "means": [3.0, 4.0]}
    word = {"item": "late", "of_these": 0.5, "of_others": 0.1, "z": 5.0}
    model = {
        "question": "intent",
        "lessons": 60,
        "sure": limits | {"before": 0.7, "now": 0.6},
        "labels": {"psi": {"words": "Little has changed."}, "rows": [["praise", 0.5, 0.4]]},
    }
    figures = {"apart": apart, "fields": [field], "words": [word], "model": model}
    found: DriftRun = DriftRun.objects.create(
        project=project,
        first_task=int(keys[0]),
        last_task=int(keys[-1]) + 1_000,
        before=1,
        now=keys.size,
        look=1,
        bar=0.03,
        is_alarm=True,
        figures=figures | {"left_out": ["Some was left out."]},
        seconds=1,
    )
    return found


def _replay(project: Project) -> Replay:
    names = ["random_order", "margin"]
    question = Question.objects.filter(project=project).asked().first()
    kept: Replay = Replay.objects.create(
        project=project,
        question=question,
        strategies=names,
        seeds=2,
        start=10,
        batch=10,
        last=20,
        offered=40,
        tested=20,
        figures={
            "sizes": [10, 20],
            "accuracy": {name: [[0.5, 0.6], [0.5, 0.7]] for name in names},
            "left_out": ["Some was left out."],
        },
        seconds=1,
    )
    return kept
