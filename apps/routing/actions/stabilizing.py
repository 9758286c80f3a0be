"""Asks each model about the same tasks as the ones before it: whether they still change their minds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from apps.annotations.models import Question
from apps.routing.actions.packing import pack, pack_keys, unpack, unpack_keys
from apps.routing.learners.stopping import ROUNDS, Reason, stabilized
from apps.routing.models import StopSet
from apps.routing.strategies.lots import Draw, chances, held_out

IntArray = NDArray[np.int64]
# As many as in the paper. Drawn anew where there are half as many tasks more than when it was drawn.
MOST_STOP_SET, GROWN = 2_000, 1.5
# A round has so many new labels, by the rule by which models learn by themselves: of two trainings on
# the same answers nothing follows.
LEAST_NEW, ENOUGH = 25, 0.1


def ask_stop_set(
    *,
    question: Question,
    says: Callable[[IntArray], NDArray[np.float32]],
    tasks: IntArray,
    values: tuple[str, ...],
    labelled: int,
    held: float,
    seed: int,
) -> Reason:
    """What the rule says, with this model as the newest; `tasks` are all that it can be asked about."""
    drawn = _drawn(question, tasks, values, held, seed)
    asked = unpack_keys(drawn.tasks)
    said = unpack(drawn.said, "<u2").astype(np.int64).reshape(len(drawn.labelled), asked.size)
    there = np.isin(asked, tasks)
    asked, said = asked[there], said[:, there]
    if _is_round(drawn.labelled, labelled) and asked.size:
        newest = says(asked).argmax(axis=1)
        rounds = [*said, newest][-ROUNDS - 1 :]
        drawn.labelled = [*drawn.labelled, labelled][-ROUNDS - 1 :]
        drawn.tasks, drawn.said = pack_keys(asked), pack(np.array(rounds), "<u2")
        drawn.save()
        said = np.array(rounds)
    return stabilized(list(said))


def _is_round(labelled: list[int], now: int) -> bool:
    return not labelled or now - labelled[-1] >= max(LEAST_NEW, int(ENOUGH * labelled[-1]))


def _drawn(
    question: Question, tasks: IntArray, values: tuple[str, ...], held: float, seed: int
) -> StopSet:
    """The one that is kept, or another where it does not fit any more."""
    kept = StopSet.objects.filter(question=question).first()
    known = int(tasks.size)
    same = (seed, held, tuple(values))
    if kept is not None and known <= GROWN * kept.known and _terms(kept) == same:
        return kept
    mine = tasks[held_out(tasks, seed, held)]
    lot = chances(mine, seed, Draw.STOP_SET)
    drawn = np.sort(mine[np.argsort(lot)[:MOST_STOP_SET]])
    return StopSet(
        question=question,
        seed=seed,
        exploration=held,
        known=known,
        values=list(values),
        tasks=pack_keys(drawn),
        said=pack(np.zeros((0, drawn.size)), "<u2"),
    )


def _terms(kept: StopSet) -> tuple[int, float, tuple[str, ...]]:
    return kept.seed, kept.exploration, tuple(kept.values)
