"""What models propose for the tasks that come next, and for those of which they are surest."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from heapq import nlargest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.annotations.kinds.base import BadAnswer
from apps.annotations.models import Question
from apps.core.jobs import Progress
from apps.projects.models import Project
from apps.routing.actions.foretelling import next_tasks
from apps.routing.actions.labels import value_of
from apps.routing.actions.learned import Learned, Model
from apps.routing.actions.plans import is_held_out
from apps.routing.actions.pools import waiting_tasks
from apps.routing.actions.suggesting import put_suggestions
from apps.routing.actions.sureness import Said
from apps.routing.actions.training import Trained, some_of
from apps.routing.models import Plan

# What comes next is often what a model is least sure of. So of those that wait the surest get a
# proposal too: so many, of so many that are looked at, by a lot that stays the same.
MOST_SUREST, MOST_WEIGHED = 3_000, 50_000


def propose(
    *, project: Project, plan: Plan, learned: Learned, count: int, progress: Progress
) -> int:
    """Beside the next `count` tasks in the order of the queue, whatever that goes by, and beside the
    surest; of none of the hold-out, whose answers are to owe models nothing. Returns of how many.
    """
    if not learned.number:
        return 0
    progress.report(0, 1, "Proposing answers.")
    ahead = np.array(next_tasks(project, plan, count), np.int64)
    waiting = waiting_tasks(project)
    waiting = waiting[~is_held_out(plan, waiting)]
    proposed: dict[int, tuple[dict[str, Any], float]] = {}
    for one in learned:
        question = one.run.question
        for task, answer, p in _worth_it(one, ahead, waiting, plan):
            if (canonical := _canonical(question, answer)) is None:
                continue
            answers, least = proposed.get(task, ({}, 1.0))
            answers[question.name] = canonical
            proposed[task] = (answers, min(least, float(p)))
    return put_suggestions(project=project, proposed=proposed)


def _worth_it(
    one: Model, ahead: NDArray[np.int64], waiting: NDArray[np.int64], plan: Plan
) -> Iterator[Said]:
    """All that it is sure enough of among those that come next, and what it is surest of."""
    looked = some_of(one.candidates(waiting, plan.seed), plan.seed, MOST_WEIGHED)
    # What came since its features were made another model may have put in order.
    ahead = ahead[np.isin(ahead, one.features.tasks)]
    said = list(_proposals(one, np.union1d(ahead, looked), plan.bar))
    comes_next = set(ahead.tolist())
    yield from (each for each in said if each[0] in comes_next)
    yield from _surest(said, comes_next)


def _surest(said: list[Said], without: Collection[int]) -> list[Said]:
    """Of equally sure ones the first."""
    others = (each for each in said if each[0] not in without)
    return nlargest(MOST_SUREST, others, key=lambda each: (each[2], -each[0]))


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
