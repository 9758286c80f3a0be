"""Spearman's rank correlation of two raters."""

from __future__ import annotations

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.moving import Correlation
from apps.agreement.measures.ranks import ranks_of
from apps.agreement.measures.rated import Rated


class Spearman(Correlation):
    """Pearson's correlation of the ranks, ties in the middle: do two raters order units alike?

    Two judges and ten contestants (by hand: 1 - 6 x 32 / (10 x 99)):

    >>> from apps.agreement.measures import Rated
    >>> one, other = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [3, 1, 4, 2, 6, 8, 5, 10, 9, 7]
    >>> sum((a - b) ** 2 for a, b in zip(one, other))
    32
    >>> round(Spearman()(Rated.from_matrix([one, other]), level="ordinal").value, 4)
    0.8061
    """

    name = "spearman"
    label = "Spearman's correlation"
    levels = ("ordinal", "interval", "ratio")
    reference = (
        "Spearman, C. (1904). The proof and measurement of association between two things. "
        "American Journal of Psychology 15(1)."
    )

    def scores(self, data: Rated, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        ranks = ranks_of(data, data.by_rater(weights))
        return ranks[:, 0], ranks[:, 1]
