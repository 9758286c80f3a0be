"""Pseudo-labels: what a model says of tasks that nobody has answered, for it to learn from.

Self-training (Yarowsky 1995; Lee 2013, *Pseudo-label*), with three guards. A pseudo-label is given only
where another training on another draw of the answers says the same, and where the same is said with a
fifth of the features left out, several times (consistency: Sajjadi, Javanmardi and Tasdizen 2016). The
bar is the lowest at which such labels are shown to be right on the hold-out, looked for from the highest
down: bars above which too few lie to show anything are passed over, and after one that holds the first
that does not ends it (after the fixed sequences of Maurer, Hothorn and Lehmacher 1995). Where labels are
right too seldom a bar is found in fewer than one case of twenty: a test draws 400. And a model learns
from them only where it is better for it on the hold-out, beyond chance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats

from apps.routing.learners.figures import Rate
from apps.routing.learners.linear import Foreteller, Settings, train

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.floating]
BoolArray = NDArray[np.bool_]

BARS = (0.99, 0.975, 0.95, 0.9, 0.85, 0.8)
# The lower limit of 95 % of how often they must be right. With fewer than 35 tasks none shows that.
RIGHT = 0.9
SHAKEN, LEFT_OUT = 3, 0.2
BLOCK = 8_192


@dataclass(frozen=True, kw_only=True)
class Gain:
    """By how much less is lost with them (log loss, in nats a task), with limits of 95 %."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Pseudo:
    """`place` are the rows of the pool that got a label; `bar` is None where none is shown to be right.

    `right` is how often such labels are right on the hold-out. `says` is what learned from them too;
    None where there is nothing to learn from.
    """

    place: IntArray
    label: IntArray
    sure: FloatArray
    bar: float | None
    right: Rate
    gain: Gain | None = None
    says: Foreteller | None = None

    @property
    def is_better(self) -> bool:
        return self.gain is not None and self.gain.low > 0


def self_train(
    says: Foreteller,
    rows: Any,
    label: IntArray,
    pool: Any,
    *,
    is_held: BoolArray,
    is_stop: BoolArray,
    settings: Settings,
) -> Pseudo:
    """`says` has learned from the rows outside `is_stop`; it is judged by `is_held` alone. `pool` are
    rows of tasks that nobody has answered, none of the hold-out."""
    other = another(rows, label, says.labels, is_stop=is_stop, settings=settings)
    held = np.flatnonzero(is_held)
    said, sure = steady(says, other, rows[held], settings.seed)
    bar, right = bar_of(sure, said == label[held])
    none = np.zeros(0, np.int64)
    if bar is None:
        return Pseudo(place=none, label=none, sure=np.zeros(0), bar=None, right=right)
    said, sure = steady(says, other, pool, settings.seed + 1)
    place = surest(said, sure, bar, np.bincount(label[~is_stop], minlength=says.labels))
    found = Pseudo(place=place, label=said[place], sure=sure[place], bar=bar, right=right)
    if not place.size:
        return found
    again = train(
        sparse.vstack([rows, pool[place]], format="csr"),
        np.concatenate([label, said[place]]),
        says.labels,
        is_held=np.concatenate([is_stop, np.zeros(place.size, np.bool_)]),
        settings=settings,
    )
    truth = label[held]
    return replace(found, gain=gain(says(rows[held]), again(rows[held]), truth), says=again)


def another(
    rows: Any, label: IntArray, labels: int, *, is_stop: BoolArray, settings: Settings
) -> Foreteller:
    """Trained on another draw of the same answers, with each label at least once."""
    rng = np.random.default_rng((settings.seed, 117))
    lessons = np.flatnonzero(~is_stop)
    _, first = np.unique(label[lessons], return_index=True)
    drawn = np.unique(np.concatenate([rng.choice(lessons, lessons.size), lessons[first]]))
    mine = np.concatenate([drawn, np.flatnonzero(is_stop)])
    return train(
        rows[mine],
        label[mine],
        labels,
        is_held=np.arange(mine.size) >= drawn.size,
        settings=replace(settings, seed=settings.seed + 1),
    )


def steady(
    says: Foreteller, other: Foreteller, rows: Any, seed: int
) -> tuple[IntArray, FloatArray]:
    """The label of each row, and how probable it is; 0 where it is not steady."""
    label = np.zeros(rows.shape[0], np.int64)
    sure = np.zeros(rows.shape[0], np.float32)
    rng = np.random.default_rng((seed, 118))
    for start in range(0, rows.shape[0], BLOCK):
        some = rows[start : start + BLOCK]
        said = says(some)
        best = said.argmax(axis=1)
        is_steady = other(some).argmax(axis=1) == best
        for _ in range(SHAKEN):
            is_steady &= says(shaken(some, rng)).argmax(axis=1) == best
        label[start : start + BLOCK] = best
        sure[start : start + BLOCK] = np.where(is_steady, said.max(axis=1), 0.0)
    return label, sure


def shaken(rows: Any, rng: np.random.Generator) -> Any:
    """With a fifth of the features left out, by lot.

    >>> rows = sparse.csr_array(np.ones((1, 1000)))
    >>> bool(150 < 1000 - shaken(rows, np.random.default_rng(0)).sum() < 250)
    True
    """
    kept = (rng.random(rows.data.size, np.float32) >= LEFT_OUT).astype(rows.data.dtype)
    return sparse.csr_array((rows.data * kept, rows.indices, rows.indptr), shape=rows.shape)


def bar_of(sure: FloatArray, is_right: BoolArray) -> tuple[float | None, Rate]:
    """The lowest bar that holds, with how often what lies above it is right; else the highest's.

    >>> bar_of(np.full(100, 0.96), np.ones(100, bool))[0]
    0.8
    >>> bar_of(np.full(20, 0.999), np.ones(20, bool))[0] is None
    True
    """
    found, right = None, Rate.of(0, 0)
    for bar in BARS:
        above = sure >= bar
        rate = Rate.of(int((above & is_right).sum()), int(above.sum()))
        if found is None:
            right = rate
        if rate.low >= RIGHT:
            found, right = bar, rate
        elif found is not None or rate.n >= sure.size:
            break
    return found, right


def surest(label: IntArray, sure: FloatArray, bar: float, most: IntArray) -> IntArray:
    """Of each label the surest above the bar, at most so many: else those that are easily told would
    drown the others.

    >>> surest(np.array([0, 0, 1]), np.array([0.9, 0.95, 0.5]), 0.8, np.array([1, 1])).tolist()
    [1]
    """
    kept = [
        mine[np.argsort(-sure[mine], kind="stable")][: most[one]]
        for one in range(most.size)
        if (mine := np.flatnonzero((label == one) & (sure >= bar))).size
    ]
    return np.sort(np.concatenate(kept)) if kept else np.zeros(0, np.int64)


def gain(before: FloatArray, after: FloatArray, truth: IntArray) -> Gain:
    """Of the same tasks, each against itself (Student's interval).

    >>> sure, unsure = np.array([[0.9, 0.1]] * 3), np.array([[0.5, 0.5]] * 3)
    >>> gain(unsure, sure, np.zeros(3, int)).value > 0
    True
    """
    at = np.arange(truth.size)
    lost = [-np.log(np.maximum(one[at, truth].astype(float), 1e-6)) for one in (before, after)]
    less = lost[0] - lost[1]
    value = float(less.mean()) if less.size else 0.0
    if less.size < 2:
        return Gain(value=value, low=-np.inf, high=np.inf, n=less.size)
    half = float(stats.t.ppf(0.975, less.size - 1)) * float(stats.sem(less))
    return Gain(value=value, low=value - half, high=value + half, n=less.size)
