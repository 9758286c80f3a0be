"""The difference of two figures that the same units stand behind: these are drawn together."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import AnyArray, FloatArray, IntArray
from apps.agreement.measures.base import Measure
from apps.agreement.measures.difference import Difference, compared_figures, p_value
from apps.agreement.measures.effects import counted
from apps.agreement.measures.figure import Parts, Statistic
from apps.agreement.measures.groups import Groups
from apps.agreement.measures.longform import LongForm
from apps.agreement.measures.patterns import Patterns

MOST_OF_DIFFERENCE = 2.0  # between 1 and -1


@dataclass(frozen=True, eq=False, kw_only=True)
class Paired:
    """The same units in two sets of answers: two guidelines, two groups of raters, two periods.

    `places` (C x 2) holds the row in `first` and the row in `second`, -1 where the unit has no
    answer there; `units` (C) units are like that.

    >>> data = Paired.from_long([1, 1, 1, 1, 2, 2], ["x", "y"] * 3, list("aabbaa"),
    ...     is_second=[False, False, True, True, False, False])
    >>> data.places.tolist(), data.units.tolist()
    ([[0, -1], [0, 0]], [1, 1])
    """

    first: Patterns
    second: Patterns
    places: IntArray
    units: IntArray
    groups: Groups | None = None

    @classmethod
    def from_long(
        cls,
        unit: Sequence[Any] | AnyArray,
        rater: Sequence[Any] | AnyArray,
        value: Sequence[Any] | AnyArray,
        *,
        is_second: Sequence[bool] | AnyArray,
        order: Sequence[Hashable] | None = None,
        group: Sequence[Any] | AnyArray | None = None,
    ) -> Paired:
        """From one row per answer, each of them in the first set or in the second; none missing."""
        answers = LongForm.of(unit, rater, value, order=order, group=group, repeats="keep")
        if answers.missing:
            raise ValueError("Leave out the missing answers.")
        mask = np.asarray(is_second, bool)
        parts = [_only(answers, ~mask), _only(answers, mask)]
        of_unit = np.stack([part.pattern_of_unit[0] for part in parts], axis=1)
        shown = (of_unit >= 0).any(axis=1)
        places, place = np.unique(of_unit[shown], axis=0, return_inverse=True)
        place = place.reshape(-1)
        groups = None
        if answers.group is not None:
            keys, units = np.unique(answers.group[shown] * len(places) + place, return_counts=True)
            groups = Groups(group=keys // len(places), pattern=keys % len(places), units=units)
        first, second = (replace(Patterns.of(part), groups=None) for part in parts)
        units = np.bincount(place, minlength=len(places))
        return cls(first=first, second=second, places=places, units=units, groups=groups)

    @property
    def cells(self) -> int:
        return self.units.size + self.first.cells + self.second.cells

    def weights(self, column: int, weights: FloatArray) -> FloatArray:
        """The weights of a side's rows (B x P), for weights of the units (B x C)."""
        side, place = (self.first, self.second)[column], self.places[:, column]
        onto = np.zeros((self.units.size, side.units.size))
        onto[np.flatnonzero(place >= 0), place[place >= 0]] = 1
        moved: FloatArray = weights @ onto
        return moved


def _only(answers: LongForm, mask: AnyArray) -> LongForm:
    rater = None if answers.rater is None else answers.rater[mask]
    raters = 0 if rater is None else int(np.unique(rater).size)
    return replace(
        answers, unit=answers.unit[mask], value=answers.value[mask], rater=rater, raters=raters
    )


def paired_difference(
    measure: Measure,
    data: Paired,
    *,
    level: str = "nominal",
    distance: FloatArray | None = None,
    replicates: int | None = None,
    seed: int = 0,
    confidence: float = 0.95,
) -> Difference:
    """The figure of the first set less that of the second; units (or groups) are drawn with both.

    >>> from apps.agreement.measures import measures
    >>> rng = np.random.default_rng(0)
    >>> value = np.repeat(rng.integers(0, 2, 300), 4)
    >>> value[3::4] = rng.integers(0, 2, 300)  # in the second set one of the two guesses
    >>> data = Paired.from_long(np.repeat(np.arange(300), 4), [1, 2, 1, 2] * 300, value,
    ...     is_second=[False, False, True, True] * 300)
    >>> found = paired_difference(measures["krippendorff_alpha"], data)
    >>> found.value > 0.8
    True
    """
    options: dict[str, Any] = {"level": level, "distance": distance, "confidence": confidence}
    draw = intervals.Draw(
        replicates=replicates, seed=seed, confidence=confidence, most=MOST_OF_DIFFERENCE
    )
    figures = [
        measure(side, replicates=replicates, seed=seed, **options)
        for side in (data.first, data.second)
    ]
    found = compared_figures(*figures)
    if found.value is None or found.interval_reason:
        return found
    statistic = _statistic(measure, data, level, distance)
    figure = replace(figures[0], value=found.value)
    drawn = intervals.by_bootstrap(statistic, data, figure, draw)
    if drawn.low is None or drawn.high is None:
        return replace(found, interval_reason=drawn.interval_reason)
    p = p_value(found.value, found.value - drawn.low, drawn.high - found.value, confidence)
    return replace(found, low=drawn.low, high=drawn.high, p=p, method=drawn.method)


def _statistic(
    measure: Measure, data: Paired, level: str, distance: FloatArray | None
) -> Statistic:
    sides = [counted(measure, side, level, distance) for side in (data.first, data.second)]

    def apart(weights: FloatArray) -> Parts:
        values = [
            statistic(data.weights(column, weights)[:, keep]).value
            for column, (keep, statistic, _) in enumerate(sides)
        ]
        unknown = np.full(len(weights), np.nan)
        return Parts(value=values[0] - values[1], observed=unknown, expected=unknown)

    return apart
