"""F1 of the objects that two raters marked exactly alike, label and all."""

from __future__ import annotations

from apps.agreement.measures.detection_f1 import DetectionF1


class ExactF1(DetectionF1):
    """Did both mark the very same, to the last character or pixel? Strict, and simple to tell.

    None of the three cats and dogs is in the very same place and has the same label:

    >>> from apps.agreement.measures.objects import Objects
    >>> from apps.agreement.measures.shapes import Boxes
    >>> data = Objects.of([
    ...     ("img", "Ann", [("cat", (0, 0, 10, 10)), ("dog", (20, 0, 30, 10)), ("cat", (40, 0, 50, 9))]),
    ...     ("img", "Bo", [("cat", (1, 0, 11, 10)), ("cat", (20, 0, 30, 10))]),
    ... ], Boxes.of)
    >>> ExactF1()(data).value
    0.0
    """

    name = "exact_f1"
    label = "F1, exact"
    reference = (
        "Hripcsak, G., Rothschild, A. S. (2005). Agreement, the F-measure, and reliability in "
        "information retrieval. Journal of the American Medical Informatics Association 12(3)."
    )
    by_label = True
    usual_threshold = 1.0
