"""How often a known answer is mixed in among an annotator's tasks: as often as there is doubt."""

from __future__ import annotations

from apps.quality.gates.base import Bars

# An interval as narrow as this leaves no doubt worth a task; one as wide leaves nothing but doubt.
NARROW, WIDE = 0.08, 0.5


def check_rate(
    *,
    low: float | None,
    high: float | None,
    evidence: float,
    bars: Bars,
    floor: float,
    ceiling: float,
) -> float:
    """Between `floor` and `ceiling`, the more the less is known: the interval of the mean score is
    wide, or the evidence is near the bar. Whose interval lies above the bar is sure enough.

    Since it is decided by what came before, it does not touch the promise of a gate.

    >>> check_rate(low=None, high=None, evidence=0, bars=Bars(), floor=0.02, ceiling=0.2)
    0.2
    >>> check_rate(low=0.9, high=0.99, evidence=-1, bars=Bars(), floor=0.02, ceiling=0.2)
    0.02
    """
    near = min(max(evidence / bars.needed, 0.0), 1.0)
    return floor + (ceiling - floor) * max(near, _width(low, high, bars))


def _width(low: float | None, high: float | None, bars: Bars) -> float:
    if low is None or high is None:
        return 1.0
    if low >= bars.good:
        return 0.0
    return min(max((high - low - NARROW) / (WIDE - NARROW), 0.0), 1.0)
