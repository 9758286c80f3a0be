"""What a measure is, and what it answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from functools import partial
from typing import ClassVar

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.compared import Clusters, Compared
from apps.agreement.measures.compared_intervals import MOST_CLUSTERS, of_compared
from apps.agreement.measures.distances import LevelError
from apps.agreement.measures.figure import (
    ALL_ALIKE,
    NEGATIVE_RATIO,
    NO_DISTANCE,
    NO_OVERLAP,
    ONE_VALUE,
    Figure,
    Parts,
    Reason,
    Statistic,
)
from apps.agreement.measures.moments import Influence, Moments
from apps.agreement.measures.patterns import Patterns


class Measure(ABC):
    """One coefficient. A subclass says how it comes from weighted patterns, and no more.

    Interval, reasons and counts are the same for all: they are made here from `statistic`.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    levels: ClassVar[tuple[str, ...]]
    reference: ClassVar[str]
    chance_corrected: ClassVar[bool] = True
    # Do units with a single answer tell something of chance? (In Gwet's family they do.)
    counts_lone_answers: ClassVar[bool] = False
    # Does a distance of one's own weigh how far two values agree?
    is_weighted: ClassVar[bool] = False
    # How it is called where answers are only compared; its own label when empty.
    compared_label: ClassVar[str] = ""

    @abstractmethod
    def statistic(self, data: Patterns, level: str, distance: FloatArray | None) -> Statistic:
        """The coefficient as a function of weights for the rows of `data`."""

    def influence(self, data: Moments) -> Influence:
        raise LevelError(f"{self.label} needs patterns; there are too many different ones.")

    def comparison(self, data: Clusters) -> Statistic:
        """The coefficient of answers that are only compared, as a function of weights (B x C)."""
        raise LevelError(f"{self.label} needs values that can be counted, not only compared.")

    def without_each(self, data: Compared) -> FloatArray:
        """The coefficient of answers that are only compared, without each of their units (U)."""
        raise LevelError(f"{self.label} needs values that can be counted, not only compared.")

    def __call__(
        self,
        data: Patterns | Moments | Compared,
        *,
        level: str = "nominal",
        distance: FloatArray | None = None,
        interval: bool = True,
        replicates: int | None = None,
        seed: int = 0,
        confidence: float = 0.95,
    ) -> Figure:
        """The figure; `distance` (V x V) stands for a level of one's own.

        `replicates` None means 10,000, or fewer where there are so many patterns that it would take
        minutes; how many were drawn is in the figure.
        """
        draw = intervals.Draw(replicates=replicates, seed=seed, confidence=confidence)
        if isinstance(data, Compared):
            return self._of_compared(data, draw if interval else None)
        figure = self._described(data, level if distance is None else "custom")
        figure = replace(figure, confidence=confidence)
        if isinstance(data, Moments):
            return self._of_moments(data, figure, interval=interval)
        self._check(data, level, distance)
        if reason := self.undefined_for(data, figure.level):
            return replace(figure, undefined_reason=reason)
        used = data if self.counts_lone_answers else data.paired()
        statistic = self.statistic(used, level, distance)
        parts = statistic(used.units[None, :].astype(float))
        figure = with_parts(figure, parts)
        if figure.value is None:
            return replace(figure, undefined_reason=NO_DISTANCE)
        if not interval:
            return figure
        return intervals.of_patterns(partial(self._statistic, level, distance), used, figure, draw)

    def _statistic(self, level: str, distance: FloatArray | None, data: Patterns) -> Statistic:
        return self.statistic(data, level, distance)

    def _of_moments(self, data: Moments, figure: Figure, *, interval: bool) -> Figure:
        if figure.level != data.level:
            raise LevelError(f"These moments are for the {data.level} level.")
        if not data.sizes.size:
            return replace(figure, undefined_reason=NO_OVERLAP)
        if self.chance_corrected and data.values_used < 2:
            return replace(figure, undefined_reason=ONE_VALUE)
        found = self.influence(data)
        figure = replace(
            figure, value=found.value, observed=found.observed, expected=found.expected
        )
        return intervals.of_moments(data, found, figure) if interval else figure

    def _of_compared(self, data: Compared, draw: intervals.Draw | None) -> Figure:
        figure = Figure(
            measure=self.name,
            level="distance",
            units=data.sizes.size,
            raters=data.raters,
            pairable=int(data.sizes.sum()),
            excluded={"fewer_than_two_answers": data.lone} if data.lone else {},
            confidence=draw.confidence if draw else 0.95,
        )
        if not data.sizes.size:
            return replace(figure, undefined_reason=NO_OVERLAP)
        clusters = data.clusters(MOST_CLUSTERS)
        statistic = self.comparison(clusters)
        parts = statistic(np.ones((1, clusters.units.size)))
        figure = with_parts(figure, parts)
        if figure.value is None:
            return replace(figure, undefined_reason=ALL_ALIKE)
        return of_compared(statistic, data, clusters, figure, draw) if draw else figure

    def _check(self, data: Patterns, level: str, distance: FloatArray | None) -> None:
        if distance is not None:
            shape = (len(data.values),) * 2
            if (
                distance.shape != shape
                or (distance != distance.T).any()
                or distance.diagonal().any()
            ):
                raise LevelError(f"The distance must be symmetric, {shape}, with a zero diagonal.")
        elif level not in self.levels:
            raise LevelError(f"{self.label} has no level {level!r}: {', '.join(self.levels)}.")
        elif level == "ordinal" and not data.ordered:
            raise LevelError("The ordinal level needs the values in a declared order.")

    def undefined_for(self, data: Patterns, level: str) -> Reason | None:
        paired = data.paired()
        if not paired.units.sum():
            return NO_OVERLAP
        if level == "ratio" and any(isinstance(v, float) and v < 0 for v in data.values):
            return NEGATIVE_RATIO
        used = data if self.counts_lone_answers else paired
        if self.chance_corrected and np.count_nonzero(used.marginals) < 2:
            return ONE_VALUE
        return None

    def _described(self, data: Patterns | Moments, level: str) -> Figure:
        sizes, units = data.sizes, data.units
        paired = sizes >= 2
        excluded = {"fewer_than_two_answers": data.lone, "missing": data.missing}
        return Figure(
            measure=self.name,
            level=level,
            units=int(units[paired].sum()),
            raters=data.raters,
            pairable=int((sizes * units)[paired].sum()),
            excluded={reason: number for reason, number in excluded.items() if number},
        )


def with_parts(figure: Figure, parts: Parts) -> Figure:
    return replace(
        figure,
        value=_plain(parts.value),
        observed=_plain(parts.observed),
        expected=_plain(parts.expected),
    )


def _plain(array: FloatArray) -> float | None:
    return None if np.isnan(array[0]) else float(array[0])
