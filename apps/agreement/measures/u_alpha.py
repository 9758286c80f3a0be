"""Krippendorff's alpha for unitizing."""

from __future__ import annotations

import numpy as np

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.by_object import ObjectMeasure, coefficient
from apps.agreement.measures.figure import Parts, Reason
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.totals import Totals
from apps.agreement.measures.unitizing import NOTHING_MARKED, continua, usable_continua


class UAlpha(ObjectMeasure):
    """Do raters mark the same stretches with the same labels? Gaps count as what they are.

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
    >>> round(UAlpha()(data).value, 3)
    0.51
    """

    name = "u_alpha"
    label = "Alpha for unitizing"
    for_segments = True
    reference = (
        "Krippendorff, K., Mathet, Y., Bouvry, S., Widlöcher, A. (2016). On the reliability of "
        "unitizing textual continua: Further developments. Quality & Quantity 50(6)."
    )

    def usable(self, data: Objects) -> tuple[Objects, dict[str, int]]:
        return usable_continua(data)

    def totals(self, data: Objects, *, seed: int = 0) -> Totals:
        """Apart, own, the gaps, and then each label's length."""
        found = continua(data)
        whole = found.length.sum(axis=1) + found.gap_length
        apart = whole - found.alike.sum(axis=1) - found.gap_alike
        columns = np.column_stack([apart, found.own, found.gap_length, found.length])
        return Totals(columns=columns, disagreeing=apart > 1e-9 * whole, group=data.group)

    def coefficient(self, sums: FloatArray) -> Parts:
        apart, own, lengths = sums[:, 0], sums[:, 1], sums[:, 2:]
        whole = lengths.sum(axis=1)
        pairs = whole**2 - (lengths**2).sum(axis=1)
        return coefficient(apart, pairs / pairs_but_own(whole, own))

    def without_value(self, data: Objects) -> Reason:
        return super().without_value(data) if data.answer.size else NOTHING_MARKED


def pairs_but_own(whole: FloatArray, own: FloatArray) -> FloatArray:
    """What brings products of lengths to the length of all: pairs with itself do not count."""
    left = np.full(whole.shape, np.nan)
    np.divide(whole**2 - own, whole, out=left, where=(whole > 0) & (whole**2 > own))
    return left
