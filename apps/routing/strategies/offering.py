"""Who is asked which of the tasks that come next: a short list for each person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from apps.routing.strategies.base import BoolArray
from apps.routing.strategies.lots import Draw, FloatArray, IntArray, chances
from apps.routing.strategies.mixture import woven

# So many tasks are shared out together: their table has as many rows and columns at most.
TABLE = 256
# Of whom may not have a task; worse than anything that can be told.
NEVER = -1e9


@dataclass(frozen=True, eq=False, kw_only=True)
class Wanted:
    """Tasks in the order in which they are wanted, and what each of the people would tell of each.

    `told` and `is_free` are people x tasks: what an answer is worth, and whether it may be asked for.
    `slots` counts the answers that a task still gets. `is_held` marks those left to chance; `keys`
    are their lasting numbers.
    """

    told: FloatArray
    is_free: BoolArray
    slots: IntArray
    is_held: BoolArray
    keys: IntArray


def lists_of(wanted: Wanted, *, share: float, most: int, seed: int) -> list[IntArray]:
    """For each person the tasks to be asked next, at most so many, in the order of the tasks.

    Tasks go where their answers are worth most in all, and everybody gets as many as the others.
    What is left to chance goes by lot, and not by what anybody is good at; it has its share of each
    list, or those who have one would answer none of it, and the models would not be judged.

    >>> told = np.array([[0.9, 0.8, 0.3, 0.1], [0.8, 0.1, 0.1, 0.1]])
    >>> tasks = Wanted(told=told, is_free=told > 0, slots=np.ones(4, np.int64),
    ...     is_held=np.zeros(4, bool), keys=np.arange(4))
    >>> [mine.tolist() for mine in lists_of(tasks, share=0.0, most=2, seed=0)]
    [[1, 2], [0, 3]]
    """
    chosen, held = np.flatnonzero(~wanted.is_held), np.flatnonzero(wanted.is_held)
    luck = [chances(wanted.keys[held], seed + who, Draw.OFFERED) for who in range(len(wanted.told))]
    by_lot = np.array(luck).reshape(len(wanted.told), held.size)
    together = max(1, min(most, TABLE // max(len(wanted.told), 1)))
    asked = _shared(wanted.told[:, chosen], wanted, chosen, most, each=together)
    # One for each at a time, so that all have as many of them at any time.
    drawn = _shared(by_lot, wanted, held, most, each=1)
    return [_together(a, d, share, most) for a, d in zip(asked, drawn, strict=True)]


def _together(asked: list[int], drawn: list[int], share: float, most: int) -> IntArray:
    """A list ends where the tasks that are not left to chance do."""
    size = min(most, int(len(asked) / max(1.0 - share, 1e-9) + 1e-9))
    order, _ = woven([(place, 0) for place in asked], drawn, share, min(size, len(asked + drawn)))
    return np.array(order, np.int64)


def _shared(
    worth: FloatArray, wanted: Wanted, tasks: IntArray, most: int, *, each: int
) -> list[list[int]]:
    """Each task to as many people as it has slots, at a time so many tasks that everybody gets `each`
    for a slot. By the Hungarian method (Crouse 2016), once for each slot."""
    people = len(worth)
    lists: list[list[int]] = [[] for _ in range(people)]
    for start in range(0, tasks.size, people * each):
        if all(len(mine) >= most for mine in lists):
            break
        part = tasks[start : start + people * each]
        free = wanted.is_free[:, part].copy()
        for turn in range(int(wanted.slots[part].max(initial=0))):
            left = np.flatnonzero(wanted.slots[part] > turn)
            cells = np.where(free[:, left], worth[:, start + left], NEVER)
            some = -(-left.size // people)
            rows, columns = linear_sum_assignment(np.repeat(cells, some, axis=0), maximize=True)
            for who, at in zip(rows // some, left[columns], strict=True):
                if free[who, at]:
                    free[who, at] = False
                    lists[who].append(int(part[at]))
    return [sorted(mine)[:most] for mine in lists]
