"""Gamma-k: agreement on each label of the segments that the best alignment puts together."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.by_object import Summed
from apps.agreement.measures.figure import Figure, Parts, Reason
from apps.agreement.measures.gamma_cat import GammaCat, of_labels
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.totals import Totals


class GammaK(Summed):
    """Gamma-cat of the pairs of which one has the label at this place of `Objects.labels`."""

    name = "gamma_k"
    family = GammaCat()

    def __init__(self, place: int) -> None:
        self.place = place

    def totals(self, data: Objects, *, seed: int = 0) -> Totals:
        aligned = self.family.aligned(data, seed)
        rows = [of_labels(problems, chosen, n, self.place) for n, problems, chosen in aligned]
        columns = np.concatenate([np.zeros((0, 3)), *rows])
        return Totals(columns=columns, disagreeing=columns[:, 0] > 1e-9, group=data.group)

    def coefficient(self, sums: FloatArray) -> Parts:
        return self.family.coefficient(sums)

    def without_value(self, data: Objects) -> Reason:
        return self.family.without_value(data)


def gamma_k(data: Objects, **options: Any) -> dict[Hashable, Figure]:
    """Gamma-cat of the pairs of which one has the label (Mathet 2017), for each label.

    >>> from apps.agreement.measures.segments import Segments
    >>> marked = {
    ...     "Alex": [(1, 2, 9), (2, 11, 17), (5, 24, 30), (6, 32, 36), (6, 36, 44), (7, 44, 60)],
    ...     "Paul": [(1, 2, 9), (3, 11, 17), (5, 19, 25), (6, 32, 44)],
    ...     "Suzan": [(1, 2, 9), (4, 11, 17), (5, 21, 27), (6, 32, 36), (6, 36, 40), (6, 40, 44)],
    ... }
    >>> data = Objects.of(
    ...     [("text", who, [(k, (a, b)) for k, a, b in what]) for who, what in marked.items()],
    ...     Segments.of)
    >>> found = gamma_k(data, interval=False)
    >>> found[1].value, found[5].value, 0.3 < found[6].value < 0.45
    (1.0, 1.0, True)
    """
    return {label: GammaK(place)(data, **options) for place, label in enumerate(data.labels)}
