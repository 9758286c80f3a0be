"""Kendall's coefficient of concordance."""

from __future__ import annotations

import numpy as np

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.by_rater import RaterMeasure
from apps.agreement.measures.figure import Parts, Statistic
from apps.agreement.measures.ranks import ranks_of
from apps.agreement.measures.rated import Rated


class KendallW(RaterMeasure):
    """Do all raters order the units alike? From 0 to 1; with ties corrected.

    The spread of the sums of ranks over what it would be if all ordered alike. Only units that all
    raters answered. With m raters, (m W - 1) / (m - 1) is the mean of their rank correlations where
    there are no ties. Under chance it is not 0 but about 1 / m.

    Three raters and six units, W = 12 S / (m² (n³ - n)) = 12 x 33.5 / (9 x 210):

    >>> from apps.agreement.measures import Rated
    >>> data = Rated.from_matrix([
    ...     [1, 6, 3, 2, 5, 4],
    ...     [1, 5, 6, 2, 4, 3],
    ...     [6, 3, 2, 5, 4, 1],
    ... ])
    >>> round(KendallW()(data, level="ordinal").value, 4)
    0.2127
    """

    name = "kendall_w"
    label = "Kendall's W"
    levels = ("ordinal", "interval", "ratio")
    reference = (
        "Kendall, M. G., Babington Smith, B. (1939). The problem of m rankings. Annals of "
        "Mathematical Statistics 10(3)."
    )

    def statistic(self, data: Rated, level: str, distance: FloatArray | None) -> Statistic:
        raters = len(data.raters)

        def concordance(weights: FloatArray) -> Parts:
            given = data.by_rater(weights)
            total = weights.sum(axis=1)
            spread = 12 * (weights * ranks_of(data, given).sum(axis=1) ** 2).sum(axis=1)
            # m² (n³ - n) - m sum(t³ - t), where the t of each rater add up to n.
            most = raters * (raters * total**3 - (given**3).sum(axis=(1, 2)))
            value = np.full(total.size, np.nan)
            np.divide(spread, most, out=value, where=most > 1e-9 * total**3)
            unknown = np.full(total.size, np.nan)
            return Parts(value=np.minimum(value, 1), observed=unknown, expected=unknown)

        return concordance
