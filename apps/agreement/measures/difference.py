"""Two figures held against each other: two projects, two versions of a guideline, two periods."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

from apps.agreement.measures.figure import Figure, Reason

ONE_UNDEFINED = Reason(
    code="one_undefined", sentence="One of the two figures is undefined, and so their difference."
)
NO_INTERVAL = Reason(
    code="one_without_interval", sentence="One of the two figures has no interval."
)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The first figure less the second. `p` is how often chance alone would give one so large."""

    first: Figure
    second: Figure
    value: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    method: str | None = None
    undefined_reason: Reason | None = None
    interval_reason: Reason | None = None


def difference(first: Figure, second: Figure) -> Difference:
    """Of two figures of different units, from their own intervals (MOVER: Zou and Donner 2008).

    The intervals may be of any make, skewed and near 1; the lower limit of a - b is
    d - sqrt((a - low a)² + (high b - b)²). Where the same units stand behind both figures this is
    too wide: see `paired_difference`.

    >>> a = Figure(measure="m", level="nominal", value=0.80, low=0.76, high=0.83)
    >>> b = Figure(measure="m", level="nominal", value=0.70, low=0.65, high=0.73)
    >>> found = difference(a, b)
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 3), round(found.p, 4)
    (0.1, 0.05, 0.158, 0.0001)
    """
    found = compared_figures(first, second)
    if found.value is None or found.interval_reason:
        return found
    below, above = _arm(first, second), _arm(second, first)
    return replace(
        found,
        low=found.value - below,
        high=found.value + above,
        p=p_value(found.value, below, above, first.confidence),
        method="from both intervals (MOVER)",
    )


def compared_figures(first: Figure, second: Figure) -> Difference:
    found = Difference(first=first, second=second)
    if first.value is None or second.value is None:
        return replace(found, undefined_reason=ONE_UNDEFINED)
    found = replace(found, value=first.value - second.value)
    if first.low is None or second.low is None:
        return replace(found, interval_reason=NO_INTERVAL)
    return found


def _arm(first: Figure, second: Figure) -> float:
    """How far the difference reaches down: the first lower, the second higher."""
    parts = (first.value, first.low, second.high, second.value)
    a, low, high, b = (0.0 if part is None else part for part in parts)
    return math.hypot(a - low, high - b)


def p_value(value: float, below: float, above: float, confidence: float = 0.95) -> float:
    """Two-sided, by the arm of the interval that points to 0; never below one in a million."""
    arm = below if value > 0 else above
    if arm <= 0:
        return 1.0 if value == 0 else 1e-6
    z = abs(value) / arm * NormalDist().inv_cdf((1 + confidence) / 2)
    return max(1e-6, 2 * (1 - NormalDist().cdf(z)))
