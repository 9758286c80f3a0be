"""Puts the tasks that nobody has begun in the order of a strategy, and says why."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.core.actions import JobFailed
from apps.core.jobs import Progress
from apps.projects.models import Project
from apps.routing.actions.begun import begun_in_order
from apps.routing.actions.offering import offer_tasks
from apps.routing.actions.plans import mixture_of
from apps.routing.actions.pools import Candidates, Leader, candidates_for
from apps.routing.actions.sureness import MOST_THOUGHTS, BySureness
from apps.routing.models import Plan, Rank, Ranking
from apps.routing.strategies import CannotRank
from apps.routing.strategies.mixture import Mixed
from apps.tasks.actions import put_in_order

# The best so many; what stands behind them keeps its order until they are used up.
MOST_RANKED = 3_000


def rank_queue(
    *,
    project: Project,
    plan: Plan,
    trained: Leader | None,
    progress: Progress,
    count: int = MOST_RANKED,
) -> Ranking:
    """The queue is never wrong while this runs, at worst old: answers that come meanwhile count for
    the next."""
    start = time.perf_counter()
    mixture = mixture_of(plan)
    looked = candidates_for(
        project=project,
        mixture=mixture,
        trained=trained,
        draw=project.queue_generation,
        progress=progress,
    )
    labels = " and ".join(one.label for one in mixture.strategies)
    progress.report(looked.open, looked.open, f"Putting them in order: {labels}.")
    try:
        mixed = mixture(looked.pool, count=min(count, looked.open))
    except CannotRank as why:
        raise JobFailed(str(why)) from why
    begun = begun_in_order(project=project, plan=plan, mixture=mixture, trained=trained)
    ranking = _made(project, plan, trained, looked, mixed, begun.size)
    _write(ranking, trained, looked, mixed, begun)
    offer_tasks(ranking, mixture, looked, mixed)
    ranking.generation = project.queue_generation
    ranking.seconds = time.perf_counter() - start
    ranking.save(update_fields=["generation", "seconds"])
    return ranking


def _made(
    project: Project,
    plan: Plan,
    trained: Leader | None,
    looked: Candidates,
    mixed: Mixed,
    begun: int,
) -> Ranking:
    ranking: Ranking = Ranking.objects.create(
        project=project,
        run=trained.run if trained else None,
        strategy=plan.strategy,
        parameters=plan.parameters,
        beside=plan.beside,
        beside_share=plan.beside_share if plan.beside else 0.0,
        exploration=plan.exploration,
        seed=plan.seed,
        generation=project.queue_generation,
        waiting=looked.waiting,
        candidates=looked.open,
        ranked=mixed.order.size,
        begun=begun,
        last_task=int(looked.tasks.max(initial=0)),
        seconds=0,
    )
    return ranking


def _write(
    ranking: Ranking,
    trained: Leader | None,
    looked: Candidates,
    mixed: Mixed,
    begun: NDArray[np.int64],
) -> None:
    """The reasons first: whoever stops in between has lost no place that they stand for."""
    order = looked.tasks[mixed.order].tolist()
    thoughts = _thoughts(looked, mixed.order, trained)
    Rank.objects.bulk_create(
        [
            Rank(
                task_id=pk,
                ranking=ranking,
                place=place,
                is_held_out=part < 0,
                is_beside=part > 0,
                thought=thought,
            )
            for place, (pk, part, thought) in enumerate(
                zip(order, mixed.part.tolist(), thoughts, strict=True), start=1
            )
        ],
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["task"],
        update_fields=["ranking", "place", "is_held_out", "is_beside", "thought", "offered"],
    )
    project = ranking.project
    others = Rank.objects.filter(ranking__project=project, task__queue__handed=0)
    gone = list(others.exclude(ranking=ranking).values_list("pk", flat=True))
    put_in_order(project=project, task_ids=order, begun=begun.tolist(), before=gone)
    Rank.objects.filter(pk__in=gone).exclude(ranking=ranking).delete()


def _thoughts(
    looked: Candidates, places: NDArray[np.int64], trained: Leader | None
) -> Sequence[list[Any]]:
    """The likeliest values of each, with their probabilities."""
    if looked.probabilities is None or trained is None:
        return [[] for _ in places]
    if isinstance(trained, BySureness):
        return trained.thoughts_of(looked.tasks[places])
    said = looked.probabilities[places]
    best = np.argsort(-said, axis=1, kind="stable")[:, :MOST_THOUGHTS]
    values = trained.run.values
    return [
        [[values[label], round(float(row[label]), 4)] for label in mine if row[label] > 0]
        for row, mine in zip(said, best.tolist(), strict=True)
    ]
