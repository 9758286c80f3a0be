"""Krippendorff's alpha for unitizing, labels left aside."""

from __future__ import annotations

import numpy as np

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.by_object import coefficient
from apps.agreement.measures.figure import Parts
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.totals import Totals
from apps.agreement.measures.u_alpha import UAlpha, pairs_but_own
from apps.agreement.measures.unitizing import continua


class UAlphaBinary(UAlpha):
    """Do raters mark the same stretches, with whatever label?

    Krippendorff's example (2019, figure 12.11), three raters on a continuum of 60. He prints .413,
    from rounded parts:

    >>> from apps.agreement.measures.objects import Objects
    >>> from apps.agreement.measures.segments import Segments
    >>> marked = {
    ...     "Alex": [(1, 0, 7), (2, 7, 13), (5, 30, 32), (6, 32, 37), (6, 37, 44), (7, 44, 60)],
    ...     "Paul": [(1, 0, 7), (3, 7, 13), (5, 13, 21), (6, 32, 44)],
    ...     "Suzan": [(1, 0, 7), (4, 7, 13), (5, 13, 21), (6, 32, 37), (6, 37, 41), (6, 41, 44)],
    ... }
    >>> data = Objects.of(
    ...     [("text", who, [(k, (a, b)) for k, a, b in what]) for who, what in marked.items()],
    ...     Segments.of, lengths={"text": 60})
    >>> round(UAlphaBinary()(data).value, 3)
    0.414
    """

    name = "u_alpha_binary"
    label = "Alpha for unitizing, labels left aside"

    def totals(self, data: Objects, *, seed: int = 0) -> Totals:
        found = continua(data)
        marked = found.length.sum(axis=1)
        apart = 2 * (found.gap_length - found.gap_alike)
        columns = np.column_stack([apart, found.own, found.gap_length, marked])
        return Totals(columns=columns, disagreeing=apart > 1e-9 * (marked + 1), group=data.group)

    def coefficient(self, sums: FloatArray) -> Parts:
        apart, own, gap, marked = sums.T
        return coefficient(apart, 2 * gap * marked / pairs_but_own(gap + marked, own))
