"""ICC(3,1): how consistently one rater orders and spaces the units."""

from __future__ import annotations

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.intraclass import Intraclass, Squares, two_way


class Icc31(Intraclass):
    """ICC(3,1): how consistently one rater orders and spaces the units.

    These raters and no others: that one is stricter does not count.

    Shrout and Fleiss' four judges and six targets:

    >>> from apps.agreement.measures import Rated
    >>> data = Rated.from_matrix([
    ...     [9, 6, 8, 7, 10, 6],
    ...     [2, 1, 4, 1, 5, 2],
    ...     [5, 3, 6, 2, 6, 4],
    ...     [8, 2, 8, 6, 9, 7],
    ... ])
    >>> figure = Icc31()(data, level="interval")
    >>> round(figure.value, 2)
    0.71
    """

    name = "icc_3_1"
    label = "ICC(3,1)"
    reference = (
        "Shrout, P. E., Fleiss, J. L. (1979). Intraclass correlations: uses in assessing rater "
        "reliability. Psychological Bulletin 86(2); McGraw, K. O., Wong, S. P. (1996). Forming "
        "inferences about some intraclass correlation coefficients. Psychological Methods 1(1)."
    )

    def ratio(self, found: Squares) -> tuple[FloatArray, FloatArray]:
        return found.rows - found.error, found.rows + (found.k - 1) * found.error

    def limits(self, found: Squares, tail: float) -> tuple[float, float]:
        low, high = two_way(found, tail)
        return (low - 1) / (low + found.k - 1), (high - 1) / (high + found.k - 1)
