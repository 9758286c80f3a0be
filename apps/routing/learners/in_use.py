"""How good a model is where it is in use, from counts: each figure with its limits and how many it
was seen in.

Counts are of predictions, so that a million of them cost no more than their weeks and labels.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy import stats

from apps.quality.measures.shares import NOTHING, Told, share_of

BINS = 10
Cell = tuple[str, str, str, int]
"""Week, what was said, what is true, how many."""
BinCell = tuple[str, int, int, int, float]
"""Week, place among the ten bins, how many, right ones, sum of the probabilities."""


@dataclass(frozen=True, kw_only=True)
class LabelFigures:
    """Of one label: how often it was said and is true, and how often both go together."""

    label: str
    said: int
    true: int
    precision: Told
    recall: Told


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Predictions of about one probability, and how often they were right."""

    probability: float
    right: Told


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """`error` is the mean distance between a probability and how often it comes true (Naeini,
    Cooper and Hauskrecht 2015, *Obtaining well calibrated probabilities using Bayesian binning*,
    AAAI), in ten bins of equal width."""

    bins: list[Bin]
    error: Told


def accuracy_of(cells: Iterable[Cell]) -> Told:
    """
    >>> accuracy_of([("w", "a", "a", 8), ("w", "a", "b", 2)]).value
    0.8
    """
    right = total = 0
    for _, said, true, number in cells:
        total += number
        right += number if said == true else 0
    return share_of(right, total)


def labels_of(cells: Iterable[Cell]) -> list[LabelFigures]:
    """Those that were said or are true, the most frequent first.

    >>> one = labels_of([("w", "a", "a", 3), ("w", "a", "b", 1), ("w", "b", "b", 4)])[1]
    >>> one.label, one.precision.value, one.recall.value
    ('a', 0.75, 1.0)
    """
    said: Counter[str] = Counter()
    true: Counter[str] = Counter()
    both: Counter[str] = Counter()
    for _, one, other, number in cells:
        said[one] += number
        true[other] += number
        both[one] += number if one == other else 0
    order = sorted({*said, *true}, key=lambda label: (-true[label], -said[label], label))
    return [
        LabelFigures(
            label=label,
            said=said[label],
            true=true[label],
            precision=share_of(both[label], said[label]),
            recall=share_of(both[label], true[label]),
        )
        for label in order
    ]


def calibration_of(cells: Iterable[BinCell]) -> Calibration:
    """Limits of the error: the exact limits of each bin (Clopper and Pearson 1934), at levels that
    hold in all bins at once with 95 % (Bonferroni), and the nearest and the farthest that the
    probabilities can lie from them. They are wider than need be, and never too narrow, also where
    nothing is wrong: there the error itself is above 0 by chance alone.

    >>> found = calibration_of([("w", 7, 100, 75, 75.0), ("w", 9, 100, 80, 95.0)])
    >>> round(found.error.value, 3), [round(one.probability, 2) for one in found.bins]
    (0.075, [0.75, 0.95])
    """
    number: Counter[int] = Counter()
    right: Counter[int] = Counter()
    total: defaultdict[int, float] = defaultdict(float)
    for _, place, n, hits, probability in cells:
        number[place] += n
        right[place] += hits
        total[place] += probability
    n, used = sum(number.values()), sorted(place for place in number if number[place])
    if not n:
        return Calibration(bins=[], error=NOTHING)
    value = low = high = 0.0
    for place in used:
        weight, mean = number[place] / n, total[place] / number[place]
        least, most = exact_limits(right[place], number[place], 0.05 / len(used))
        value += weight * abs(mean - right[place] / number[place])
        low += weight * max(0.0, least - mean, mean - most)
        high += weight * max(abs(mean - least), abs(mean - most))
    bins = [
        Bin(
            probability=total[place] / number[place],
            right=share_of(right[place], number[place]),
        )
        for place in used
    ]
    return Calibration(bins=bins, error=Told(value, low, high, n))


def exact_limits(hits: int, n: int, alpha: float) -> tuple[float, float]:
    """Between which a share lies with at least 1 - alpha (Clopper and Pearson 1934).

    >>> [round(limit, 4) for limit in exact_limits(4, 10, 0.05)]
    [0.1216, 0.7376]
    """
    low = float(stats.beta.ppf(alpha / 2, hits, n - hits + 1)) if hits else 0.0
    high = float(stats.beta.ppf(1 - alpha / 2, hits + 1, n - hits)) if hits < n else 1.0
    return low, high


def bounds_of(accuracy: Told, missing: int) -> tuple[float, float] | None:
    """Between which the accuracy of all lies, whatever those without an outcome would show (Manski
    1989, *Anatomy of the selection problem*); None where nothing is known, or nothing is missing.

    >>> bounds_of(share_of(80, 90), 10)
    (0.8, 0.9)
    """
    if accuracy.value is None or missing <= 0:
        return None
    right, n = accuracy.value * accuracy.n, accuracy.n + missing
    return right / n, (right + missing) / n


def by_week(cells: Iterable[Cell]) -> list[tuple[str, Told]]:
    """The accuracy of each week's predictions, in their order.

    >>> [(week, told.value) for week, told in by_week([("b", "x", "x", 1), ("a", "x", "y", 1)])]
    [('a', 0.0), ('b', 1.0)]
    """
    weeks: defaultdict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        weeks[cell[0]].append(cell)
    return [(week, accuracy_of(weeks[week])) for week in sorted(weeks)]


def chance_of_fall(right: int, n: int, before_right: int, before_n: int) -> float:
    """The chance that so few of n are right where they are as good as those before: the exact
    test of Fisher (1935), one-sided. Where nothing has changed it is at most x with a chance of at
    most x.

    >>> round(chance_of_fall(70, 100, 450, 500), 8), chance_of_fall(9, 10, 9, 10) > 0.7
    (1e-06, True)
    """
    return float(stats.hypergeom.cdf(right, n + before_n, right + before_right, n))


def since(cells: Sequence[Cell], week: str) -> list[Cell]:
    """Those of this week and the ones after it."""
    return [cell for cell in cells if cell[0] >= week]
