"""F1 of the objects that two raters both found, labels left aside."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from apps.agreement.measures.arrays import FloatArray, summed
from apps.agreement.measures.by_object import ObjectMeasure
from apps.agreement.measures.figure import Parts, Reason
from apps.agreement.measures.matching import Matches, matches
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.totals import Totals
from apps.agreement.measures.unitizing import NOTHING_MARKED


class DetectionF1(ObjectMeasure):
    """Did both find the same things? Twice the matched over all that either marked.

    Two are matched when their likeness is no less than `threshold`: intersection over union, for
    skeletons the similarity of COCO. A unit of m answers weighs as m of them do, over its pairs.

    Three objects against two, of which two are the same:

    >>> from apps.agreement.measures.objects import Objects
    >>> from apps.agreement.measures.shapes import Boxes
    >>> data = Objects.of([
    ...     ("img", "Ann", [("cat", (0, 0, 10, 10)), ("dog", (20, 0, 30, 10)), ("cat", (40, 0, 50, 9))]),
    ...     ("img", "Bo", [("cat", (1, 0, 11, 10)), ("cat", (20, 0, 30, 10))]),
    ... ], Boxes.of)
    >>> DetectionF1()(data).value
    0.8
    """

    name = "detection_f1"
    label = "F1 of what was found"
    reference = (
        "Everingham, M., et al. (2010). The PASCAL Visual Object Classes (VOC) challenge. "
        "International Journal of Computer Vision 88(2)."
    )
    chance_corrected = False
    by_label: ClassVar[bool] = False
    usual_threshold: ClassVar[float] = 0.5

    def __init__(self, threshold: float | None = None) -> None:
        self.threshold = self.usual_threshold if threshold is None else threshold

    def at(self, threshold: float) -> ObjectMeasure:
        is_usual = self.usual_threshold == DetectionF1.usual_threshold
        return type(self)(threshold) if is_usual else self

    def totals(self, data: Objects, *, seed: int = 0) -> Totals:
        found = matches(data, self.threshold, by_label=self.by_label)
        matched = summed(np.full(found.pair.size, 2.0), found.pair, len(found.answers))
        marked = marked_in_pairs(data, found)
        columns = by_unit(data, found, matched, marked)
        return Totals(
            columns=columns, disagreeing=columns[:, 0] < columns[:, 1] - 1e-9, group=data.group
        )

    def coefficient(self, sums: FloatArray) -> Parts:
        return share(sums[:, 0], sums[:, 1])

    def without_value(self, data: Objects) -> Reason:
        return NOTHING_MARKED


def marked_in_pairs(data: Objects, found: Matches) -> FloatArray:
    """How many objects both answers of each pair hold together."""
    number = np.bincount(data.answer, minlength=data.unit.size).astype(float)
    both: FloatArray = number[found.answers].sum(axis=1)
    return both


def by_unit(data: Objects, found: Matches, *columns: FloatArray) -> FloatArray:
    """What the pairs of answers add up to in each unit, over one less than its answers (U x K)."""
    unit = data.unit[found.answers[:, 0]] if len(found.answers) else np.empty(0, np.int64)
    weight = 1.0 / np.maximum(data.sizes - 1, 1)[unit]
    return np.stack([summed(column * weight, unit, data.units) for column in columns], axis=1)


def share(part: FloatArray, whole: FloatArray) -> Parts:
    value = np.full(part.shape, np.nan)
    np.divide(part, whole, out=value, where=whole > 1e-12)
    unknown = np.full(part.shape, np.nan)
    return Parts(value=value, observed=1 - value, expected=unknown)
