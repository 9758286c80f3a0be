"""How far apart two raters set the boundaries of the stretches that both found."""

from __future__ import annotations

import numpy as np

from apps.agreement.measures.arrays import FloatArray, summed
from apps.agreement.measures.detection_f1 import by_unit, share
from apps.agreement.measures.figure import Parts
from apps.agreement.measures.matched_likeness import MatchedLikeness
from apps.agreement.measures.matching import matches
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.segments import Segments
from apps.agreement.measures.totals import Totals


class BoundaryDistance(MatchedLikeness):
    """Mean distance of a boundary, in characters or whatever lengths are counted in; 0 is best.

    Of stretches that touch and have the same label. Of several parts the outermost boundaries.

    >>> from apps.agreement.measures.objects import Objects
    >>> data = Objects.of([
    ...     ("text", "Ann", [("name", (0, 10)), ("name", (20, 30))]),
    ...     ("text", "Bo", [("name", (2, 10)), ("name", (20, 36))]),
    ... ], Segments.of)
    >>> BoundaryDistance()(data).value
    2.0
    """

    name = "boundary_distance"
    label = "Distance of boundaries"
    for_segments = True
    is_coefficient = False
    usual_threshold = 1e-6
    reference = (
        "Chinchor, N., Sundheim, B. (1993). MUC-5 evaluation metrics. Proceedings of the Fifth "
        "Message Understanding Conference (partial matches); the distance is the plain mean."
    )

    def totals(self, data: Objects, *, seed: int = 0) -> Totals:
        shapes: Segments = data.shapes
        start, end = np.full(shapes.number, np.inf), np.full(shapes.number, -np.inf)
        np.minimum.at(start, shapes.owner, shapes.start)
        np.maximum.at(end, shapes.owner, shapes.end)
        found = matches(data, self.threshold, by_label=True)
        a, b = found.objects.T
        apart = (np.abs(start[a] - start[b]) + np.abs(end[a] - end[b])) / 2
        number = len(found.answers)
        matched = np.bincount(found.pair, minlength=number).astype(float)
        columns = by_unit(data, found, summed(apart, found.pair, number), matched)
        # A distance has no limit that few events could be held against: units are drawn.
        every = np.ones(data.units, bool)
        return Totals(columns=columns, disagreeing=every, group=data.group)

    def coefficient(self, sums: FloatArray) -> Parts:
        found = share(sums[:, 0], sums[:, 1])
        return Parts(value=found.value, observed=found.value, expected=found.expected)
