"""What a strategy would have saved, replayed on answers that are there already.

The labels are told only of the tasks that a strategy asks for; after each round a model is learned
anew, and its accuracy measured on answers that no strategy may ask for. Each seed gives another start
and another model; strategies share them, so they are compared seed by seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from apps.routing.learners.linear import Settings, TooFew, train

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BASE = "random_order"
# A share of the known answers by which a model stops, as in training.
HELD = 0.2


@dataclass(frozen=True, eq=False, kw_only=True)
class Known:
    """What a strategy is told: labels (-1: not known), the model's probabilities, features."""

    units: int
    labels: IntArray
    # None at the start.
    probabilities: NDArray[np.float32] | None
    features: NDArray[np.float32] | None


# (what is known, how many, seed) -> the places to ask for, none of which is known.
Chooser = Callable[[Known, int, int], IntArray]
# (rows, labels of them, number of labels, seed) -> what gives probabilities of rows.
Learn = Callable[[Any, IntArray, int, int], Callable[[Any], Any]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Answered:
    """Tasks with their labels (rows x features, sparse or not), and others to test on. `features`,
    few and dense, are for strategies that look at distances."""

    rows: Any
    label: IntArray
    test_rows: Any
    test_label: IntArray
    labels: int
    features: NDArray[np.float32] | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How many labels to start with, how many a round, and up to how many; one run a seed."""

    start: int = 100
    batch: int = 100
    last: int = 1_000
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)

    def sizes(self, units: int) -> list[int]:
        """
        >>> Plan(start=10, batch=20, last=60).sizes(45)
        [10, 30, 45]
        """
        last = min(self.last, units)
        found = list(range(min(self.start, last), last + 1, self.batch))
        return found if found[-1] == last else [*found, last]


@dataclass(frozen=True, kw_only=True)
class Mean:
    """Over seeds, with limits of 95 % by Student; without limits where there is one seed.

    >>> found = Mean.of([0.7, 0.8, 0.9])
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3), found.n
    (0.8, 0.552, 1.048, 3)
    >>> Mean.of([0.7]).low is None
    True
    """

    value: float
    low: float | None
    high: float | None
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Mean:
        n, value = len(values), float(np.mean(values))
        if n < 2:
            return cls(value=value, low=None, high=None, n=n)
        half = float(stats.t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
        return cls(value=value, low=value - half, high=value + half, n=n)


@dataclass(frozen=True, eq=False, kw_only=True)
class Replayed:
    """Accuracies by strategy, seeds x sizes, after `sizes` labels; measured on `tested` answers."""

    sizes: tuple[int, ...]
    accuracy: Mapping[str, FloatArray]
    base: str
    tested: int

    def curve(self, name: str) -> list[Mean]:
        """The accuracy after each number of labels."""
        return [Mean.of(column) for column in self.accuracy[name].T.tolist()]

    def gained(self, name: str) -> list[Mean]:
        """What it has over the base, seed by seed, after each number of labels."""
        apart = self.accuracy[name] - self.accuracy[self.base]
        return [Mean.of(column) for column in apart.T.tolist()]

    def gained_on_average(self, name: str) -> Mean:
        """The same over all rounds after the start: one figure to choose a strategy by."""
        apart = (self.accuracy[name] - self.accuracy[self.base])[:, 1:]
        return Mean.of(apart.mean(axis=1).tolist() if apart.size else [0.0] * len(apart))


def replay(
    answered: Answered,
    choosers: Mapping[str, Chooser],
    plan: Plan,
    *,
    learn: Learn | None = None,
    base: str = BASE,
    start: Chooser | None = None,
    told: Callable[[int, int], None] | None = None,
) -> Replayed:
    """Let each of the strategies choose, from the same start, which is by lot. `told` hears how far it has come.

    >>> x = np.random.default_rng(0).normal(size=(300, 2))
    >>> y = (x[:, 0] > 0).astype(int)
    >>> some = Answered(rows=x[:200], label=y[:200], test_rows=x[200:], test_label=y[200:], labels=2)
    >>> found = replay(some, {"random_order": by_lot}, Plan(start=20, batch=20, last=60, seeds=(0,)))
    >>> found.sizes, found.accuracy["random_order"].shape
    ((20, 40, 60), (1, 3))
    """
    if base not in choosers:
        raise ValueError(f"Nothing to compare with: {base!r} is not among the strategies.")
    sizes = plan.sizes(answered.label.size)
    found = {name: np.zeros((len(plan.seeds), len(sizes))) for name in choosers}
    done = 0
    for row, seed in enumerate(plan.seeds):
        first = (start or by_lot)(_nothing(answered), sizes[0], seed)
        for name, choose in choosers.items():
            found[name][row] = _run(answered, choose, first, sizes, seed, learn or learned)
            done += 1
            if told is not None:
                told(done, len(choosers) * len(plan.seeds))
    return Replayed(sizes=tuple(sizes), accuracy=found, base=base, tested=answered.test_label.size)


def by_lot(known: Known, count: int, seed: int) -> IntArray:
    """Tasks in the order of chance: the base of every comparison."""
    left = np.flatnonzero(known.labels < 0)
    rng = np.random.default_rng([seed, known.units - left.size])
    return left[rng.permutation(left.size)[:count]]


def learned(
    rows: Any, label: IntArray, labels: int, seed: int, *, usual: Settings | None = None
) -> Callable[[Any], Any]:
    """The model that learns here otherwise, too; where one label alone is known, that one is said."""
    rng = np.random.default_rng(seed)
    is_held = rng.random(label.size) < HELD
    try:
        return train(
            rows, label, labels, is_held=is_held, settings=replace(usual or Settings(), seed=seed)
        )
    except TooFew:
        only = np.bincount(label, minlength=labels) / label.size
        return lambda given: np.tile(only.astype(np.float32), (given.shape[0], 1))


def _nothing(answered: Answered) -> Known:
    units = answered.label.size
    return Known(
        units=units,
        labels=np.full(units, -1),
        probabilities=None,
        features=answered.features,
    )


def _run(
    answered: Answered,
    choose: Chooser,
    start: IntArray,
    sizes: Sequence[int],
    seed: int,
    learn: Learn,
) -> list[float]:
    units = answered.label.size
    labels = np.full(units, -1)
    asked, accuracy = start, []
    for size, following in zip(sizes, [*sizes[1:], 0], strict=True):
        if (labels[asked] >= 0).any() or np.unique(asked).size != asked.size:
            raise ValueError("A strategy asked for a task that is known already.")
        labels[asked] = answered.label[asked]
        known = np.flatnonzero(labels >= 0)
        if known.size != size:
            raise ValueError(f"A strategy asked for {known.size} tasks in place of {size}.")
        model = learn(answered.rows[known], labels[known], answered.labels, seed)
        said = np.asarray(model(answered.test_rows)).argmax(axis=1)
        accuracy.append(float((said == answered.test_label).mean()))
        if following:
            seen = Known(
                units=units,
                labels=labels.copy(),
                probabilities=np.asarray(model(answered.rows), np.float32),
                features=answered.features,
            )
            asked = choose(seen, following - size, seed)
    return accuracy
