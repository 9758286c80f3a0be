"""Alpha over the labels of the things that two raters or more have marked."""

from __future__ import annotations

from apps.agreement.measures.instance_alpha import InstanceAlpha, of_counts
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.totals import Totals


class LabelAlpha(InstanceAlpha):
    """Naming alone: of what two raters or more have found, do they call it the same?

    Two things are matched, of four labels three are "cat"; chance gives 6 unequal pairs of 12:

    >>> from apps.agreement.measures.objects import Objects
    >>> from apps.agreement.measures.shapes import Boxes
    >>> data = Objects.of([
    ...     ("img", "Ann", [("cat", (0, 0, 10, 10)), ("dog", (20, 0, 30, 10)), ("cat", (40, 0, 50, 9))]),
    ...     ("img", "Bo", [("cat", (1, 0, 11, 10)), ("cat", (20, 0, 30, 10))]),
    ... ], Boxes.of)
    >>> LabelAlpha()(data).value
    0.0
    """

    name = "label_alpha"
    label = "Alpha of the labels of what was found"

    def totals(self, data: Objects, *, seed: int = 0) -> Totals:
        _, unit, counts = self.things(data)
        return of_counts(data, unit, counts, len(data.labels))
