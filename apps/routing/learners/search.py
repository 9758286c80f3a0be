"""Looking for better settings of a model, with few tries on many answers.

Settings are proposed by Optuna: by a tree-structured Parzen estimator (Bergstra, J., Bardenet, R., Bengio,
Y., Kegl, B. (2011). NeurIPS 24), which draws near to what was good, or by lot. Each is tried on a part of
the lessons first and goes on to three times as many only while it is among the better third (asynchronous
successive halving: Li, L., et al. (2020). MLSys 2). The usual settings are tried first, on all lessons.

The best of many looks better than it is. So settings are chosen by one half of the hold-out, and the
other half says what they are worth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, TypeVar

import numpy as np
import optuna
from numpy.typing import NDArray

from apps.routing.learners.conformal import Error
from apps.routing.learners.linear import TooFew
from apps.routing.learners.losses import Losses

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
S = TypeVar("S")
Way = Literal["tpe", "random"]

# It writes of each try to the log: who asks is told in other ways.
optuna.logging.set_verbosity(optuna.logging.WARNING)
# Of each round the best in so many go on, with so many times the lessons.
HALVING, MOST_ROUNDS = 3, 4
# Fewer lessons than this tell settings apart by chance alone.
LEAST_LESSONS = 60
# So many are drawn by lot before the estimator has anything to go by.
FIRST = 6


@dataclass(frozen=True, kw_only=True)
class Between:
    """A number to try: evenly, or evenly in its logarithm; whole where it counts."""

    low: float
    high: float
    is_log: bool = False
    is_whole: bool = False

    def of(self, trial: optuna.Trial, name: str) -> Any:
        if self.is_whole:
            return trial.suggest_int(name, round(self.low), round(self.high), log=self.is_log)
        return trial.suggest_float(name, self.low, self.high, log=self.is_log)


@dataclass(frozen=True)
class OneOf:
    """One of some values."""

    values: tuple[Any, ...]

    def of(self, trial: optuna.Trial, name: str) -> Any:
        return trial.suggest_categorical(name, self.values)


Space = Mapping[str, Between | OneOf]
OF_LINES: Space = {"alpha": Between(low=1e-7, high=1e-3, is_log=True)}
OF_TREES: Space = {
    "rate": Between(low=0.02, high=0.3, is_log=True),
    "leaves": Between(low=4, high=63, is_log=True, is_whole=True),
    "least_in_leaf": Between(low=3, high=60, is_log=True, is_whole=True),
    "shrink": Between(low=1e-3, high=30.0, is_log=True),
}


@dataclass(frozen=True, kw_only=True)
class Tried(Generic[S]):
    """One setting, and what it lost on each number of lessons that it came to; `is_done` if it came to
    all of them."""

    number: int
    settings: S
    losses: tuple[float, ...] = ()
    is_done: bool = False


@dataclass(frozen=True, kw_only=True)
class Searched(Generic[S]):
    """The best, and all that were tried. Trial 0 has the usual settings."""

    best: Tried[S]
    trials: tuple[Tried[S], ...]
    lessons: tuple[int, ...]


def _unheard(_: int) -> None:
    return


def search(
    usual: S,
    space: Space,
    loss: Callable[[S, int], float],
    *,
    lessons: int,
    tries: int = 18,
    seed: int = 0,
    way: Way = "tpe",
    tell: Callable[[int], None] = _unheard,
) -> Searched[S]:
    """Try settings (a dataclass) by `loss(settings, number of lessons)`, of which less is better.

    `tell` hears the number of each try before it begins; what it raises ends the search. Raises TooFew.

    >>> from apps.routing.learners.linear import Settings
    >>> usual = Settings(alpha=1e-7)
    >>> found = search(usual, OF_LINES, lambda s, n: abs(np.log10(s.alpha) + 4), lessons=900)
    >>> bool(abs(np.log10(found.best.settings.alpha) + 4) < 0.5), found.lessons
    (True, (100, 300, 900))
    """
    rounds = _rounds(lessons, tries)
    study = _study(way, seed)
    study.enqueue_trial({name: getattr(usual, name) for name in space})
    tried: list[Tried[S]] = []

    def one(trial: optuna.Trial) -> float:
        tell(trial.number)
        given: Any = {name: part.of(trial, name) for name, part in space.items()}
        settings: Any = replace(usual, **given)  # type: ignore[type-var]
        losses: list[float] = []
        try:
            losses.extend(_run(trial, settings, loss, rounds))
        finally:
            told: dict[str, Any] = {"losses": tuple(losses), "is_done": len(losses) == len(rounds)}
            tried.append(Tried(number=trial.number, settings=settings, **told))
        return losses[-1]

    study.optimize(one, n_trials=tries + 1)
    return Searched(best=_best(tried), trials=tuple(tried), lessons=tuple(rounds))


def _run(
    trial: optuna.Trial, settings: S, loss: Callable[[S, int], float], rounds: Sequence[int]
) -> Iterator[float]:
    """What it loses on more and more lessons, for as long as it is among the better."""
    for place, size in enumerate(rounds):
        told = _told(loss, settings, size)
        yield told
        trial.report(told, HALVING**place)
        # The usual settings go on whatever they lost on few lessons.
        if trial.number and place + 1 < len(rounds) and trial.should_prune():
            raise optuna.TrialPruned


@dataclass(frozen=True, kw_only=True)
class Worth(Generic[S]):
    """The settings that were chosen, and by how much less they lose than the usual ones on answers
    that took no part in the choice (in units of the losses, with its limits and n)."""

    settings: S
    searched: Searched[S]
    saved: Error


def search_worth(
    losses: Losses, *, is_held: BoolArray, usual: Any, space: Space, **more: Any
) -> Worth[Any]:
    """Settings by what answers lose (`losses`: see there); the rest as `search` takes it. Lessons are
    taken in an order of lot, the first so many each time."""
    rng = np.random.default_rng(usual.seed)
    lessons = rng.permutation(np.flatnonzero(~is_held))
    held = rng.permutation(np.flatnonzero(is_held))
    choose, test = held[::2], held[1::2]

    def lost(settings: Any, many: int, places: IntArray) -> FloatArray:
        given = np.concatenate([lessons[:many], choose])
        is_stop = np.arange(given.size) >= min(many, lessons.size)
        return losses(settings, given, is_stop, places)

    found = search(
        usual,
        space,
        lambda settings, many: float(lost(settings, many, choose).mean()),
        lessons=lessons.size,
        seed=usual.seed,
        **more,
    )
    best = found.best.settings
    saved = np.zeros(test.size)
    if best != usual and test.size:
        saved = lost(usual, lessons.size, test) - lost(best, lessons.size, test)
    return Worth(settings=best, searched=found, saved=Error.of(saved))


def _best(tried: Sequence[Tried[S]]) -> Tried[S]:
    """Of those that came to the end; of equal ones the first, so the usual before all. Raises TooFew."""
    done = [trial for trial in tried if trial.is_done]
    if not done:
        raise TooFew("With no settings could anything be learned from these answers.")
    return min(done, key=lambda trial: (trial.losses[-1], trial.number))


def _study(way: Way, seed: int) -> optuna.Study:
    pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=HALVING)
    return optuna.create_study(sampler=_sampler(way, seed), pruner=pruner)


def _sampler(way: Way, seed: int) -> optuna.samplers.BaseSampler:
    if way == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=FIRST)


def _rounds(lessons: int, tries: int) -> Sequence[int]:
    """How many lessons each round learns from, the last from all."""
    found = [lessons]
    while (
        len(found) < MOST_ROUNDS
        and HALVING ** len(found) <= tries
        and found[0] // HALVING >= LEAST_LESSONS
    ):
        found.insert(0, found[0] // HALVING)
    return found


def _told(loss: Callable[[S, int], float], settings: S, size: int) -> float:
    """Settings with which nothing can be learned are tried no further."""
    try:
        told = loss(settings, size)
    except TooFew as few:
        raise optuna.TrialPruned from few
    if not np.isfinite(told):
        raise optuna.TrialPruned
    return told
