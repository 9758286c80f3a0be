"""What a measure is that compares lists of objects: spans, segments, boxes, masks, tracks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import ClassVar

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.figure import ALL_ALIKE, NO_OVERLAP, Figure, Parts, Reason
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.totals import Totals, figure_of_totals


class Summed(ABC):
    """One coefficient. A subclass says what each unit adds, and what the sums of it make.

    Interval, reasons and counts are made here: units (or whole groups) are drawn again.
    """

    name: ClassVar[str]

    @abstractmethod
    def totals(self, data: Objects, *, seed: int = 0) -> Totals:
        """What each unit adds; all units have two answers or more."""

    @abstractmethod
    def coefficient(self, sums: FloatArray) -> Parts:
        """The coefficient of each row of sums (B x K)."""

    def usable(self, data: Objects) -> tuple[Objects, dict[str, int]]:
        """The units that can be compared, and how many were left out for which reason."""
        return data.paired(), {"fewer_than_two_answers": data.lone}

    def without_value(self, data: Objects) -> Reason:
        return ALL_ALIKE

    def described(self, data: Objects, confidence: float) -> tuple[Objects, Figure]:
        """What is compared, and a figure that says what it is without its value."""
        used, left_out = self.usable(data)
        return used, Figure(
            measure=self.name,
            level="objects",
            units=used.units,
            raters=used.raters,
            pairable=int(used.unit.size),
            excluded={reason: number for reason, number in left_out.items() if number},
            confidence=confidence,
        )

    def __call__(
        self,
        data: Objects,
        *,
        interval: bool = True,
        replicates: int | None = None,
        seed: int = 0,
        confidence: float = 0.95,
    ) -> Figure:
        """The figure; options as for `Measure`."""
        used, figure = self.described(data, confidence)
        if not used.units:
            return replace(figure, raters=data.raters, undefined_reason=NO_OVERLAP)
        draw = intervals.Draw(replicates=replicates, seed=seed, confidence=confidence)
        found = figure_of_totals(
            self.coefficient, self.totals(used, seed=seed), figure, draw if interval else None
        )
        if found.value is None:
            return replace(found, undefined_reason=self.without_value(used))
        return found


class ObjectMeasure(Summed):
    """A coefficient of all labels, found by the registry."""

    label: ClassVar[str]
    reference: ClassVar[str]
    # Does it take segments of a continuum alone, with the length of each unit?
    for_segments: ClassVar[bool] = False
    # Is it agreement beyond what chance gives?
    chance_corrected: ClassVar[bool] = True
    # Is it 1 where all agree, and never more?
    is_coefficient: ClassVar[bool] = True
    # Does a unit take long, so that of very many a part must do?
    is_costly: ClassVar[bool] = False

    def at(self, threshold: float) -> ObjectMeasure:
        """The measure with another likeness from which on two objects are one, where it has one."""
        return self


def coefficient(observed: FloatArray, expected: FloatArray) -> Parts:
    """1 - observed / expected disagreement, undefined where none is expected."""
    value = np.full(observed.shape, np.nan)
    np.divide(observed, expected, out=value, where=expected > 1e-12)
    return Parts(value=1 - value, observed=observed, expected=expected)
