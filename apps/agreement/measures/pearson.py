"""Pearson's correlation of two raters."""

from __future__ import annotations

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.distances import numbers
from apps.agreement.measures.moving import Correlation
from apps.agreement.measures.rated import Rated


class Pearson(Correlation):
    """How near two raters' numbers lie to a straight line, whichever line: no agreement by itself.

    Anscombe's (1973) first set:

    >>> from apps.agreement.measures import Rated
    >>> x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
    >>> y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
    >>> round(Pearson()(Rated.from_matrix([x, y]), level="interval").value, 3)
    0.816
    """

    name = "pearson"
    label = "Pearson's correlation"
    reference = (
        "Pearson, K. (1896). Regression, heredity, and panmixia. Philosophical Transactions of "
        "the Royal Society A 187."
    )

    def scores(self, data: Rated, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        x = numbers(data.values)
        return x[data.rows[:, 0]], x[data.rows[:, 1]]
