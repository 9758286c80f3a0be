"""Measures of objects whose units come in portions, so that not all objects are held at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import IntArray, summed
from apps.agreement.measures.by_object import Summed
from apps.agreement.measures.effects import Effects
from apps.agreement.measures.figure import NO_OVERLAP, Figure, Reason
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.power import Outlook, outlook_of
from apps.agreement.measures.totals import OfTotals, Totals, figure_of_totals


class Gathered:
    """Sums of a figure over units, and what is told beside it."""

    def __init__(self, name: str, of: OfTotals) -> None:
        self.name = name
        self.coefficient = of
        self._parts: list[Totals] = []
        self._units: list[IntArray] = []
        self._raters: set[object] = set()
        self._excluded: Counter[str] = Counter()
        self._pairable = 0
        self._why: Reason | None = None

    def put(self, found: Totals, used: Objects, *, units: IntArray, groups: IntArray) -> None:
        """What some more units add, all of which are `used`; those of one group belong together."""
        self._parts.append(replace(found, group=groups))
        self._units.append(units)
        self._raters.update(used.names[code] for code in np.unique(used.rater))
        self._pairable += int(used.unit.size)

    def undefined_for(self, why: Reason) -> None:
        self._why = why

    def leave_out(self, why: str, units: int) -> None:
        """Units that were not looked at, by no fault of their own."""
        self._excluded[why] += units

    @property
    def units(self) -> IntArray:
        return np.concatenate([np.empty(0, np.int64), *self._units])

    @property
    def groups(self) -> IntArray:
        """To which group each of `units` belongs."""
        return np.concatenate([np.empty(0, np.int64), *(one.group for one in self._parts)])

    @property
    def totals(self) -> Totals:
        group = self.groups
        columns = [one.columns for one in self._parts]
        return Totals(
            columns=np.concatenate(columns) if columns else np.zeros((0, 0)),
            disagreeing=np.concatenate(
                [np.empty(0, bool), *(one.disagreeing for one in self._parts)]
            ),
            group=group if np.unique(group).size < group.size else None,
        )

    def figure(self, draw: intervals.Draw | None = None) -> Figure:
        totals = self.totals
        figure = Figure(
            measure=self.name,
            level="objects",
            units=len(totals.columns),
            raters=len(self._raters),
            pairable=self._pairable,
            excluded={why: n for why, n in self._excluded.items() if n},
        )
        if not figure.units:
            return replace(figure, undefined_reason=NO_OVERLAP)
        found = figure_of_totals(self.coefficient, totals, figure, draw)
        return found if found.value is not None else replace(found, undefined_reason=self._why)

    def effects(self) -> Effects:
        """How far each of `units` moves the figure; without a figure by nothing."""
        totals, figure = self.totals, self.figure()
        ones = np.ones(figure.units, np.int64)
        if figure.value is None:
            return Effects(figure=figure, effect=np.zeros(figure.units), units=ones)
        without = totals.columns.sum(axis=0) - totals.columns
        effect = figure.value - self.coefficient(without).value
        return Effects(figure=figure, effect=effect, units=ones)

    def outlook(self) -> Outlook:
        """What more units would do to the figure."""
        totals, found = self.totals, self.effects()
        group = totals.group
        moved = (
            None
            if group is None
            else summed(found.effect, np.unique(group, return_inverse=True)[1])
        )
        is_rare = int(np.count_nonzero(totals.disagreeing)) < intervals.FEW
        return outlook_of(found, found.units, is_rare=is_rare, moved=moved)


class Gathering(Gathered):
    """What a measure needs of each unit is kept, and its objects are not.

    >>> from apps.agreement.measures import object_measures
    >>> from apps.agreement.measures.segments import Segments
    >>> texts = [
    ...     Objects.of([(n, who, [("name", (0, 5))]) for who in "ab"], Segments.of) for n in range(2)]
    >>> gathered = Gathering(object_measures["object_f1"])
    >>> for n, text in enumerate(texts):
    ...     gathered.add(text, units=np.array([n]), groups=np.array([n]))
    >>> gathered.figure().value, gathered.figure().units, gathered.figure().raters
    (1.0, 2, 2)
    """

    def __init__(self, measure: Summed, *, seed: int = 0) -> None:
        super().__init__(measure.name, measure.coefficient)
        self.measure = measure
        self._seed = seed
        self._has_objects = False

    def add(self, data: Objects, *, units: IntArray, groups: IntArray) -> None:
        # Each unit is its own group for a moment, so that it is known which ones are used.
        numbered = data.once("numbered", lambda: replace(data, group=np.arange(data.units)))
        used, left_out = self.measure.usable(numbered)
        for why, number in left_out.items():
            self.leave_out(why, number)
        if self._why is None or (used.answer.size and not self._has_objects):
            self.undefined_for(self.measure.without_value(used))
            self._has_objects = bool(used.answer.size)
        if used.units:
            found = self.measure.totals(used, seed=self._seed + len(self._parts))
            place = used.group
            self.put(found, used, units=units[place], groups=groups[place])
