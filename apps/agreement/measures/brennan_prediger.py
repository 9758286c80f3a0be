"""The coefficient of Brennan and Prediger."""

from __future__ import annotations

import numpy as np

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.chance import ChanceCorrected, even


class BrennanPrediger(ChanceCorrected):
    """Chance is one in as many as there are declared values; also Bennett's S, Randolph's kappa.

    Unused values that are declared count.

    Gwet's four raters (12 units, with missing answers):

    >>> from apps.agreement.measures import Patterns
    >>> data = Patterns.from_matrix([
    ...     [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    ...     [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    ...     [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    ...     [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ... ])
    >>> round(BrennanPrediger()(data).value, 5)
    0.77273
    """

    name = "brennan_prediger"
    label = "Brennan-Prediger"
    reference = (
        "Brennan, R. L., Prediger, D. J. (1981). Coefficient kappa: some uses, misuses, "
        "and alternatives. Educational and Psychological Measurement 41(3)."
    )

    def chance(self, shares: FloatArray, weights: FloatArray | None) -> FloatArray:
        """Each value is as likely as any other, used or not."""
        return np.full(len(shares), even(shares.shape[1], weights))
