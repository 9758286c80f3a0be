"""Gwet's second agreement coefficient."""

from __future__ import annotations

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.chance import ChanceCorrected, guessed
from apps.agreement.measures.weights import DEFAULTS


class GwetAC2(ChanceCorrected):
    """AC1 for values that differ more or less: steady where one value is rare, and weighted.

    Quadratic weights if nothing is said: of places at the ordinal level, of numbers at the interval
    one. With a distance of one's own the weights are 1 - distance / its largest entry. It depends
    on which values are declared, used or not.

    Two raters and four grades, as the R package irrCAC 1.4 prints it:

    >>> from apps.agreement.measures import Rated
    >>> table = [[20, 5, 1, 0], [4, 15, 6, 1], [0, 5, 18, 4], [0, 1, 3, 12]]
    >>> data = Rated.from_table([1, 2, 3, 4], table).patterns()
    >>> round(GwetAC2()(data, level="ordinal").value, 5)
    0.84028
    """

    name = "gwet_ac2"
    label = "Gwet's AC2"
    levels = tuple(DEFAULTS)
    reference = (
        "Gwet, K. L. (2014). Handbook of Inter-Rater Reliability, 4th ed., ch. 3 to 5. "
        "Advanced Analytics."
    )

    def chance(self, shares: FloatArray, weights: FloatArray | None) -> FloatArray:
        return guessed(shares, weights)
