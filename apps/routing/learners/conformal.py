"""Numbers that are foretold: with limits that hold, and how good they are on answers not seen.

Limits by split conformal prediction: Lei, J., G'Sell, M., Rinaldo, A., Tibshirani, R. J., Wasserman, L.
(2018). Distribution-free predictive inference for regression. JASA 113, 1094-1111. Whatever the model,
a new answer lies within them as often as is said, if it comes from where the hold-out does. Where a
model of how far off it is was learned too, limits are wider where it is further off (§5.2 there).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from apps.routing.learners.figures import Rate

FloatArray = NDArray[np.float64]
Spread = Callable[[Any], FloatArray]
"""How far off a model is on each row, beside how far it is on average: 1 is as usual."""
BoolArray = NDArray[np.bool_]


class TooFewNumbers(ValueError):
    """There is nothing to learn from: fewer than two different numbers were given."""


@dataclass(frozen=True, kw_only=True)
class Error:
    """A mean over answers, with limits of 95 % by Student; no value without any.

    >>> found = Error.of(np.array([1.0, 2.0, 3.0]))
    >>> found.value, round(found.low, 2), round(found.high, 2), found.n
    (2.0, -0.48, 4.48, 3)
    """

    value: float | None
    low: float | None
    high: float | None
    n: int

    @classmethod
    def of(cls, each: FloatArray) -> Error:
        n = int(each.size)
        if n < 2:
            return cls(value=float(each[0]) if n else None, low=None, high=None, n=n)
        half = float(stats.t.ppf(0.975, n - 1) * each.std(ddof=1) / np.sqrt(n))
        value = float(each.mean())
        return cls(value=value, low=value - half, high=value + half, n=n)


@dataclass(frozen=True, kw_only=True)
class HeldNumbers:
    """On the hold-out. `saved` is by how much the error is less than that of always saying the
    median of the lessons; `covered` how often the answer lay within the limits, each half of the
    hold-out measured with the limits that the other half gives."""

    error: Error
    saved: Error
    covered: Rate
    level: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Foretold:
    """What is said of each row. Limits are infinite where the hold-out is too small for any."""

    value: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class NumberForeteller:
    """What was learned. `settled` is what the training chose, for who wants to know."""

    model: Callable[[Any], FloatArray]
    # In the unit of the answers, where the spread is as usual.
    radius: float
    # None: it is as sure of one row as of another.
    spread: Spread | None
    # How far off it was on the hold-out, each by its spread, ascending.
    apart: FloatArray
    # The ends of the scale; None where it is open.
    low: float | None
    high: float | None
    settled: dict[str, float]
    held: HeldNumbers

    def __call__(self, rows: Any) -> Foretold:
        value = clipped(self.model(rows), self.low, self.high)
        radius = self.radius * spread_over(self.spread, rows)
        return Foretold(
            value=value,
            low=clipped(value - radius, self.low, self.high),
            high=clipped(value + radius, self.low, self.high),
        )

    def within(self, rows: Any, distance: float) -> FloatArray:
        """How likely an answer is so near to what is said of it, at least (0 without a hold-out)."""
        near = distance / spread_over(self.spread, rows)
        return np.searchsorted(self.apart, near, side="right") / (self.apart.size + 1)


def completed(
    model: Callable[[Any], FloatArray],
    rows: Any,
    truth: FloatArray,
    *,
    is_held: BoolArray,
    ends: tuple[float | None, float | None],
    level: float,
    settled: dict[str, float],
    spread: Spread | None = None,
) -> NumberForeteller:
    """A model that has not seen the hold-out, with limits and figures from there."""
    held = np.flatnonzero(is_held)
    guess = float(np.median(truth[~is_held]))
    said = clipped(model(rows[held]), *ends) if held.size else np.zeros(0)
    off = np.abs(said - truth[held])
    apart = off / spread_over(spread, rows[held]) if held.size else off
    figures = HeldNumbers(
        error=Error.of(off),
        saved=Error.of(np.abs(guess - truth[held]) - off),
        covered=_covered(apart, level),
        level=level,
    )
    return NumberForeteller(
        model=model,
        radius=radius_of(apart, level),
        spread=spread,
        apart=np.sort(apart),
        low=ends[0],
        high=ends[1],
        settled=settled,
        held=figures,
    )


def parts_of(truth: FloatArray, is_held: BoolArray, share: float, seed: int) -> tuple[Any, Any]:
    """The places to learn from and those to choose and stop by: a part of the lessons, so that the
    hold-out has no part in the model and limits and figures from there are as they say."""
    lessons = np.flatnonzero(~is_held)
    if np.unique(truth[lessons]).size < 2:
        raise TooFewNumbers("The answers to learn from have only one number.")
    order = np.random.default_rng(seed).permutation(lessons)
    many = round(share * lessons.size)
    return np.sort(order[many:]), np.sort(order[:many])


def radius_of(apart: FloatArray, level: float) -> float:
    """The distance from what is said within which an answer lies with this chance.

    >>> radius_of(np.arange(1.0, 20.0), 0.9), radius_of(np.ones(5), 0.9)
    (18.0, inf)
    """
    place = int(np.ceil((apart.size + 1) * level))
    return float(np.sort(apart)[place - 1]) if place <= apart.size else float("inf")


def spread_over(spread: Spread | None, rows: Any) -> FloatArray:
    return np.ones(rows.shape[0]) if spread is None else spread(rows)


def clipped(values: FloatArray, low: float | None, high: float | None) -> FloatArray:
    return np.asarray(
        np.clip(values, -np.inf if low is None else low, np.inf if high is None else high), float
    )


def _covered(apart: FloatArray, level: float) -> Rate:
    """Every other answer is one half: who holds out has drawn them by lot."""
    halves = apart[::2], apart[1::2]
    inside = n = 0
    for one, other in (halves, halves[::-1]):
        radius = radius_of(one, level)
        if np.isfinite(radius):
            inside, n = inside + int((other <= radius).sum()), n + other.size
    return Rate.of(inside, n)
