"""How many more: tasks for an interval or a difference, and answers each, from a project's own data.

A figure's variance falls as 1 / tasks. What one task adds to it, the *spread*, is told by how far
each task moves the figure (jackknife: Efron and Stein 1981); where tasks belong to groups, by how
far each group does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import FloatArray, IntArray, summed
from apps.agreement.measures.base import Measure
from apps.agreement.measures.by_rater import RaterMeasure
from apps.agreement.measures.compared import Compared
from apps.agreement.measures.effects import Data, Effects, effects
from apps.agreement.measures.figure import Figure, Reason
from apps.agreement.measures.moments import Moments

NO_FORECAST = Reason(
    code="no_forecast",
    sentence="Fewer than 10 units (or groups) have two answers: too few to tell how many more.",
)
# The mean number of events under which none is seen in one of forty cases (97.5 % limit).
NONE_SEEN = -math.log(0.025)


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What more tasks of the same kind, answered as the present ones, would do to a figure.

    `spread` is what one task adds: the figure of n tasks has the standard error spread / sqrt(n).
    `by_groups` is the number of times that variance is what it would be if tasks stood alone.
    `rare`: fewer than ten tasks hold a disagreement, so that the spread itself is hardly known;
    with none at all there is only the rule of three.
    """

    figure: Figure
    spread: float | None = None
    by_groups: float = 1.0
    rare: bool = False
    reason: Reason | None = None

    @property
    def tasks(self) -> int:
        """The tasks that have two answers or more now."""
        return self.figure.units

    def width(self, tasks: int, confidence: float = 0.95) -> float | None:
        """How wide the interval would be with so many tasks in all."""
        if self.spread is None or tasks < 1:
            return None
        if self.spread == 0:
            return min(1.0, NONE_SEEN / tasks)
        return 2 * _z(confidence) * self.spread / math.sqrt(tasks)

    def tasks_for_width(self, width: float, confidence: float = 0.95) -> int | None:
        """How many tasks in all make the interval no wider than this."""
        if width <= 0:
            raise ValueError("The width must be above 0.")
        if self.spread is None:
            return None
        if self.spread == 0:
            return math.ceil(NONE_SEEN / width)
        return tasks_for(width, self.spread, confidence)

    def tasks_for_goal(
        self, goal: float, *, power: float = 0.8, confidence: float = 0.95
    ) -> int | None:
        """How many tasks in all show on which side of the goal the figure lies, if it stays as it
        is: the interval then leaves the goal out in `power` of all cases."""
        if self.spread is None or self.figure.value is None or self.figure.value == goal:
            return None
        return self._for(abs(self.figure.value - goal), 1, power, confidence)

    def tasks_for_difference(
        self, difference: float, *, power: float = 0.8, confidence: float = 0.95
    ) -> int | None:
        """How many tasks each of two periods (guidelines, slices) needs to show such a difference."""
        if difference <= 0:
            raise ValueError("The difference must be above 0.")
        return None if self.spread is None else self._for(difference, 2, power, confidence)

    def detectable(
        self, tasks: int, *, power: float = 0.8, confidence: float = 0.95
    ) -> float | None:
        """The smallest difference that two periods of so many tasks each are likely to show."""
        if self.spread is None or tasks < 1:
            return None
        return (_z(confidence) + _power(power)) * self.spread * math.sqrt(2 / tasks)

    def _for(self, apart: float, samples: int, power: float, confidence: float) -> int:
        z = _z(confidence) + _power(power)
        return max(1, math.ceil(samples * (z * (self.spread or 0.0) / apart) ** 2))


def tasks_for(width: float, spread: float, confidence: float) -> int:
    return math.ceil((2 * _z(confidence) * spread / width) ** 2)


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _power(power: float) -> float:
    return NormalDist().inv_cdf(power)


def outlook(
    measure: Measure | RaterMeasure,
    data: Data,
    *,
    level: str = "nominal",
    distance: FloatArray | None = None,
) -> Outlook:
    """What the present tasks tell of more of them.

    A hundred tasks, two answers each, of which ten disagree; half as wide takes four times as many:

    >>> from apps.agreement.measures import Patterns, measures
    >>> data = Patterns.from_rows("ab", [([2, 0], 45), ([0, 2], 45), ([1, 1], 10)])
    >>> found = outlook(measures["krippendorff_alpha"], data)
    >>> round(found.spread, 3), round(found.width(100), 3), round(found.width(400), 3)
    (0.604, 0.237, 0.118)
    >>> found.tasks_for_width(0.1), found.tasks_for_goal(0.7), found.tasks_for_difference(0.1)
    (560, 281, 572)
    """
    found = effects(measure, data, level=level, distance=distance)
    moved = _moved_by_groups(data, found.effect)
    return outlook_of(found, found.units, is_rare=_is_rare(data), moved=moved)


def outlook_of(
    found: Effects, units: FloatArray | IntArray, *, is_rare: bool, moved: FloatArray | None
) -> Outlook:
    """From how far the units move the figure, and the groups (`moved`) where there are any."""
    figure = found.figure
    if figure.value is None:
        return Outlook(figure=figure, reason=figure.undefined_reason)
    few = figure.units < intervals.LEAST or (moved is not None and moved.size < intervals.LEAST)
    if few or np.isnan(found.effect).any():
        return Outlook(figure=figure, reason=NO_FORECAST)
    alone = spread_of(found.effect, units, figure.units)
    made = Outlook(figure=figure, spread=alone, rare=is_rare)
    if moved is None or alone == 0:
        return made
    number = moved.size
    grouped = math.sqrt(figure.units * number**2 / (number - 1) * float(np.var(moved)))
    return replace(made, spread=grouped, by_groups=(grouped / alone) ** 2)


def spread_of(effect: FloatArray, units: FloatArray | IntArray, tasks: int) -> float:
    """From how far each unit moves the figure: the jackknife's error, brought to one task."""
    mean = float(np.average(effect, weights=units))
    return math.sqrt(tasks * float(units @ (effect - mean) ** 2))


def _is_rare(data: Data) -> bool:
    if isinstance(data, Compared):
        return data.disagreeing < intervals.FEW
    return int(data.units[data.disagreeing].sum()) < intervals.FEW


def _moved_by_groups(data: Data, effect: FloatArray) -> FloatArray | None:
    """How far each group moves the figure: as far as its units together."""
    if isinstance(data, Moments | Compared):
        if data.group is None:
            return None
        return summed(effect, np.unique(data.group, return_inverse=True)[1])
    if data.groups is None:
        return None
    code = np.unique(data.groups.group, return_inverse=True)[1]
    return summed(effect[data.groups.pattern] * data.groups.units, code)
