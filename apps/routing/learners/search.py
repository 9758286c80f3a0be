"""Looking for better settings of a model, with few tries on many answers.

Random search (Bergstra, J., Bengio, Y. (2012). JMLR 13, 281-305) by successive halving (Jamieson, K.,
Talwalkar, A. (2016). AISTATS, 240-248): all are tried on a part of the lessons, the better third of
them on three times as many, and so on. The usual settings are always among those that are tried last,
so that what is found is no worse by the answers it is chosen by.

The best of many looks better than it is. So settings are chosen by one half of the hold-out, and the
other half says what they are worth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from apps.routing.learners.conformal import Error
from apps.routing.learners.linear import Settings, TooFew, train

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
S = TypeVar("S")

# Of each round the best in so many go on, with so many times the lessons.
HALVING = 3
# Fewer lessons than this tell settings apart by chance alone.
LEAST_LESSONS = 60


@dataclass(frozen=True, kw_only=True)
class Between:
    """A number to try: evenly, or evenly in its logarithm; whole where it counts."""

    low: float
    high: float
    is_log: bool = False
    is_whole: bool = False

    def drawn(self, rng: np.random.Generator) -> float | int:
        """
        >>> 1e-6 <= Between(low=1e-6, high=1e-2, is_log=True).drawn(np.random.default_rng(0)) <= 1e-2
        True
        """
        if self.is_log:
            value = float(np.exp(rng.uniform(np.log(self.low), np.log(self.high))))
        else:
            value = float(rng.uniform(self.low, self.high))
        value = min(max(value, self.low), self.high)
        return round(value) if self.is_whole else value


@dataclass(frozen=True)
class OneOf:
    """One of some values."""

    values: tuple[Any, ...]

    def drawn(self, rng: np.random.Generator) -> Any:
        return self.values[int(rng.integers(len(self.values)))]


Space = Mapping[str, Between | OneOf]
LINEAR: Space = {"alpha": Between(low=1e-7, high=1e-3, is_log=True)}


@dataclass(frozen=True, kw_only=True)
class Trial(Generic[S]):
    """One setting, and what it lost on each number of lessons that it came to (None: it failed)."""

    number: int
    settings: S
    losses: tuple[float | None, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Searched(Generic[S]):
    """The best, and all that were tried. Trial 0 has the usual settings."""

    best: Trial[S]
    trials: tuple[Trial[S], ...]
    lessons: tuple[int, ...]


def search(
    usual: S,
    space: Space,
    loss: Callable[[S, int], float],
    *,
    lessons: int,
    tries: int = 18,
    seed: int = 0,
) -> Searched[S]:
    """Try settings (a dataclass) by `loss(settings, number of lessons)`, of which less is better.

    >>> usual = Settings(alpha=1e-7)
    >>> found = search(usual, LINEAR, lambda s, n: abs(np.log10(s.alpha) + 4), lessons=900)
    >>> bool(abs(np.log10(found.best.settings.alpha) + 4) < 0.5), found.lessons
    (True, (100, 300, 900))
    """
    rng = np.random.default_rng(seed)
    made: list[Any] = [usual]
    for _ in range(tries):
        given = {name: part.drawn(rng) for name, part in space.items()}
        made.append(replace(usual, **given))  # type: ignore[type-var]
    trials = [Trial(number=i, settings=one) for i, one in enumerate(made)]
    rounds = _rounds(lessons, tries)
    running = list(range(len(trials)))
    for size in rounds:
        for i in running:
            told = _told(loss, trials[i].settings, size)
            trials[i] = replace(trials[i], losses=(*trials[i].losses, told))
        if size == rounds[-1]:
            break
        order = sorted(running, key=lambda i: _rank(trials[i]))
        # The usual settings go on whatever they lost on few lessons.
        running = sorted({0, *order[: max(1, len(order) // HALVING)]})
    best = min((trials[i] for i in running), key=_rank)
    return Searched(best=best, trials=tuple(trials), lessons=tuple(rounds))


@dataclass(frozen=True, kw_only=True)
class Worth:
    """The settings that were chosen, and by how much less they lose than the usual ones on answers
    that took no part in the choice (in nats an answer, with its limits and n)."""

    settings: Settings
    searched: Searched[Settings]
    saved: Error


def search_linear(
    rows: Any,
    label: IntArray,
    labels: int,
    *,
    is_held: BoolArray,
    usual: Settings,
    space: Space = LINEAR,
    tries: int = 18,
) -> Worth:
    """Settings for `linear.train`. Lessons are taken in an order of lot, the first so many each time."""
    rng = np.random.default_rng(usual.seed)
    lessons = rng.permutation(np.flatnonzero(~is_held))
    held = rng.permutation(np.flatnonzero(is_held))
    choose, test = held[::2], held[1::2]

    def lost(settings: Settings, many: int, places: IntArray) -> FloatArray:
        given = np.concatenate([lessons[:many], choose])
        part = np.arange(given.size) >= min(many, lessons.size)
        model = train(rows[given], label[given], labels, is_held=part, settings=settings)
        p = model(rows[places])[np.arange(places.size), label[places]]
        return np.asarray(-np.log(np.maximum(p, 1e-7)), float)

    found = search(
        usual,
        space,
        lambda settings, many: float(lost(settings, many, choose).mean()),
        lessons=lessons.size,
        tries=tries,
        seed=usual.seed,
    )
    best = found.best.settings
    saved = np.zeros(test.size)
    if best != usual and test.size:
        saved = lost(usual, lessons.size, test) - lost(best, lessons.size, test)
    return Worth(settings=best, searched=found, saved=Error.of(saved))


def _rounds(lessons: int, tries: int) -> Sequence[int]:
    """How many lessons each round learns from, the last from all."""
    found = [lessons]
    while (
        len(found) < 4 and HALVING ** len(found) <= tries and found[0] // HALVING >= LEAST_LESSONS
    ):
        found.insert(0, found[0] // HALVING)
    return found


def _told(loss: Callable[[S, int], float], settings: S, size: int) -> float | None:
    try:
        told = loss(settings, size)
    except TooFew:
        return None
    return told if np.isfinite(told) else None


def _rank(trial: Trial[Any]) -> tuple[float, int]:
    """By what it lost last; of equal ones the first, so the usual before all."""
    last = trial.losses[-1] if trial.losses else None
    return (np.inf if last is None else last, trial.number)
