"""Shares, medians and differences, each with limits of 95 %, and when they are known well enough."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
# Of the normal distribution, for limits of 95 %.
Z = 1.959963984540054
# A share is known once its interval reaches no further than this to either side.
KNOWN = 0.1
MOST_NEEDED = 400


class Told(NamedTuple):
    """A figure with its limits and what it was seen in. Without enough to see it is None."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    def body(self) -> dict[str, float | int | None]:
        """As it is kept: four decimals are more than any of these is sure of."""
        return {
            "value": _short(self.value),
            "low": _short(self.low),
            "high": _short(self.high),
            "n": self.n,
        }


def _short(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)


NOTHING = Told(None, None, None, 0)


def share_of(hits: float, n: int) -> Told:
    """A share with Wilson's limits (Wilson 1927, *Probable inference, the law of succession, and
    statistical inference*, JASA 22).

    >>> [round(x, 3) for x in share_of(23, 74)[:3]]
    [0.311, 0.217, 0.423]
    """
    if n <= 0:
        return NOTHING
    share = hits / n
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return Told(share, max(0.0, middle - half), min(1.0, middle + half), n)


def needed_for(share: float, half: float = KNOWN) -> int:
    """How many answers bring Wilson's interval down to `half` on either side, at this share.

    >>> needed_for(0.5), needed_for(0.9)
    (93, 37)
    """
    n = np.arange(1, MOST_NEEDED + 1, dtype=float)
    width = Z * np.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    enough = np.flatnonzero(width <= half)
    return int(n[enough[0]]) if enough.size else MOST_NEEDED


def more_needed(told: Told, half: float = KNOWN) -> int:
    """How many more answers; 0 where it is known well enough. Of nobody's, as if it were even."""
    wanted = needed_for(0.5 if told.value is None else told.value, half)
    return max(wanted - told.n, 0)


def median_of(values: FloatArray) -> Told:
    """A median between two of the values: the number of values below the true median is binomial
    (Thompson 1936; Conover 1999, *Practical nonparametric statistics*, 3.2). Under six values no
    two of them hold it with 95 %.

    >>> median_of(np.arange(1.0, 21.0))
    Told(value=10.5, low=6.0, high=15.0, n=20)
    """
    known = np.sort(values[np.isfinite(values)])
    n = int(known.size)
    if not n:
        return NOTHING
    middle = float(np.median(known))
    place = int(stats.binom.ppf(0.025, n, 0.5))
    if place < 1:
        return Told(middle, None, None, n)
    return Told(middle, float(known[place - 1]), float(known[n - place]), n)


class Differs(NamedTuple):
    """A difference of two shares of the same answers; `p` is the chance of one as large."""

    value: float
    low: float
    high: float
    p: float


def paired_difference(more: int, less: int, n: int) -> Differs:
    """What is so of `more` answers by the first and not by the second, and of `less` the other way
    round, among `n`: (more - less) / n.

    The interval adds a half to each of the four cells (Agresti and Min 2005, *Simple improved
    confidence intervals for comparing matched proportions*, Statistics in Medicine 24); `p` is the
    exact test of McNemar (1947): of the more + less answers on which both differ, either is as
    likely.

    >>> found = paired_difference(20, 8, 100)
    >>> round(found.value, 2), round(found.low, 3), round(found.high, 3), round(found.p, 3)
    (0.12, 0.017, 0.219, 0.036)
    """
    if n <= 0:
        return Differs(0.0, -1.0, 1.0, 1.0)
    b, c, total = more + 0.5, less + 0.5, n + 2.0
    middle = (b - c) / total
    half = Z * math.sqrt((b + c) - (b - c) ** 2 / total) / total
    both = more + less
    p = min(1.0, 2 * float(stats.binom.cdf(min(more, less), both, 0.5))) if both else 1.0
    return Differs((more - less) / n, max(-1.0, middle - half), min(1.0, middle + half), p)


def trend(hits: FloatArray, of: FloatArray) -> tuple[float, float]:
    """Whether shares rise (above 0) or fall along their order, and the chance of a trend as strong.

    Cochran (1954) and Armitage (1955, *Tests for linear trends in proportions and frequencies*,
    Biometrics 11), two-sided.

    >>> z, p = trend(np.array([20.0, 30.0, 40.0]), np.array([50.0, 50.0, 50.0]))
    >>> round(z, 2), round(p, 5)
    (4.08, 4e-05)
    """
    total = float(of.sum())
    if of.size < 2 or total <= 0:
        return 0.0, 1.0
    share, place = float(hits.sum()) / total, np.arange(of.size, dtype=float)
    spread = share * (1 - share) * float((place**2 * of).sum() - (place * of).sum() ** 2 / total)
    if spread <= 0:
        return 0.0, 1.0
    z = float((place * (hits - of * share)).sum()) / math.sqrt(spread)
    return z, float(2 * stats.norm.sf(abs(z)))


def against(hits: float, n: int, rest_hits: float, rest_n: int) -> tuple[float, float]:
    """How one share differs from that of all others, and the chance of a difference as large: the
    exact test of Fisher (1935).

    >>> difference, p = against(8, 10, 100, 200)
    >>> round(difference, 2), round(p, 3)
    (0.3, 0.102)
    """
    if not n or not rest_n:
        return 0.0, 1.0
    table = [[round(hits), n - round(hits)], [round(rest_hits), rest_n - round(rest_hits)]]
    return hits / n - rest_hits / rest_n, float(stats.fisher_exact(table)[1])


def windows_of(n: int, size: int, most: int) -> list[tuple[int, int]]:
    """Stretches of `size` answers, or longer ones where there would be more than `most`. What is
    left at the end comes to the last of them, unless it is half of one.

    >>> windows_of(130, 50, 12), windows_of(120, 50, 12), windows_of(30, 50, 12)
    ([(0, 50), (50, 100), (100, 130)], [(0, 50), (50, 120)], [(0, 30)])
    """
    if not n:
        return []
    size = max(size, math.ceil(n / most))
    edges = list(range(0, n, size))
    if len(edges) > 1 and n - edges[-1] < size / 2:
        edges.pop()
    return list(zip(edges, [*edges[1:], n], strict=True))
