"""F1 of the objects that two raters both found and called the same."""

from __future__ import annotations

from apps.agreement.measures.detection_f1 import DetectionF1


class ObjectF1(DetectionF1):
    """Did both find the same things, and call them the same? Only objects with one label are matched.

    Of three objects against two, one has its match with the same label:

    >>> from apps.agreement.measures.objects import Objects
    >>> from apps.agreement.measures.shapes import Boxes
    >>> data = Objects.of([
    ...     ("img", "Ann", [("cat", (0, 0, 10, 10)), ("dog", (20, 0, 30, 10)), ("cat", (40, 0, 50, 9))]),
    ...     ("img", "Bo", [("cat", (1, 0, 11, 10)), ("cat", (20, 0, 30, 10))]),
    ... ], Boxes.of)
    >>> ObjectF1()(data).value
    0.4
    """

    name = "object_f1"
    label = "F1 of what was found and named"
    reference = (
        "Everingham, M., et al. (2010). The PASCAL Visual Object Classes (VOC) challenge. "
        "International Journal of Computer Vision 88(2)."
    )
    by_label = True
