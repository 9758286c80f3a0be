"""Learning curves: how good a model is after so many labels, and what the next ones should bring.

Figueroa, R. L., Zeng-Treitler, Q., Kandula, S., Ngo, L. H. (2012). Predicting sample size required for
classification performance. BMC Medical Informatics and Decision Making 12, 8: an inverse power law,
accuracy = ceiling - drop * labels ** -rate, fitted by weighted least squares.

Weights are those of the counts that each accuracy comes from; what the points scatter beyond them
(each model is another draw of its lessons) widens the interval.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

RATES = np.geomspace(0.05, 2.0, 48)
LEAST_POINTS = 5
# From the fewest labels to the most: within less than this nothing says how the curve bends.
LEAST_SPAN = 3.0
# So many times the labels that there are is as far as it is foretold.
FARTHEST = 3.0
DRAWS = 1_000
LIMITS = [0.025, 0.975]


@dataclass(frozen=True, kw_only=True)
class Point:
    """After `labels` lessons `right` of `n` answers were right that were not learned from."""

    labels: int
    right: int
    n: int

    def __post_init__(self) -> None:
        if self.labels < 1 or self.n < 1 or self.right > self.n:
            raise ValueError("A point has labels, and answers to measure on.")

    @property
    def value(self) -> float:
        return self.right / self.n

    @property
    def weight(self) -> float:
        """One over its variance; half an answer is added on both sides, so that nothing is taken for
        certain."""
        share = (self.right + 0.5) / (self.n + 1)
        return self.n / (share * (1 - share))


@dataclass(frozen=True, kw_only=True)
class Level:
    """After `labels` lessons another figure, which is 1 at best, had this value on `n` tasks, with this
    standard error."""

    labels: int
    value: float
    error: float
    n: int

    def __post_init__(self) -> None:
        if self.labels < 1 or self.n < 1 or self.value > 1 or self.error < 0:
            raise ValueError("A level has labels, tasks to measure on, and is 1 at best.")

    @property
    def weight(self) -> float:
        """One over its variance; nothing is taken for more certain than one answer in all would."""
        return max(self.error, 1 / (self.n + 1)) ** -2


Points = Sequence[Point] | Sequence[Level]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """accuracy = ceiling - drop * labels ** -rate; `spread` is how much wider than chance alone
    the points scatter (1: not at all), as a factor of their standard errors."""

    ceiling: float
    drop: float
    rate: float
    spread: float

    def __call__(self, labels: FloatArray | float) -> FloatArray:
        """
        >>> round(float(Curve(ceiling=0.9, drop=1.0, rate=0.5, spread=1.0)(100.0)), 6)
        0.8
        """
        return np.asarray(self.ceiling - self.drop * np.asarray(labels, float) ** -self.rate)


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """What `further` labels should bring, with limits of 95 %. No value where `why_not` says why."""

    further: int
    gain: float | None = None
    low: float = -1.0
    high: float = 1.0
    # The accuracy that is then reached, with its limits.
    reached: float | None = None
    reached_low: float = 0.0
    reached_high: float = 1.0
    curve: Curve | None = None
    # Points, and answers that they were measured on.
    points: int = 0
    n: int = 0
    why_not: str = ""


def fit(points: Points) -> Curve:
    """The curve nearest to the points.

    >>> truth = Curve(ceiling=0.9, drop=2.0, rate=0.5, spread=1.0)
    >>> sizes = [50, 100, 200, 400, 800, 1600]
    >>> found = fit([Point(labels=m, right=round(1e6 * float(truth(m))), n=10**6) for m in sizes])
    >>> round(found.ceiling, 2), round(found.rate, 1)
    (0.9, 0.5)
    """
    sizes, accuracy, weight = _arrays(points)
    found = _fitted(sizes, accuracy[None, :], weight)[:, 0]
    ceiling, drop, rate = map(float, found)
    rest = accuracy - (ceiling - drop * sizes**-rate)
    freedom = sizes.size - 3
    spread = np.sqrt(max(1.0, float((weight * rest**2).sum()) / freedom)) if freedom > 0 else 1.0
    return Curve(ceiling=ceiling, drop=drop, rate=rate, spread=float(spread))


def foresee(
    points: Points,
    further: int = 500,
    *,
    is_shared: bool = True,
    seed: int = 0,
    draws: int = DRAWS,
) -> Foreseen:
    """What the next labels should bring, from where the largest number of labels is.

    Limits are those of a parametric bootstrap: points are drawn anew around the fitted curve, and a
    curve is fitted to each draw. `is_shared`: all points were measured on the same answers. What
    those have in common then moves all points alike: it takes no part in the gain, but in what is
    reached.
    """
    n = max((point.n for point in points), default=0)
    why_not = _why_not(points, further)
    if why_not:
        return Foreseen(further=further, points=len(points), n=n, why_not=why_not)
    curve = fit(points)
    rng = np.random.default_rng(seed)
    now = float(max(point.labels for point in points))
    reached = float(curve(now + further))
    gains, there = _drawn(points, curve, now, further, rng, draws)
    if is_shared:
        there = there + rng.normal(size=draws) * np.sqrt(max(reached * (1 - reached), 1e-4) / n)
    low, high = np.quantile(gains, LIMITS)
    reached_low, reached_high = np.clip(np.quantile(there, LIMITS), _least(points), 1.0)
    return Foreseen(
        further=further,
        gain=reached - float(curve(now)),
        low=float(low),
        high=float(high),
        reached=reached,
        reached_low=float(reached_low),
        reached_high=float(reached_high),
        curve=curve,
        points=len(points),
        n=n,
    )


def _drawn(
    points: Points,
    curve: Curve,
    now: float,
    further: int,
    rng: np.random.Generator,
    draws: int,
) -> tuple[FloatArray, FloatArray]:
    """What would have been gained, and reached, had the points fallen otherwise."""
    sizes, _, weight = _arrays(points)
    noise = rng.normal(size=(draws, sizes.size)) * curve.spread / np.sqrt(weight)
    drawn = np.clip(curve(sizes) + noise, _least(points), 1.0)
    ceiling, drop, rate = _fitted(sizes, drawn, weight)
    there = ceiling - drop * (now + further) ** -rate
    return there - (ceiling - drop * now**-rate), there


def sizes_for(most: int, *, steps: int = 8, least: int = 25) -> list[int]:
    """How many of the lessons to learn from, to have a curve from one set of answers.

    >>> sizes_for(800, steps=4, least=100)
    [100, 200, 400, 800]
    """
    found = np.geomspace(min(least, most), most, steps).round().astype(int)
    return sorted(set(found.tolist()))


def measured(
    places: IntArray, sizes: Sequence[int], learn: Callable[[IntArray], tuple[int, int]]
) -> list[Point]:
    """A point for each size: `learn` gets the first so many of the places, in the order of chance that
    the caller gave them, and says how many of how many it then gets right."""
    found = []
    for size in sizes:
        right, n = learn(places[:size])
        found.append(Point(labels=size, right=right, n=n))
    return found


def _why_not(points: Points, further: int) -> str:
    sizes = [point.labels for point in points]
    if len(set(sizes)) < LEAST_POINTS:
        return f"Not enough known yet: {len(set(sizes))} of {LEAST_POINTS} points of the curve."
    if max(sizes) < LEAST_SPAN * min(sizes):
        return (
            "Not enough known yet: the points lie too close together, from "
            f"{min(sizes)} to {max(sizes)} labels."
        )
    if max(sizes) + further > FARTHEST * max(sizes):
        return f"{further} more labels are too far beyond the {max(sizes)} that there are."
    return ""


def _least(points: Points) -> float:
    """A share ends at 0; what is less than nothing may be as little as it has been."""
    return min(0.0, *(point.value for point in points))


def _arrays(points: Points) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sizes, values, and one over the variance of each."""
    found = np.array([(one.labels, one.value, one.weight) for one in points], float).reshape(-1, 3)
    return found[:, 0], found[:, 1], found[:, 2]


def _fitted(sizes: FloatArray, accuracy: FloatArray, weight: FloatArray) -> FloatArray:
    """ceiling, drop and rate (3 x draws) of each row of accuracies (draws x points).

    For a given rate the curve is a line, so its best ceiling and drop are known; the best rate is
    looked for among many. The ceiling is at most 1 and the drop at least 0: where the best line is
    outside, the best one on that border is taken.
    """
    best = np.full(len(accuracy), np.inf)
    found = np.zeros((3, len(accuracy)))
    for rate in RATES:
        x = -(sizes**-rate)
        for ceiling, drop in _lines(x, accuracy, weight):
            rest = accuracy - ceiling[:, None] - drop[:, None] * x
            loss = (weight * rest**2).sum(axis=1)
            is_better = (drop >= 0) & (ceiling <= 1) & (loss < best)
            best[is_better] = loss[is_better]
            for row, values in zip(found, (ceiling, drop, np.full_like(drop, rate)), strict=True):
                row[is_better] = values[is_better]
    return found


def _lines(
    x: FloatArray, accuracy: FloatArray, weight: FloatArray
) -> list[tuple[FloatArray, FloatArray]]:
    """The best line of each row, the best through a ceiling of 1, and the best flat one."""
    total = weight.sum()
    mean_x, mean = (weight * x).sum() / total, accuracy @ weight / total
    away = x - mean_x
    # Where all sizes are one, every slope fits alike, and none is taken.
    drop = accuracy @ (weight * away) / max(float((weight * away**2).sum()), 1e-300)
    through = (accuracy - 1) @ (weight * x) / (weight * x**2).sum()
    ones, zeros = np.ones_like(mean), np.zeros_like(mean)
    return [(mean - drop * mean_x, drop), (ones, through), (np.minimum(mean, 1), zeros)]
