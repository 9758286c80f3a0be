"""Krippendorff's alpha for the labels of what raters have marked alike."""

from __future__ import annotations

import numpy as np

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.by_object import coefficient
from apps.agreement.measures.figure import Parts
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.totals import Totals
from apps.agreement.measures.u_alpha import UAlpha, pairs_but_own
from apps.agreement.measures.unitizing import continua


class CuAlpha(UAlpha):
    """Do labels agree where two raters' segments lie side by side? Gaps are left aside.

    Krippendorff's example (2019, figure 12.11), three raters on a continuum of 60:

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
    >>> round(CuAlpha()(data).value, 3)
    0.724
    """

    name = "cu_alpha"
    label = "Alpha for the labels of what is marked alike"

    def totals(self, data: Objects, *, seed: int = 0) -> Totals:
        found = continua(data)
        coded = found.coded
        apart = coded.sum(axis=1) - found.alike.sum(axis=1)
        columns = np.column_stack([apart, found.own_coded.sum(axis=1), coded])
        disagreeing = apart > 1e-9 * (coded.sum(axis=1) + 1)
        return Totals(columns=columns, disagreeing=disagreeing, group=data.group)

    def coefficient(self, sums: FloatArray) -> Parts:
        apart, own, coded = sums[:, 0], sums[:, 1], sums[:, 2:]
        whole = coded.sum(axis=1)
        pairs = whole**2 - (coded**2).sum(axis=1)
        return coefficient(apart, pairs / pairs_but_own(whole, own))
