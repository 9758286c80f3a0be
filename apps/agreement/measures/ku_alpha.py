"""Krippendorff's alpha for single labels of what raters have marked alike."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.by_object import Summed
from apps.agreement.measures.figure import Figure, Parts, Reason
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.totals import Totals
from apps.agreement.measures.u_alpha import pairs_but_own
from apps.agreement.measures.unitizing import continua, usable_continua

NEVER_BESIDE = Reason(
    code="never_beside",
    sentence="No segment with this label lies beside one of another rater's, so nothing is said.",
)


class KuAlpha(Summed):
    """(k)u-alpha of the label at this place of `Objects.labels`."""

    name = "ku_alpha"

    def __init__(self, place: int) -> None:
        self.place = place

    def usable(self, data: Objects) -> tuple[Objects, dict[str, int]]:
        return usable_continua(data)

    def totals(self, data: Objects, *, seed: int = 0) -> Totals:
        """The last column is the label's whole length, which the coverage is a part of."""
        found, k = continua(data), self.place
        coded, own = found.coded, found.own_coded
        columns = [coded[:, k], found.alike[:, k], coded.sum(1), own[:, k], own.sum(1)]
        return Totals(
            columns=np.column_stack([*columns, found.length[:, k]]),
            disagreeing=coded[:, k] - found.alike[:, k] > 1e-9,
            group=data.group,
        )

    def coefficient(self, sums: FloatArray) -> Parts:
        return _one_label(sums[:, :5])

    def without_value(self, data: Objects) -> Reason:
        return NEVER_BESIDE


def coverage(sums: FloatArray) -> float | None:
    """Of `KuAlpha`'s sums: the share of the label's length that lies beside others' segments."""
    return float(sums[0] / sums[-1]) if sums[-1] else None


@dataclass(frozen=True, kw_only=True)
class OfLabel:
    """The figure of a label, and the share of its length that lies beside others' segments: what
    the figure speaks of."""

    figure: Figure
    coverage: float | None


def ku_alpha(data: Objects, **options: Any) -> dict[Hashable, OfLabel]:
    """Each label, called (k)u-alpha: where it lies beside another rater's segment, is it the same?

    Krippendorff's example (2019, figure 12.11), three raters on a continuum of 60:

    >>> from apps.agreement.measures.segments import Segments
    >>> marked = {
    ...     "Alex": [(1, 0, 7), (2, 7, 13), (5, 30, 32), (6, 32, 37), (6, 37, 44), (7, 44, 60)],
    ...     "Paul": [(1, 0, 7), (3, 7, 13), (5, 13, 21), (6, 32, 44)],
    ...     "Suzan": [(1, 0, 7), (4, 7, 13), (5, 13, 21), (6, 32, 37), (6, 37, 41), (6, 41, 44)],
    ... }
    >>> data = Objects.of(
    ...     [("text", who, [(k, (a, b)) for k, a, b in what]) for who, what in marked.items()],
    ...     Segments.of, lengths={"text": 60})
    >>> found = ku_alpha(data, interval=False)
    >>> [(label, found[label].figure.value, round(found[label].coverage, 2)) for label in (1, 2, 5, 7)]
    [(1, 1.0, 1.0), (2, 0.0, 1.0), (5, 1.0, 0.44), (7, None, 0.0)]
    """
    made = {}
    for place, label in enumerate(data.labels):
        one = KuAlpha(place)
        sums = one.totals(one.usable(data)[0]).columns.sum(axis=0)
        made[label] = OfLabel(figure=one(data, **options), coverage=coverage(sums))
    return made


def _one_label(sums: FloatArray) -> Parts:
    """Coincidences with other labels, over what chance makes of them."""
    coded, alike, whole, own, own_of_all = sums.T
    scale = pairs_but_own(whole, own_of_all)
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = (coded - alike) / coded
        expected = coded * (whole - coded) / (coded * whole - own)
        value = 1 - observed / expected
    undefined = (coded <= 0) | (expected <= 1e-12) | np.isnan(scale)
    return Parts(value=np.where(undefined, np.nan, value), observed=observed, expected=expected)
