"""Asks each model about the same tasks as the ones before it: whether they still change their minds."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from apps.annotations.models import Question
from apps.routing.actions.features import Features
from apps.routing.actions.packing import pack, pack_keys, unpack, unpack_keys
from apps.routing.learners.stopping import ROUNDS, Reason, stabilized
from apps.routing.models import StopSet
from apps.routing.strategies.lots import chances
from apps.routing.strategies.mixture import HOLD_OUT

IntArray = NDArray[np.int64]
# As many as in the paper. Drawn anew where there are half as many tasks more than when it was drawn.
MOST_STOP_SET, GROWN, STOP_SET = 2_000, 1.5, 119
# A round has so many new labels, by the rule by which models learn by themselves: of two trainings on
# the same answers nothing follows.
LEAST_NEW, ENOUGH = 25, 0.1


class Saying(Protocol):
    def __call__(self, rows: Any, /) -> NDArray[np.float32]: ...


def ask_stop_set(
    *,
    question: Question,
    says: Saying,
    features: Features,
    values: tuple[str, ...],
    labelled: int,
    held: float,
    seed: int,
) -> Reason:
    """What the rule says, with this model as the newest."""
    drawn = _drawn(question, features, values, held, seed)
    tasks = unpack_keys(drawn.tasks)
    said = unpack(drawn.said, "<u2").astype(np.int64).reshape(len(drawn.labelled), tasks.size)
    there = np.isin(tasks, features.tasks)
    tasks, said = tasks[there], said[:, there]
    if _is_round(drawn.labelled, labelled) and tasks.size:
        newest = says(features.rows(tasks)).argmax(axis=1)
        rounds = [*said, newest][-ROUNDS - 1 :]
        drawn.labelled = [*drawn.labelled, labelled][-ROUNDS - 1 :]
        drawn.tasks, drawn.said = pack_keys(tasks), pack(np.array(rounds), "<u2")
        drawn.save()
        said = np.array(rounds)
    return stabilized(list(said))


def _is_round(labelled: list[int], now: int) -> bool:
    return not labelled or now - labelled[-1] >= max(LEAST_NEW, int(ENOUGH * labelled[-1]))


def _drawn(
    question: Question, features: Features, values: tuple[str, ...], held: float, seed: int
) -> StopSet:
    """The one that is kept, or another where it does not fit any more."""
    kept = StopSet.objects.filter(question=question).first()
    known = int(features.tasks.size)
    same = (seed, held, tuple(values))
    if kept is not None and known <= GROWN * kept.known and _terms(kept) == same:
        return kept
    mine = features.tasks[chances(features.tasks, seed, HOLD_OUT) < held]
    lot = chances(mine, seed, STOP_SET)
    tasks = np.sort(mine[np.argsort(lot)[:MOST_STOP_SET]])
    return StopSet(
        question=question,
        seed=seed,
        exploration=held,
        known=known,
        values=list(values),
        tasks=pack_keys(tasks),
        said=pack(np.zeros((0, tasks.size)), "<u2"),
    )


def _terms(kept: StopSet) -> tuple[int, float, tuple[str, ...]]:
    return kept.seed, kept.exploration, tuple(kept.values)
