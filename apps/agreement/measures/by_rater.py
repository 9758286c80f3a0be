"""What a measure is that needs its raters by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from functools import partial
from typing import ClassVar

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import AnyArray, FloatArray
from apps.agreement.measures.base import with_parts
from apps.agreement.measures.distances import LevelError
from apps.agreement.measures.figure import (
    NO_COMMON_UNITS,
    NO_OVERLAP,
    NO_SPREAD,
    NOT_TWO,
    ONE_RATER,
    ONE_VALUE,
    Figure,
    Reason,
    Statistic,
)
from apps.agreement.measures.rated import Rated


class RaterMeasure(ABC):
    """One coefficient of raters who are known by name and mean something by it.

    Where raters are exchangeable (each unit has its own), there is no such figure: see alpha,
    Fleiss' kappa and ICC(1). A subclass says how it comes from weighted rows of answers; interval,
    reasons and counts are made here.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    levels: ClassVar[tuple[str, ...]]
    reference: ClassVar[str]
    # Only two raters have it.
    for_two: ClassVar[bool] = False
    # Only the units that all raters answered count.
    complete: ClassVar[bool] = True
    # Is it 1 where all agree, and never more? (Bland and Altman's bias is no coefficient.)
    is_coefficient: ClassVar[bool] = True
    # May another matrix say how far two values lie apart?
    is_weighted: ClassVar[bool] = False

    @abstractmethod
    def statistic(self, data: Rated, level: str, distance: FloatArray | None) -> Statistic:
        """The coefficient as a function of weights (B x P) for the rows of `data`."""

    def __call__(
        self,
        data: Rated,
        *,
        level: str = "nominal",
        distance: FloatArray | None = None,
        interval: bool = True,
        replicates: int | None = None,
        seed: int = 0,
        confidence: float = 0.95,
    ) -> Figure:
        """The figure; options as for `Measure`."""
        draw = intervals.Draw(replicates=replicates, seed=seed, confidence=confidence)
        self._check(data, level, distance)
        used = self.counted(data)
        figure = self._described(data, used, level if distance is None else "custom")
        figure = replace(figure, confidence=confidence)
        if reason := self.undefined_for(data, used):
            return replace(figure, undefined_reason=reason)
        found = self.figure(used, figure, level, distance)
        if found.value is None:
            return replace(found, undefined_reason=self.without_value(used))
        if not interval:
            return found
        return _with_spread(
            self.interval(partial(self._statistic, level, distance), used, found, draw)
        )

    def _statistic(self, level: str, distance: FloatArray | None, data: Rated) -> Statistic:
        return self.statistic(data, level, distance)

    def figure(
        self, used: Rated, figure: Figure, level: str, distance: FloatArray | None
    ) -> Figure:
        statistic = self.statistic(used, level, distance)
        return with_parts(figure, statistic(used.units[None, :].astype(float)))

    def interval(
        self, remake: intervals.Remake[Rated], used: Rated, figure: Figure, draw: intervals.Draw
    ) -> Figure:
        """By drawing units again; a subclass may know better where units are independent."""
        return intervals.of_patterns(remake, used, figure, draw)

    def counted(self, data: Rated) -> Rated:
        return data.complete() if self.complete else data

    def without_value(self, used: Rated) -> Reason:
        """Why it has no value though there are answers that vary."""
        return ONE_VALUE

    def undefined_for(self, data: Rated, used: Rated) -> Reason | None:
        if not data.paired().units.sum():
            return NO_OVERLAP
        if len(data.raters) < 2:
            return ONE_RATER
        if self.for_two and len(data.raters) != 2:
            return NOT_TWO
        if self.complete and used.units.sum() < 2:
            return NO_COMMON_UNITS
        if self.is_coefficient and np.count_nonzero(used.marginals) < 2:
            return ONE_VALUE
        return None

    def _check(self, data: Rated, level: str, distance: FloatArray | None) -> None:
        if distance is not None:
            if not self.is_weighted:
                raise LevelError(f"{self.label} takes no distance of one's own.")
            check_distance(distance, len(data.values))
        elif level not in self.levels:
            raise LevelError(f"{self.label} has no level {level!r}: {', '.join(self.levels)}.")
        elif level == "ordinal" and not data.ordered:
            raise LevelError("The ordinal level needs the values in a declared order.")

    def _described(self, data: Rated, used: Rated, level: str) -> Figure:
        sizes = used.sizes
        paired = sizes >= 2
        some = int(data.units[data.sizes >= 2].sum()) - int(used.units[paired].sum())
        excluded = {
            "fewer_than_two_answers": data.lone,
            "not_by_all_raters": some,
            "missing": data.missing,
        }
        return Figure(
            measure=self.name,
            level=level,
            units=int(used.units[paired].sum()),
            raters=len(data.raters),
            pairable=int((sizes * used.units)[paired].sum()),
            excluded={reason: number for reason, number in excluded.items() if number},
        )


def check_distance(distance: AnyArray, values: int) -> None:
    shape = (values, values)
    if distance.shape != shape or (distance != distance.T).any() or distance.diagonal().any():
        raise LevelError(f"The distance must be symmetric, {shape}, with a zero diagonal.")


def _with_spread(figure: Figure) -> Figure:
    """Limits that fall together say nothing: as if one were certain."""
    if figure.low is None or figure.high is None or figure.low < figure.high:
        return figure
    return replace(figure, low=None, high=None, method=None, interval_reason=NO_SPREAD)
