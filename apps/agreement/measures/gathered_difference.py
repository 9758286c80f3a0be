"""Two gathered figures of objects held against each other, on tasks that may be the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import FloatArray, IntArray, summed
from apps.agreement.measures.compared_intervals import by_clusters
from apps.agreement.measures.difference import Difference, compared_figures, difference, p_value
from apps.agreement.measures.figure import Parts
from apps.agreement.measures.gathering import Gathered
from apps.agreement.measures.paired import MOST_OF_DIFFERENCE
from apps.agreement.measures.totals import MOST_CLUSTERS

REPLICATES = 2_000


def gathered_difference(first: Gathered, second: Gathered, *, seed: int = 0) -> Difference:
    """The first figure less the second. Where they share tasks, or groups of them, these are drawn
    for both at once, so that what they have in common cancels out.

    >>> from apps.agreement.measures import Objects, object_measures
    >>> from apps.agreement.measures.gathering import Gathering
    >>> from apps.agreement.measures.segments import Segments
    >>> sides = [Gathering(object_measures["object_f1"]) for _ in "ab"]
    >>> for n in range(40):
    ...     for side, gathered in enumerate(sides):
    ...         ends = [(0, 5), (0, 5) if n % 4 or side else (90, 99)]
    ...         text = Objects.of([(n, who, [("x", e)]) for who, e in enumerate(ends)], Segments.of)
    ...         gathered.add(text, units=np.array([n]), groups=np.array([n]))
    >>> found = gathered_difference(sides[1], sides[0])
    >>> found.value, found.low > 0.1, found.high < 0.5
    (0.25, True, True)
    """
    figures = [one.figure(_draw(seed)) for one in (first, second)]
    shared, drawn = _clusters(first, second)
    if not shared:
        return difference(*figures)
    found = compared_figures(*figures)
    if found.value is None or found.interval_reason:
        return found
    return _by_drawing(first, second, drawn, found, _draw(seed))


def _by_drawing(
    first: Gathered, second: Gathered, drawn: IntArray, found: Difference, draw: intervals.Draw
) -> Difference:
    sides = [_sums(one, drawn) for one in (first, second)]
    value = found.value or 0.0

    def apart(weights: FloatArray) -> Parts:
        values = [
            one.coefficient(weights @ sums).value
            for one, sums in zip((first, second), sides, strict=True)
        ]
        unknown = np.full(len(weights), np.nan)
        return Parts(value=values[0] - values[1], observed=unknown, expected=unknown)

    number = len(sides[0])
    made = by_clusters(
        apart,
        drawn=number,
        # That they agree on nearly all is no rare event of a difference.
        held=number,
        cost=number * 4,
        over="tasks of both",
        figure=replace(found.first, value=value, units=number),
        draw=draw,
    )
    if made.low is None or made.high is None:
        return replace(found, interval_reason=made.interval_reason)
    p = p_value(value, value - made.low, made.high - value, made.confidence)
    return replace(found, low=made.low, high=made.high, p=p, method=made.method)


def _draw(seed: int) -> intervals.Draw:
    return intervals.Draw(
        replicates=REPLICATES, seed=seed, confidence=0.95, most=MOST_OF_DIFFERENCE
    )


def _clusters(first: Gathered, second: Gathered) -> tuple[bool, IntArray]:
    """Whether any is in both; and, sorted, all that are drawn."""
    sides = [np.unique(one.groups) for one in (first, second)]
    drawn: IntArray = np.union1d(*sides)
    return drawn.size < sides[0].size + sides[1].size, drawn


def _sums(one: Gathered, drawn: IntArray) -> FloatArray:
    """What each cluster, or block of them, adds (C x K)."""
    number = min(drawn.size, MOST_CLUSTERS)
    dealt = np.arange(drawn.size)
    if drawn.size > MOST_CLUSTERS:
        dealt = np.random.default_rng(0).permutation(dealt % number)
    code = dealt[np.searchsorted(drawn, one.groups)]
    return np.stack([summed(column, code, number) for column in one.totals.columns.T], axis=1)
