"""What the kappas have in common: agreement of pairs, corrected for what chance would give."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.base import Measure
from apps.agreement.measures.figure import Parts, Statistic
from apps.agreement.measures.patterns import Patterns
from apps.agreement.measures.percent_agreement import pair_agreement


class ChanceCorrected(Measure):
    """(Pa - Pe) / (1 - Pe), as Gwet (2014) writes them, with missing answers.

    Pa is the mean of the units' shares of equal pairs. A value's share is the mean of its shares
    in the units, those with a single answer included: they tell how often a value is used.
    """

    levels = ("nominal",)
    counts_lone_answers = True

    @abstractmethod
    def chance(self, shares: FloatArray) -> FloatArray:
        """Agreement by chance (B) for shares of the values (B x V)."""

    def statistic(self, data: Patterns, level: str, distance: FloatArray | None) -> Statistic:
        sizes = data.sizes
        agreement, paired, answered = pair_agreement(data), sizes >= 2, sizes >= 1
        use = data.counts / np.maximum(sizes, 1)[:, None]

        def corrected(weights: FloatArray) -> Parts:
            units = weights[:, paired].sum(axis=1)
            among = weights[:, answered].sum(axis=1)[:, None]
            shares = weights @ use / np.where(among > 0, among, np.nan)
            expected = self.chance(shares)
            observed = weights @ agreement / np.where(units > 0, units, np.nan)
            defined = ((shares > 0).sum(axis=1) > 1) & (expected < 1)
            value = (observed - expected) / np.where(defined, 1 - expected, np.nan)
            return Parts(value=value, observed=1 - observed, expected=1 - expected)

        return corrected
