"""How alike the objects are that two raters both found: the mean IoU of what is matched."""

from __future__ import annotations

import numpy as np

from apps.agreement.measures.arrays import FloatArray, summed
from apps.agreement.measures.detection_f1 import DetectionF1, by_unit, share
from apps.agreement.measures.figure import Parts, Reason
from apps.agreement.measures.matching import matches
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.totals import Totals

NOTHING_MATCHED = Reason(
    code="nothing_matched", sentence="No two raters marked the same thing, so nothing is compared."
)


class MatchedLikeness(DetectionF1):
    """Of what both found: how well do the places fit? No less than the threshold, by the matching.

    The mean of 9 / 11 and 1:

    >>> from apps.agreement.measures.objects import Objects
    >>> from apps.agreement.measures.shapes import Boxes
    >>> data = Objects.of([
    ...     ("img", "Ann", [("cat", (0, 0, 10, 10)), ("dog", (20, 0, 30, 10)), ("cat", (40, 0, 50, 9))]),
    ...     ("img", "Bo", [("cat", (1, 0, 11, 10)), ("cat", (20, 0, 30, 10))]),
    ... ], Boxes.of)
    >>> round(MatchedLikeness()(data).value, 3)
    0.909
    """

    name = "matched_likeness"
    label = "Mean IoU of what both found"
    reference = (
        "Jaccard, P. (1912). The distribution of the flora in the alpine zone. New Phytologist "
        "11(2)."
    )

    def totals(self, data: Objects, *, seed: int = 0) -> Totals:
        found = matches(data, self.threshold)
        number = len(found.answers)
        alike = summed(found.likeness, found.pair, number)
        matched = np.bincount(found.pair, minlength=number).astype(float)
        columns = by_unit(data, found, alike, matched)
        return Totals(
            columns=columns, disagreeing=columns[:, 0] < columns[:, 1] - 1e-9, group=data.group
        )

    def coefficient(self, sums: FloatArray) -> Parts:
        return share(sums[:, 0], sums[:, 1])

    def without_value(self, data: Objects) -> Reason:
        return NOTHING_MATCHED
