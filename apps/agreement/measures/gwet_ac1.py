"""Gwet's first agreement coefficient."""

from __future__ import annotations

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.chance import ChanceCorrected, guessed


class GwetAC1(ChanceCorrected):
    """Steady where one label is rare: chance is small when nearly all answers are alike.

    It depends on how many values are declared, used or not. Of order 1: nominal; AC2 is the one with weights.

    Gwet's four raters (12 units, with missing answers):

    >>> from apps.agreement.measures import Patterns
    >>> data = Patterns.from_matrix([
    ...     [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    ...     [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    ...     [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    ...     [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ... ])
    >>> round(GwetAC1()(data).value, 5)
    0.77544
    """

    name = "gwet_ac1"
    label = "Gwet's AC1"
    levels = ("nominal",)
    is_weighted = False
    reference = (
        "Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the "
        "presence of high agreement. British Journal of Mathematical and Statistical "
        "Psychology 61(1)."
    )

    def chance(self, shares: FloatArray, weights: FloatArray | None) -> FloatArray:
        """Raters guess only in a part of the cases, most when the shares are even."""
        return guessed(shares, weights)
