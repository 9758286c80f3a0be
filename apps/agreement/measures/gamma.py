"""Gamma: agreement on the places and the labels of segments, by their best alignment."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from apps.agreement.measures.alignment import Problems, Unitary, best_alignments, disorders
from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.by_object import ObjectMeasure, coefficient
from apps.agreement.measures.figure import Parts, Reason
from apps.agreement.measures.gamma_chance import Marked, marked_units, problems_of
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.totals import Totals
from apps.agreement.measures.unitizing import NOTHING_MARKED

# Units whose segments, times the samples, are more than this are taken one by one.
AT_ONCE = 20_000
# So many units, their continua, and what is aligned in these.
Aligned = tuple[int, Problems, list[Unitary]]


class Gamma(ObjectMeasure):
    """1 - observed / expected disorder of the best alignment; segments may overlap.

    What chance gives is the mean over `samples` continua of each unit, made by moving its raters'
    segments along (seeded). Of several units the disorders are added up.

    Alex, Paul and Suzan, the example of pygamma-agreement, whose observed disorder is .96:

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
    >>> figure = Gamma()(data)
    >>> round(figure.observed, 2), 0.43 < figure.value < 0.48
    (0.96, True)
    """

    name = "gamma"
    label = "Gamma"
    for_segments = True
    is_costly = True
    reference = (
        "Mathet, Y., Widlöcher, A., Métivier, J.-P. (2015). The unified and holistic method gamma "
        "for inter-annotator agreement measure and alignment. Computational Linguistics 41(3)."
    )
    alpha, beta, samples = 3.0, 1.0, 30

    def totals(self, data: Objects, *, seed: int = 0) -> Totals:
        """Observed and expected disorder times the mean number of segments, and that number."""
        rows = []
        for units, problems, chosen in self.aligned(data, seed):
            number = np.bincount(problems.problem, minlength=problems.raters.size)
            mean = number / problems.raters
            share = disorders(problems, chosen) / np.where(mean > 0, mean, 1)
            table = share.reshape(units, -1)
            own = mean.reshape(units, -1)[:, 0]
            rows.append(np.column_stack([table[:, 0] * own, table[:, 1:].mean(axis=1) * own, own]))
        columns = np.concatenate(rows)
        return Totals(columns=columns, disagreeing=columns[:, 0] > 1e-9, group=data.group)

    def aligned(self, data: Objects, seed: int) -> list[Aligned]:
        """The continua as they are and by chance, aligned: the whole family is made from them."""
        found: list[Aligned] = data.once(("aligned", seed), lambda: self._aligned(data, seed))
        return found

    def _aligned(self, data: Objects, seed: int) -> list[Aligned]:
        found, rng = [], np.random.default_rng(seed)
        for units in batches(marked_units(data), self.samples):
            problems = problems_of(units, self.samples, self.alpha, self.beta, rng)
            found.append((len(units), problems, best_alignments(problems)))
        return found

    def coefficient(self, sums: FloatArray) -> Parts:
        observed, expected, number = sums.T
        number = np.where(number > 0, number, np.nan)
        return coefficient(observed / number, expected / number)

    def without_value(self, data: Objects) -> Reason:
        return super().without_value(data) if data.answer.size else NOTHING_MARKED


def batches(units: list[Marked], samples: int) -> Iterator[list[Marked]]:
    held: list[Marked] = []
    size = 0
    for unit in units:
        more = unit.start.size * (samples + 1)
        if held and size + more > AT_ONCE:
            yield held
            held, size = [], 0
        held.append(unit)
        size += more
    if held:
        yield held
