"""More answers per task, or more tasks, where answers can only be compared: see `designs`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from apps.agreement.measures.arrays import AnyArray, FloatArray, IntArray, summed
from apps.agreement.measures.base import Measure
from apps.agreement.measures.between import Distances
from apps.agreement.measures.compared import Compared
from apps.agreement.measures.designs import (
    FARTHEST,
    ONLY_PAIRS,
    Cost,
    Designs,
    designs_of,
    most_answers,
)
from apps.agreement.measures.power import Outlook, outlook

# Sets of so many answers that are drawn from those that a task has.
TIMES = 20
# Of the answers that are drawn (by unit and answer) to the outlook of the figure.
Fewer = Callable[[AnyArray], Outlook]


def compared_designs(
    measure: Measure, data: Distances, *, width: float, by_groups: float = 1.0, seed: int = 0
) -> Designs:
    """What each number of answers a task would take for an interval of this width.

    `by_groups` is how many times more tasks it takes since some belong together (`Outlook`).

    >>> from apps.agreement.measures import distances, measures
    >>> rng = np.random.default_rng(1)
    >>> truth, noise = rng.random((120, 1)), rng.normal(0, 0.1, (120, 4))
    >>> found = distances(np.repeat(range(120), 4).tolist(), [*range(4)] * 120,
    ...     np.clip(truth + noise, 0, 1).reshape(-1).tolist(), lambda a, b: abs(a - b))
    >>> made = compared_designs(measures["krippendorff_alpha"], found, width=0.05)
    >>> made.most, made.told_by, made.designs[0].tasks > made.designs[2].tasks
    (4, 120, True)
    """
    sizes = data.sizes
    most = min(FARTHEST, most_answers(sizes, np.ones(sizes.size, np.int64)))
    if most < 3:
        return Designs(reason=ONLY_PAIRS)
    kept = sizes >= most
    squares = squared_spreads(sizes, most, partial(_outlook_with, measure, data, kept), seed)
    return designs_of(squares, by_groups, told_by=int(kept.sum()), cost=Cost(width))


def squared_spreads(
    sizes: IntArray, most: int, fewer: Fewer, seed: int = 0, *, times: int = TIMES
) -> dict[int, float]:
    """With 2 to `most` answers to each of the units that have as many, drawn so many times.

    `sizes` (U) says how many answers each unit has; `fewer` is given which answers are drawn.
    """
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(sizes.size), sizes)
    found = {}
    for k in range(2, most + 1):
        draws = 1 if (sizes[sizes >= most] == k).all() else times
        spreads = [fewer(_drawn(unit, sizes, k, rng)).spread or 0.0 for _ in range(draws)]
        found[k] = float(np.mean(np.square(spreads)))
    return found


def _drawn(unit: IntArray, sizes: IntArray, answers: int, rng: np.random.Generator) -> AnyArray:
    """So many of each unit's answers, any of them (A)."""
    order = np.lexsort((rng.random(unit.size), unit))
    place = np.empty(unit.size, np.int64)
    place[order] = np.arange(unit.size) - (np.cumsum(sizes) - sizes)[unit[order]]
    return place < answers


def _outlook_with(measure: Measure, data: Distances, kept: AnyArray, drawn: AnyArray) -> Outlook:
    first, second = _ends(data.sizes)
    both = drawn[first] & drawn[second]
    within = summed(np.where(both, data.within, 0.0), data.unit, kept.size)
    unit = np.repeat(np.arange(kept.size), data.sizes)
    sizes = np.bincount(unit, drawn, minlength=kept.size).astype(np.int64)
    return outlook(measure, _only(data, kept, sizes, within))


def _only(data: Distances, kept: AnyArray, sizes: IntArray, within: FloatArray) -> Compared:
    """The units that are kept, with fewer answers; chance is told by the same pairs."""
    place = np.cumsum(kept) - 1
    inside = kept[data.pairs].all(axis=1)
    return replace(
        data.compared,
        sizes=sizes[kept],
        within=within[kept],
        pairs=place[data.pairs[inside]],
        apart=data.apart[inside],
        group=None,
    )


def _ends(sizes: IntArray) -> tuple[IntArray, IntArray]:
    """The two answers of each pair inside units, in the order of `Distances.within`."""
    starts = np.cumsum(sizes) - sizes
    pairs = {int(m): np.array(np.triu_indices(m, 1)) for m in np.unique(sizes)}
    every = [start + pairs[m] for start, m in zip(starts.tolist(), sizes.tolist(), strict=True)]
    first, second = np.concatenate(every, axis=1) if every else np.zeros((2, 0), np.int64)
    return first, second
