"""What models propose for the tasks that come next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.annotations.kinds.base import BadAnswer
from apps.annotations.models import Question
from apps.core.jobs import Progress
from apps.projects.models import Project
from apps.routing.actions.labels import value_of
from apps.routing.actions.learned import Learned
from apps.routing.actions.plans import mixture_of
from apps.routing.actions.pools import Candidates
from apps.routing.actions.sets import LearnedSets
from apps.routing.actions.suggesting import put_suggestions
from apps.routing.actions.training import Trained
from apps.routing.models import Plan

Said = tuple[int, Any, float]
"""A task, an answer, and how probable it is."""


def propose(
    *,
    project: Project,
    plan: Plan,
    looked: Candidates,
    order: NDArray[np.int64],
    learned: Learned,
    progress: Progress,
) -> int:
    """Of the tasks that come next; of none of the hold-out, whose answers are to owe models nothing."""
    progress.report(0, 1, "Proposing answers.")
    is_held = mixture_of(plan).hold_out(looked.pool)
    tasks = looked.tasks[order[~is_held[order]]]
    proposed: dict[int, tuple[dict[str, Any], float]] = {}
    for one in learned:
        question = one.run.question
        # What came since its features were made another model may have put in order.
        mine = tasks[np.isin(tasks, one.features.tasks)]
        said = one.proposals(mine) if isinstance(one, LearnedSets) else _of_labels(one, mine)
        for task, answer, p in said:
            if p < plan.bar or (canonical := _canonical(question, answer)) is None:
                continue
            answers, least = proposed.get(task, ({}, 1.0))
            answers[question.name] = canonical
            proposed[task] = (answers, min(least, float(p)))
    return put_suggestions(project=project, proposed=proposed)


def _of_labels(trained: Trained, tasks: NDArray[np.int64]) -> Iterator[Said]:
    said = trained.chances_of(tasks)
    values = [value_of(trained.run.question, one) for one in trained.known.values]
    best, sure = said.argmax(axis=1), said.max(axis=1)
    for task, label, p in zip(tasks.tolist(), best.tolist(), sure.tolist(), strict=True):
        yield task, values[label], p


def _canonical(question: Question, answer: Any) -> Any:
    """None for what the question does not take: nobody is shown an answer that cannot be sent."""
    try:
        return question.behaviour.clean(answer, question.config)
    except BadAnswer:
        return None
