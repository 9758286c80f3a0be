"""Alpha over the labels of what raters marked, where "not marked" is a label, too."""

from __future__ import annotations

import numpy as np

from apps.agreement.measures.arrays import FloatArray, IntArray, summed
from apps.agreement.measures.by_object import ObjectMeasure, coefficient
from apps.agreement.measures.figure import Parts, Reason
from apps.agreement.measures.matching import instances
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.totals import Totals
from apps.agreement.measures.unitizing import NOTHING_MARKED


class InstanceAlpha(ObjectMeasure):
    """Finding and naming together, beyond chance: each thing that anybody marked is a unit.

    Objects of different raters are one thing where the best matching pairs them; each rater who
    answered gives it the label of his object, or "missing". Krippendorff's nominal alpha of that,
    with whole images (or groups of them) drawn again. Things that nobody marked are not known.

    Three things: cat and cat, dog and cat, cat and missing. Two of six pairs agree, where chance
    gives 14 of 30:

    >>> from apps.agreement.measures.objects import Objects
    >>> from apps.agreement.measures.shapes import Boxes
    >>> data = Objects.of([
    ...     ("img", "Ann", [("cat", (0, 0, 10, 10)), ("dog", (20, 0, 30, 10)), ("cat", (40, 0, 50, 9))]),
    ...     ("img", "Bo", [("cat", (1, 0, 11, 10)), ("cat", (20, 0, 30, 10))]),
    ... ], Boxes.of)
    >>> round(InstanceAlpha()(data).value, 4), round(1 - 5 * 4 / (36 - 16 - 1 - 1), 4)
    (-0.1111, -0.1111)
    """

    name = "instance_alpha"
    label = "Alpha of what was found and named"
    reference = (
        "Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability; with matched boxes: "
        "Tschirschwitz, D., et al. (2022). A dataset for analysing complex document layouts in the "
        "digital humanities and its evaluation with Krippendorff's alpha. GCPR."
    )

    def __init__(self, threshold: float = 0.5) -> None:
        self.threshold = threshold

    def at(self, threshold: float) -> ObjectMeasure:
        return type(self)(threshold)

    def totals(self, data: Objects, *, seed: int = 0) -> Totals:
        labels = len(data.labels)
        _, unit, counts = self.things(data)
        missing = data.sizes[unit] - counts.sum(axis=1)
        return of_counts(data, unit, np.column_stack([counts, missing]), labels + 1)

    def things(self, data: Objects) -> tuple[IntArray, IntArray, IntArray]:
        """The thing of each object, the unit of each thing, and how many raters gave it which
        label."""
        found: tuple[IntArray, IntArray, IntArray] = data.once(
            ("things", self.threshold), lambda: self._things(data)
        )
        return found

    def _things(self, data: Objects) -> tuple[IntArray, IntArray, IntArray]:
        thing = instances(data, self.threshold)
        number, labels = int(thing.max(initial=-1)) + 1, len(data.labels)
        unit = np.zeros(number, np.int64)
        unit[thing] = data.unit_of
        cells = np.bincount(thing * labels + data.label, minlength=number * labels)
        return thing, unit, cells.reshape(number, labels)

    def coefficient(self, sums: FloatArray) -> Parts:
        within, counts = sums[:, 0], sums[:, 1:]
        total = counts.sum(axis=1)
        among = total**2 - (counts**2).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return coefficient(within / total, among / (total * (total - 1)))

    def without_value(self, data: Objects) -> Reason:
        return super().without_value(data) if data.answer.size else NOTHING_MARKED


def of_counts(data: Objects, unit: IntArray, counts: IntArray, labels: int) -> Totals:
    """The sums of alpha by unit, for the labels that things got: those of fewer than two are out."""
    size = counts.sum(axis=1)
    kept = size > 1
    unit, counts, size = unit[kept], counts[kept], size[kept]
    apart = (size**2 - (counts**2).sum(axis=1)) / (size - 1)
    columns = [summed(apart, unit, data.units)]
    columns += [summed(counts[:, k].astype(float), unit, data.units) for k in range(labels)]
    return Totals(
        columns=np.stack(columns, axis=1), disagreeing=columns[0] > 1e-9, group=data.group
    )
