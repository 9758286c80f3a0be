"""A model against known answers, of tasks that it has not learned from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.annotations.models import Gold, Question
from apps.routing.actions.labels import value_of
from apps.routing.learners.figures import held_figures

IntArray = NDArray[np.int64]


def gold_figures(
    *,
    question: Question,
    values: Sequence[str],
    learned: IntArray,
    readable: IntArray,
    chances_of: Callable[[IntArray], NDArray[np.float32]],
) -> dict[str, Any] | None:
    """None without a known answer. `known` counts all of them; judged are those of `readable` tasks
    whose answers the model has not seen, neither to learn nor to stop by."""
    place = {value_of(question, value): number for number, value in enumerate(values)}
    golds = Gold.objects.filter(
        task__project=question.project_id,
        task__erased_at__isnull=True,
        answers__has_key=question.name,
    )
    found = [
        (pk, place[said])
        for pk, answers in golds.order_by("task").values_list("task", "answers")
        if isinstance(said := answers[question.name], str | int | float) and said in place
    ]
    if not found:
        return None
    tasks, truth = np.array(found, np.int64).T
    is_new = np.isin(tasks, readable) & ~np.isin(tasks, learned)
    says = chances_of(tasks[is_new]) if is_new.any() else np.zeros((0, len(values)))
    held = held_figures(says.astype(float), truth[is_new])
    return {
        "accuracy": asdict(held.accuracy),
        "macro_f1": held.macro_f1,
        "known": len(found),
    }
