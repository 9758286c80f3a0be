"""More answers per task, or more tasks? Told by leaving answers out of the tasks that have many.

The spread of a figure (see power.py) with k answers a task is, as for any mean over pairs
(Hoeffding 1948), squared

    A + 4 (k - 2) B / (k (k - 1)) + 2 C / (k (k - 1)),

where A varies between the tasks, and B and C between the answers to one. The three are told by the
spreads with 2, 3 and 4 answers, which tasks with four answers or more all have in them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import nnls

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import AnyArray, FloatArray, IntArray, summed
from apps.agreement.measures.base import Measure
from apps.agreement.measures.figure import Reason, Statistic
from apps.agreement.measures.patterns import Patterns
from apps.agreement.measures.power import outlook, spread_of, tasks_for

FARTHEST = 10  # answers a task
LEAST_TASKS = 30
# Spreads that are known may lie so far from the formula's.
FITS = 0.25
DRAWN = 20_000  # smaller sets of answers, over all patterns
ONLY_PAIRS = Reason(
    code="only_pairs",
    sentence=(
        "Fewer than 30 units have three answers: whether more answers each are the better buy "
        "cannot be told from two."
    ),
)


@dataclass(frozen=True)
class Design:
    """So many answers a task, and so many tasks, for one width of the interval."""

    answers_each: int
    spread: float
    tasks: int
    cost: float

    @property
    def answers(self) -> int:
        return self.answers_each * self.tasks


@dataclass(frozen=True, kw_only=True)
class Designs:
    """`told_by` tasks with `most` answers or more told the spreads; beyond three answers they are
    foretold where tasks have four. `best` costs least. `reason` says why there is no choice."""

    designs: tuple[Design, ...] = ()
    told_by: int = 0
    most: int = 2
    reason: Reason | None = None

    @property
    def best(self) -> Design | None:
        return min(self.designs, key=lambda one: (one.cost, one.answers_each), default=None)


def designs(
    measure: Measure,
    data: Patterns,
    *,
    width: float,
    level: str = "nominal",
    distance: FloatArray | None = None,
    per_answer: float = 1.0,
    per_task: float = 0.0,
    confidence: float = 0.95,
    seed: int = 0,
) -> Designs:
    """What each number of answers a task would take for an interval of this width.

    Costs are per answer, and per task for what a task costs before anyone answers it. Where tasks
    belong to groups, all spreads are larger by as much as the present one.

    >>> from apps.agreement.measures import measures
    >>> rng = np.random.default_rng(1)
    >>> truth = rng.integers(0, 3, (400, 1))
    >>> answers = np.where(rng.random((400, 5)) < 0.8, truth, rng.integers(0, 3, (400, 5)))
    >>> data = Patterns.from_matrix(answers.T)
    >>> found = designs(measures["krippendorff_alpha"], data, width=0.05)
    >>> found.most, found.told_by, len(found.designs)
    (5, 400, 9)
    """
    now = outlook(measure, data, level=level, distance=distance)
    if now.spread is None or now.spread == 0:
        return Designs(reason=now.reason or ONLY_PAIRS)
    most = most_answers(data.sizes, data.units)
    if most < 3:
        return Designs(reason=ONLY_PAIRS)
    base = replace(data.only(data.sizes >= most), groups=None)
    rng = np.random.default_rng(seed)
    squares = {
        k: _spread_with(measure, base, k, level, distance, rng) ** 2 for k in range(2, most + 1)
    }
    cost = Cost(width, per_answer=per_answer, per_task=per_task, confidence=confidence)
    return designs_of(squares, now.by_groups, told_by=int(base.units.sum()), cost=cost)


@dataclass(frozen=True)
class Cost:
    """What is aimed at, and what an answer and a task before its first answer cost."""

    width: float
    per_answer: float = 1.0
    per_task: float = 0.0
    confidence: float = 0.95


def designs_of(squares: dict[int, float], by_groups: float, *, told_by: int, cost: Cost) -> Designs:
    """From the squared spreads with 2, 3 … answers a task, which so many tasks told."""
    most, made = max(squares), []
    for k, square in _foretold(squares).items():
        spread = math.sqrt(square * by_groups)
        tasks = tasks_for(cost.width, spread, cost.confidence)
        whole = tasks * (cost.per_task + k * cost.per_answer)
        made.append(Design(k, spread, tasks, cost=whole))
    return Designs(designs=tuple(made), told_by=told_by, most=most)


def most_answers(sizes: IntArray, units: IntArray) -> int:
    """The largest number of answers that at least half of the tasks have, and 30 of them."""
    paired = int(units[sizes >= 2].sum())
    enough = max(LEAST_TASKS, paired / 2)
    return max(
        (k for k in range(2, int(sizes.max(initial=2)) + 1) if units[sizes >= k].sum() >= enough),
        default=2,
    )


def _spread_with(
    measure: Measure,
    data: Patterns,
    answers: int,
    level: str,
    distance: FloatArray | None,
    rng: np.random.Generator,
) -> float:
    """The spread had each task only so many of its answers, any of them."""
    fewer, weights = _with_fewer(data, answers, rng)
    statistic = measure.statistic(fewer, level, distance)
    effect = np.concatenate(list(_moved(statistic, weights)))
    return spread_of(effect, weights, int(data.units.sum()))


def _with_fewer(
    data: Patterns, answers: int, rng: np.random.Generator
) -> tuple[Patterns, FloatArray]:
    times = max(4, min(200, DRAWN // max(data.units.size, 1)))
    drawn = np.concatenate(
        [rng.multivariate_hypergeometric(row, answers, times) for row in data.counts]
    )
    counts, place = np.unique(drawn, axis=0, return_inverse=True)
    weights = summed(np.repeat(data.units / times, times), place.reshape(-1))
    ones = np.ones(len(counts), np.int64)
    return replace(data, counts=counts, units=ones), weights


def _moved(statistic: Statistic, weights: FloatArray) -> Iterator[FloatArray]:
    """How far a unit of each row moves the value; rows may stand for less than one unit."""
    value = statistic(weights[None, :]).value[0]
    start = 0
    for size in intervals.chunks(weights.size, 4 * weights.size):
        rows = np.arange(start, start + size)
        left = np.repeat(weights[None, :], size, axis=0)
        part = np.minimum(weights[rows], 1) / 2
        left[np.arange(size), rows] -= part
        yield (value - statistic(left).value) / part
        start += size


def _foretold(squares: dict[int, float]) -> dict[int, float]:
    """The squared spreads with any number of answers, from those that are known; these alone where
    they are too few, or do not fall as the formula has it."""
    if max(squares) < 4:
        return squares
    known = np.array(list(squares), float)
    parts = nnls(_terms(known), np.array(list(squares.values())))[0]
    fitted = np.sqrt(_terms(known) @ parts)
    if not np.allclose(fitted, np.sqrt(list(squares.values())), rtol=FITS):
        return squares
    every = np.arange(2, FARTHEST + 1)
    return dict(zip(every.tolist(), (_terms(every) @ parts).tolist(), strict=True))


def _terms(k: AnyArray) -> FloatArray:
    pairs = k * (k - 1)
    terms: FloatArray = np.stack([np.ones(k.size), 4 * (k - 2) / pairs, 2 / pairs], axis=1)
    return terms
