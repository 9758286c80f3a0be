"""Gamma-cat: agreement on the labels of the segments that the best alignment puts together."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from apps.agreement.measures.alignment import Problems, Unitary
from apps.agreement.measures.arrays import FloatArray, summed
from apps.agreement.measures.by_object import coefficient
from apps.agreement.measures.figure import Parts
from apps.agreement.measures.gamma import Gamma
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.totals import Totals


class GammaCat(Gamma):
    """1 - observed / expected disorder of the labels, weighed by how near the places are.

    A pair counts the more, the nearer its places are, and the fewer pairs its unitary alignment
    has. A segment that a rater left out counts as another label, as in pygamma-agreement.

    >>> from apps.agreement.measures.objects import Objects
    >>> from apps.agreement.measures.segments import Segments
    >>> marked = {
    ...     "Alex": [(1, 2, 9), (2, 11, 17), (5, 24, 30), (6, 32, 36), (6, 36, 44), (7, 44, 60)],
    ...     "Paul": [(1, 2, 9), (3, 11, 17), (5, 19, 25), (6, 32, 44)],
    ...     "Suzan": [(1, 2, 9), (4, 11, 17), (5, 21, 27), (6, 32, 36), (6, 36, 40), (6, 40, 44)],
    ... }
    >>> data = Objects.of(
    ...     [("text", who, [(k, (a, b)) for k, a, b in what]) for who, what in marked.items()],
    ...     Segments.of)
    >>> 0.37 < GammaCat()(data).value < 0.43
    True
    """

    name = "gamma_cat"
    label = "Gamma-cat"
    reference = (
        "Mathet, Y. (2017). The agreement measure gamma-cat: a complement to gamma focused on "
        "categorization of a continuum. Computational Linguistics 43(3)."
    )

    def totals(self, data: Objects, *, seed: int = 0) -> Totals:
        """Observed and expected disorder times the weight of what was observed, and that weight."""
        rows = [of_labels(problems, chosen, n) for n, problems, chosen in self.aligned(data, seed)]
        columns = np.concatenate([np.zeros((0, 3)), *rows])
        return Totals(columns=columns, disagreeing=columns[:, 0] > 1e-9, group=data.group)

    def coefficient(self, sums: FloatArray) -> Parts:
        observed, expected, weight = sums.T
        weight = np.where(weight > 0, weight, np.nan)
        return coefficient(observed / weight, expected / weight)


def of_labels(
    problems: Problems, chosen: list[Unitary], units: int, label: int | None = None
) -> FloatArray:
    """Of each unit: observed and expected disorder times the weight that was observed, and that."""
    disorder, weight = weighed(problems, chosen, label)
    mean = np.divide(disorder, weight, out=np.zeros(weight.size), where=weight > 0)
    table, own = mean.reshape(units, -1), weight.reshape(units, -1)[:, 0]
    return np.column_stack([table[:, 0] * own, table[:, 1:].mean(axis=1) * own, own])


def weighed(
    data: Problems, chosen: list[Unitary], label: int | None = None
) -> tuple[FloatArray, FloatArray]:
    """Of each continuum (P): the weighed disorder of its labels, and the sum of the weights; with
    a label, of the pairs of which one has it."""
    number = data.raters.size
    has = np.ones(data.start.size, bool) if label is None else data.label == label
    together = np.ones(data.start.size, np.int64)
    disorder, weight = np.zeros(number), np.zeros(number)
    for each in chosen:
        size = each.members.shape[1]
        together[each.members] = size
        owner = data.problem[each.members[:, 0]]
        for first, second in combinations(each.members.T, 2):
            position, differ = data.apart(first, second)
            near = np.maximum(1 - position, 0) / (size - 1) * (has[first] | has[second])
            disorder += summed(near * differ, owner, number)
            weight += summed(near, owner, number)
    # A segment and a rater who has none there are wholly apart.
    missing = summed(has * (data.raters[data.problem] - together), data.problem, number)
    return disorder + missing, weight + missing
