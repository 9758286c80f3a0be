"""Panoptic quality: finding, naming and placing in one number."""

from __future__ import annotations

from apps.agreement.measures.arrays import FloatArray, summed
from apps.agreement.measures.detection_f1 import DetectionF1, by_unit, marked_in_pairs, share
from apps.agreement.measures.figure import Parts
from apps.agreement.measures.matching import matches
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.totals import Totals


class PanopticQuality(DetectionF1):
    """F1 of what was found and named, times the mean IoU of that. All labels together.

    One object is matched, by 9 / 11, of three against two:

    >>> from apps.agreement.measures.objects import Objects
    >>> from apps.agreement.measures.shapes import Boxes
    >>> data = Objects.of([
    ...     ("img", "Ann", [("cat", (0, 0, 10, 10)), ("dog", (20, 0, 30, 10)), ("cat", (40, 0, 50, 9))]),
    ...     ("img", "Bo", [("cat", (1, 0, 11, 10)), ("cat", (20, 0, 30, 10))]),
    ... ], Boxes.of)
    >>> round(PanopticQuality()(data).value, 4), round(9 / 11 / 2.5, 4)
    (0.3273, 0.3273)
    """

    name = "panoptic_quality"
    label = "Panoptic quality"
    reference = (
        "Kirillov, A., He, K., Girshick, R., Rother, C., Dollár, P. (2019). Panoptic segmentation. "
        "CVPR."
    )

    def totals(self, data: Objects, *, seed: int = 0) -> Totals:
        found = matches(data, self.threshold, by_label=True)
        alike = 2 * summed(found.likeness, found.pair, len(found.answers))
        columns = by_unit(data, found, alike, marked_in_pairs(data, found))
        return Totals(
            columns=columns, disagreeing=columns[:, 0] < columns[:, 1] - 1e-9, group=data.group
        )

    def coefficient(self, sums: FloatArray) -> Parts:
        return share(sums[:, 0], sums[:, 1])
