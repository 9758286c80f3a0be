"""How often something happens among many, with limits of 95 %."""

from __future__ import annotations

from scipy import stats

from apps.quality.measures.shares import NOTHING, Told

TAIL = 0.025


def rate_of(count: int, n: int, per: int = 1_000) -> Told:
    """`count` in `n`, as so many in `per`, with the exact limits of a Poisson count (Garwood 1936,
    *Fiducial limits for the Poisson distribution*, Biometrika 28). One of the `n` may count twice.

    >>> [round(x, 2) for x in rate_of(5, 10_000)[:3]]
    [0.5, 0.16, 1.17]
    >>> rate_of(0, 0).value is None
    True
    """
    if n <= 0:
        return NOTHING
    low = float(stats.chi2.ppf(TAIL, 2 * count) / 2) if count else 0.0
    high = float(stats.chi2.ppf(1 - TAIL, 2 * count + 2) / 2)
    return Told(per * count / n, per * low / n, per * high / n, n)
