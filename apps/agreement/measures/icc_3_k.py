"""ICC(3,k): how consistent the mean of these raters is."""

from __future__ import annotations

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.intraclass import Intraclass, Squares, two_way


class Icc3k(Intraclass):
    """ICC(3,k): how consistent the mean of these raters is.

    These raters and no others: that one is stricter does not count. Also Cronbach's alpha.

    Shrout and Fleiss' four judges and six targets:

    >>> from apps.agreement.measures import Rated
    >>> data = Rated.from_matrix([
    ...     [9, 6, 8, 7, 10, 6],
    ...     [2, 1, 4, 1, 5, 2],
    ...     [5, 3, 6, 2, 6, 4],
    ...     [8, 2, 8, 6, 9, 7],
    ... ])
    >>> figure = Icc3k()(data, level="interval")
    >>> round(figure.value, 2)
    0.91
    """

    name = "icc_3_k"
    label = "ICC(3,k)"
    reference = (
        "Shrout, P. E., Fleiss, J. L. (1979). Intraclass correlations: uses in assessing rater "
        "reliability. Psychological Bulletin 86(2); McGraw, K. O., Wong, S. P. (1996). Forming "
        "inferences about some intraclass correlation coefficients. Psychological Methods 1(1)."
    )

    def ratio(self, found: Squares) -> tuple[FloatArray, FloatArray]:
        return found.rows - found.error, found.rows

    def limits(self, found: Squares, tail: float) -> tuple[float, float]:
        low, high = two_way(found, tail)
        return 1 - 1 / low, 1 - 1 / high
