"""F1 of the objects that two raters marked so that they touch, with the same label."""

from __future__ import annotations

from apps.agreement.measures.detection_f1 import DetectionF1


class RelaxedF1(DetectionF1):
    """Did both mark something there, and call it the same, wherever it begins and ends?

    Of three objects against two, one touches another with its label:

    >>> from apps.agreement.measures.objects import Objects
    >>> from apps.agreement.measures.shapes import Boxes
    >>> data = Objects.of([
    ...     ("img", "Ann", [("cat", (0, 0, 10, 10)), ("dog", (20, 0, 30, 10)), ("cat", (40, 0, 50, 9))]),
    ...     ("img", "Bo", [("cat", (1, 0, 11, 10)), ("cat", (20, 0, 30, 10))]),
    ... ], Boxes.of)
    >>> RelaxedF1()(data).value
    0.4
    """

    name = "relaxed_f1"
    label = "F1, any overlap"
    reference = (
        "Hripcsak, G., Rothschild, A. S. (2005). Agreement, the F-measure, and reliability in "
        "information retrieval. Journal of the American Medical Informatics Association 12(3)."
    )
    by_label = True
    usual_threshold = 1e-6
