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
from apps.routing.actions.learned import Learned, Model
from apps.routing.actions.plans import mixture_of
from apps.routing.actions.pools import Candidates
from apps.routing.actions.suggesting import put_suggestions
from apps.routing.actions.sureness import Said
from apps.routing.actions.training import Trained
from apps.routing.models import Plan


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
        for task, answer, p in _proposals(one, mine, plan.bar):
            if (canonical := _canonical(question, answer)) is None:
                continue
            answers, least = proposed.get(task, ({}, 1.0))
            answers[question.name] = canonical
            proposed[task] = (answers, min(least, float(p)))
    return put_suggestions(project=project, proposed=proposed)


def _proposals(one: Model, tasks: NDArray[np.int64], bar: float) -> Iterator[Said]:
    if isinstance(one, Trained):
        return _of_labels(one, tasks, bar)
    return one.proposals(tasks, bar) if one.is_proposing else iter(())


def _of_labels(trained: Trained, tasks: NDArray[np.int64], bar: float) -> Iterator[Said]:
    said = trained.chances_of(tasks)
    values = [value_of(trained.run.question, one) for one in trained.known.values]
    best, sure = said.argmax(axis=1), said.max(axis=1)
    for at in np.flatnonzero(sure >= bar):
        yield int(tasks[at]), values[best[at]], float(sure[at])


def _canonical(question: Question, answer: Any) -> Any:
    """None for what the question does not take: nobody is shown an answer that cannot be sent."""
    try:
        return question.behaviour.clean(answer, question.config)
    except BadAnswer:
        return None
