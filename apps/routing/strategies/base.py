"""What a strategy takes and what it gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from apps.routing.strategies.lots import FloatArray, IntArray, LotArray, first, lots

BoolArray = NDArray[np.bool_]
# Rows that are looked at together: small enough for the processor's cache.
ROWS = 1024

# What a pool can hold besides its number of units, in the words of a sentence.
HOLDINGS: Mapping[str, str] = {
    "probabilities": "a model's probabilities of the labels",
    "features": "features of the tasks",
    "committee": "the probabilities of several models",
    "answers": "the number of answers so far",
    "labels": "the labels that are known",
    "votes": "the answers so far by label",
    "strata": "a stratum for each task",
    "seconds": "how long tasks take",
    "skills": "how often each annotator is right, by label",
}


class CannotRank(ValueError):
    """The strategy cannot rank this pool; the sentence says why."""


class ParameterError(ValueError):
    """A strategy does not have such a parameter, or does not take this value of it."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A number that a strategy can be given; it is an attribute of the same name."""

    label: str
    low: float
    high: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Pool:
    """What is known of `units` tasks. Arrays have a row for each, in one order.

    `keys` are their lasting numbers: lots and ties hang on them, and `in_order` follows them.
    `probabilities` (units x labels) are NaN in rows that the model has not seen. `features` (units
    x dimensions) may be memory-mapped; `committee` is members x units x labels. `labels` is -1
    where none is known. `votes` (units x labels) counts answers. `skills` (annotators x labels) is
    how often an annotator is right where the label is true; `prices` is what a minute of each
    costs, in any unit, and `paces` how many times the usual time they need. `is_open` says which
    may be chosen; else those without a known label.
    """

    units: int
    keys: IntArray | None = None
    is_open: BoolArray | None = None
    probabilities: FloatArray | None = None
    features: FloatArray | None = None
    committee: FloatArray | None = None
    answers: IntArray | None = None
    labels: IntArray | None = None
    votes: IntArray | None = None
    strata: IntArray | None = None
    seconds: FloatArray | None = None
    skills: FloatArray | None = None
    prices: FloatArray | None = None
    paces: FloatArray | None = None

    def __post_init__(self) -> None:
        for name in ("keys", "is_open", "answers", "labels", "strata", "seconds"):
            self._check_rows(name, dimensions=1)
        for name in ("probabilities", "features", "votes"):
            self._check_rows(name, dimensions=2)
        self._check_rows("committee", dimensions=3, axis=1)
        if self.keys is not None and np.unique(self.keys).size != self.units:
            raise ValueError("keys are not unique.")
        self._check_labels()
        self._check_annotators()

    def _check_rows(self, name: str, *, dimensions: int, axis: int = 0) -> None:
        rows = getattr(self, name)
        if rows is not None and (rows.ndim != dimensions or rows.shape[axis] != self.units):
            raise ValueError(f"{name} must have {dimensions} dimensions, with {self.units} units.")

    def _check_labels(self) -> None:
        named = ("probabilities", "committee", "votes", "skills")
        wide = {rows.shape[-1] for name in named if (rows := getattr(self, name)) is not None}
        if len(wide) > 1:
            raise ValueError(f"{', '.join(named)} must be of the same labels.")
        if self.labels is not None and wide and self.labels.max(initial=-1) >= min(wide):
            raise ValueError("A known label is outside the labels of the model.")

    def _check_annotators(self) -> None:
        if self.skills is not None and self.skills.ndim != 2:
            raise ValueError("skills must be annotators x labels.")
        for name in ("prices", "paces"):
            each = getattr(self, name)
            if each is not None and (self.skills is None or each.shape != self.skills.shape[:1]):
                raise ValueError(f"{name} must have a number for each annotator of skills.")
            if each is not None and not (each > 0).all():
                raise ValueError(f"{name} must be above 0.")

    def open_places(self) -> IntArray:
        """Which units may be chosen, in the order of the arrays."""
        if self.is_open is not None:
            return np.flatnonzero(self.is_open)
        if self.labels is not None:
            return np.flatnonzero(self.labels < 0)
        return np.arange(self.units)

    def labelled_places(self) -> IntArray:
        """Which units have a known label."""
        known = self.labels if self.labels is not None else np.zeros(0, np.int64)
        return np.flatnonzero(known >= 0)

    def keys_of(self, places: IntArray) -> IntArray:
        return places if self.keys is None else self.keys[places]

    def held(self, name: str) -> Any:
        """The array of this name, which a strategy has said that it needs."""
        found = getattr(self, name)
        if found is None:
            raise CannotRank(f"This pool has not got {HOLDINGS[name]}.")
        return found


class Strategy(ABC):
    """A way to put tasks in order. It names what a pool must hold."""

    name: ClassVar[str]
    label: ClassVar[str]
    reference: ClassVar[str]
    # For who chooses: what it does, and when it is worth it or fails, in a sentence each.
    summary: ClassVar[str]
    advice: ClassVar[str] = ""
    needs: ClassVar[frozenset[str]] = frozenset()
    parameters: ClassVar[Mapping[str, Parameter]] = {}
    # How many it chooses one by one, because each depends on those before; more are drawn by lot.
    depth: ClassVar[int | None] = None
    # Whether it looks at tasks whose label is known, and not for new ones.
    ranks_labelled: ClassVar[bool] = False
    # How many models the committee has that it needs.
    members: float = 0

    def __call__(self, pool: Pool, *, count: int | None = None, seed: int = 0) -> IntArray:
        """The places of the `count` tasks to take first, or of all, in their order.

        Equal tasks are drawn by lot, and so are those of which nothing can be said, after all
        others: the same seed draws the same.
        """
        why = self.why_not(pool)
        if why is not None:
            raise CannotRank(why)
        if "features" in self.needs:
            _check_numbers(pool.held("features"))
        places = self.candidates(pool)
        wanted = places.size if count is None else min(count, places.size)
        if wanted < 0:
            raise ValueError("count is below 0.")
        if not wanted:
            return np.zeros(0, np.int64)
        tickets = lots(pool.keys_of(places), seed)
        chosen = self.order(pool, places, tickets, min(wanted, self.depth or wanted), seed)
        return places[_filled(chosen, tickets, wanted)]

    @abstractmethod
    def order(
        self, pool: Pool, places: IntArray, tickets: LotArray, count: int, seed: int
    ) -> IntArray:
        """At most `count` of the candidates, as indexes into `places`, the first first."""

    def candidates(self, pool: Pool) -> IntArray:
        return pool.labelled_places() if self.ranks_labelled else pool.open_places()

    def why_not(self, pool: Pool) -> str | None:
        """Why it cannot rank this pool, or None."""
        missing = [HOLDINGS[n] for n in HOLDINGS if n in self.needs and getattr(pool, n) is None]
        if missing:
            return f"{self.label} needs {' and '.join(missing)}."
        return self.lacks(pool)

    def lacks(self, pool: Pool) -> str | None:
        """Like `why_not`, when all that is needed is there."""
        return None

    def using(self, **given: float) -> Self:
        """The same strategy with these parameters; those that are not named stay as they are."""
        other = copy(self)
        for name, value in given.items():
            known = self.parameters.get(name)
            if known is None:
                raise ParameterError(f"{self.label} has no parameter {name!r}.")
            if isinstance(value, bool) or not known.low <= value <= known.high:
                between = f"between {known.low:g} and {known.high:g}"
                raise ParameterError(f"{known.label} is a number {between}.")
            setattr(other, name, value)
        return other


class Scored(Strategy):
    """Gives each task a number by itself; the highest comes first."""

    def order(
        self, pool: Pool, places: IntArray, tickets: LotArray, count: int, seed: int
    ) -> IntArray:
        return first(self.scores(pool, places), tickets, count)

    @abstractmethod
    def scores(self, pool: Pool, places: IntArray) -> FloatArray:
        """A number for each of these places; NaN where nothing can be said."""


class ByProbability(Scored):
    """Scored by the model's probabilities of the task alone."""

    needs = frozenset({"probabilities"})

    @abstractmethod
    def of(self, p: FloatArray) -> FloatArray:
        """Scores of rows of probabilities."""

    def scores(self, pool: Pool, places: IntArray) -> FloatArray:
        found = np.empty(places.size)
        for part, rows in blocks(pool.held("probabilities"), places):
            found[part] = self.of(rows)
        return found


def blocks(
    rows: FloatArray, places: IntArray, size: int = ROWS
) -> Iterator[tuple[slice, FloatArray]]:
    """These rows, some thousand at a time, with where they stand among the places."""
    for start in range(0, places.size, size):
        part = places[start : start + size]
        yield slice(start, start + part.size), rows_at(rows, part)


def rows_at(rows: FloatArray, places: IntArray) -> FloatArray:
    """Neighbouring rows are looked at where they lie; others are copied."""
    if places.size and (np.diff(places) == 1).all():
        return rows[places[0] : places[-1] + 1]
    return rows[places]


def entropies(p: FloatArray) -> FloatArray:
    """Of each row, in nats.

    >>> entropies(np.array([[0.5, 0.5], [1.0, 0.0]])).round(4) + 0.0
    array([0.6931, 0.    ])
    """
    # The smallest number of the type makes 0 log 0 a very small 0; NaN stays NaN.
    logs = np.log(np.maximum(p, np.finfo(p.dtype).tiny))
    total: FloatArray = -np.einsum("...k,...k->...", p, logs)
    return total


def _check_numbers(features: FloatArray) -> None:
    for start in range(0, features.shape[0], ROWS):
        with np.errstate(all="ignore"):
            part = np.ravel(features[start : start + ROWS])
            # Not a number, if any is not or is too large for a distance.
            total = np.dot(part, part)
        if not np.isfinite(total):
            raise CannotRank("Some features are not finite numbers, or too large.")


def _filled(chosen: IntArray, tickets: LotArray, wanted: int) -> IntArray:
    if chosen.size == wanted:
        return chosen
    is_left = np.ones(tickets.size, np.bool_)
    is_left[chosen] = False
    left = np.flatnonzero(is_left)
    rest = first(np.zeros(left.size), tickets[left], wanted - chosen.size)
    return np.concatenate([chosen, left[rest]])
