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
from apps.routing.strategies.lots import Draw, chances

IntArray = NDArray[np.int64]
# Enough for an interval of a hundredth; asking a model takes time at each training.
MOST_JUDGED = 10_000


def gold_figures(
    *,
    question: Question,
    values: Sequence[str],
    learned: IntArray,
    readable: IntArray,
    seed: int,
    chances_of: Callable[[IntArray], NDArray[np.float32]],
) -> dict[str, Any] | None:
    """None without a known answer. `known` counts all of them; judged are those of `readable` tasks
    whose answers the model has not seen, neither to learn nor to stop by; of very many, some by lot."""
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
    new = np.flatnonzero(np.isin(tasks, readable) & ~np.isin(tasks, learned))
    new = np.sort(new[np.argsort(chances(tasks[new], seed, Draw.GOLD_JUDGED))[:MOST_JUDGED]])
    says = chances_of(tasks[new]) if new.size else np.zeros((0, len(values)))
    held = held_figures(says.astype(float), truth[new])
    return {
        "accuracy": asdict(held.accuracy),
        "macro_f1": held.macro_f1,
        "known": len(found),
    }
