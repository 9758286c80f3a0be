"""ICC(1,k): how well the mean of all raters tells the units apart."""

from __future__ import annotations

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.intraclass import Intraclass, Squares, one_way


class Icc1k(Intraclass):
    """ICC(1,k): how well the mean of all raters tells the units apart.

    Each unit may have raters of its own, so differences between raters count as error.

    Shrout and Fleiss' four judges and six targets:

    >>> from apps.agreement.measures import Rated
    >>> data = Rated.from_matrix([
    ...     [9, 6, 8, 7, 10, 6],
    ...     [2, 1, 4, 1, 5, 2],
    ...     [5, 3, 6, 2, 6, 4],
    ...     [8, 2, 8, 6, 9, 7],
    ... ])
    >>> figure = Icc1k()(data, level="interval")
    >>> round(figure.value, 2)
    0.44
    """

    name = "icc_1_k"
    label = "ICC(1,k)"
    reference = (
        "Shrout, P. E., Fleiss, J. L. (1979). Intraclass correlations: uses in assessing rater "
        "reliability. Psychological Bulletin 86(2); McGraw, K. O., Wong, S. P. (1996). Forming "
        "inferences about some intraclass correlation coefficients. Psychological Methods 1(1)."
    )

    def ratio(self, found: Squares) -> tuple[FloatArray, FloatArray]:
        return found.rows - found.within, found.rows

    def limits(self, found: Squares, tail: float) -> tuple[float, float]:
        low, high = one_way(found, tail)
        return 1 - 1 / low, 1 - 1 / high
