"""Which units move a figure of objects, each label by itself, and how many more units it takes."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import FloatArray, IntArray, summed
from apps.agreement.measures.by_object import ObjectMeasure
from apps.agreement.measures.effects import Effects
from apps.agreement.measures.figure import Figure
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.power import Outlook, outlook_of
from apps.agreement.measures.totals import Totals


def object_effects(measure: ObjectMeasure, data: Objects, *, seed: int = 0) -> Effects:
    """The figure less the figure without the unit, for each unit of `data`; 0 for those left out.

    Of two texts that are marked alike and one that is not, the last lowers the figure:

    >>> from apps.agreement.measures import Segments, object_measures
    >>> same, other = [("name", (0, 5)), ("place", (8, 12))], [("place", (0, 5))]
    >>> data = Objects.of(
    ...     [(text, who, marks) for text in (1, 2) for who in "ab" for marks in [same]]
    ...     + [(3, "a", same), (3, "b", other)], Segments.of)
    >>> object_effects(object_measures["object_f1"], data).effect.round(2).tolist()
    [0.16, 0.16, -0.27]
    """
    figure, _, effect = _moved(measure, data, seed)
    return Effects(figure=figure, effect=effect, units=np.ones(data.units, np.int64))


def object_outlook(measure: ObjectMeasure, data: Objects, *, seed: int = 0) -> Outlook:
    """What more units would do to the figure: see `outlook`."""
    figure, totals, effect = _moved(measure, data, seed)
    kept = effect[_in_use(measure, data)]
    group = None if totals is None else totals.group
    moved = None if group is None else summed(kept, np.unique(group, return_inverse=True)[1])
    disagreeing = 0 if totals is None else int(np.count_nonzero(totals.disagreeing))
    return outlook_of(
        Effects(figure=figure, effect=kept, units=np.ones(kept.size, np.int64)),
        np.ones(kept.size),
        is_rare=disagreeing < intervals.FEW,
        moved=moved,
    )


def per_object_label(
    measure: ObjectMeasure, data: Objects, **options: Any
) -> dict[Hashable, Figure]:
    """The figure of each label, as if no other had been marked."""
    return {label: measure(data.with_label(label), **options) for label in data.labels}


def _moved(
    measure: ObjectMeasure, data: Objects, seed: int
) -> tuple[Figure, Totals | None, FloatArray]:
    """The bare figure, its sums, and how far each unit moves it (U)."""
    effect = np.zeros(data.units)
    figure = measure(data, interval=False, seed=seed)
    if figure.value is None:
        return figure, None, effect
    totals = measure.totals(measure.usable(data)[0], seed=seed)
    left = totals.columns.sum(axis=0) - totals.columns
    effect[_in_use(measure, data)] = figure.value - measure.coefficient(left).value
    return figure, totals, effect


def _in_use(measure: ObjectMeasure, data: Objects) -> IntArray:
    """The places of the units that the measure uses, told by numbering them."""
    numbered = replace(data, group=np.arange(data.units))
    used = measure.usable(numbered)[0].group
    return np.empty(0, np.int64) if used is None else used
