"""Fleiss' kappa."""

from __future__ import annotations

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.chance import ChanceCorrected, pooled


class FleissKappa(ChanceCorrected):
    """Chance is two draws from the pooled answers: for many raters, who need not be the same.

    With two raters it is Scott's pi. Its value falls when one label is rare, however well the
    raters agree (the kappa paradox): see AC1 beside it.

    Gwet's four raters (12 units, with missing answers):

    >>> from apps.agreement.measures import Patterns
    >>> data = Patterns.from_matrix([
    ...     [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    ...     [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    ...     [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    ...     [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ... ])
    >>> round(FleissKappa()(data).value, 5)
    0.76117
    """

    name = "fleiss_kappa"
    label = "Fleiss' kappa"
    reference = (
        "Fleiss, J. L. (1971). Measuring nominal scale agreement among many raters. "
        "Psychological Bulletin 76(5)."
    )

    def chance(self, shares: FloatArray, weights: FloatArray | None) -> FloatArray:
        """Two answers drawn from the pooled shares are equal."""
        return pooled(shares, weights)
