"""ICC(2,k): how far the mean of such raters agrees with that of others."""

from __future__ import annotations

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.intraclass import Intraclass, Squares, random_raters, stepped_up


class Icc2k(Intraclass):
    """ICC(2,k): how far the mean of such raters agrees with that of others.

    The raters stand for others like them: that one is stricter counts against agreement.

    Shrout and Fleiss' four judges and six targets:

    >>> from apps.agreement.measures import Rated
    >>> data = Rated.from_matrix([
    ...     [9, 6, 8, 7, 10, 6],
    ...     [2, 1, 4, 1, 5, 2],
    ...     [5, 3, 6, 2, 6, 4],
    ...     [8, 2, 8, 6, 9, 7],
    ... ])
    >>> figure = Icc2k()(data, level="interval")
    >>> round(figure.value, 2)
    0.62
    """

    name = "icc_2_k"
    label = "ICC(2,k)"
    reference = (
        "Shrout, P. E., Fleiss, J. L. (1979). Intraclass correlations: uses in assessing rater "
        "reliability. Psychological Bulletin 86(2); McGraw, K. O., Wong, S. P. (1996). Forming "
        "inferences about some intraclass correlation coefficients. Psychological Methods 1(1)."
    )

    def ratio(self, found: Squares) -> tuple[FloatArray, FloatArray]:
        return found.rows - found.error, found.rows + (found.columns - found.error) / found.n

    def limits(self, found: Squares, tail: float) -> tuple[float, float]:
        low, high = random_raters(found, tail)
        return stepped_up(low, found.k), stepped_up(high, found.k)
