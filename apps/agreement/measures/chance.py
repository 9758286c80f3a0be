"""What the kappas have in common: agreement of pairs, corrected for what chance would give."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.base import Measure
from apps.agreement.measures.figure import Parts, Statistic
from apps.agreement.measures.patterns import Patterns
from apps.agreement.measures.percent_agreement import pair_agreement
from apps.agreement.measures.weights import WEIGHTED, weights_of


class ChanceCorrected(Measure):
    """(Pa - Pe) / (1 - Pe), as Gwet (2014) writes them, with missing answers.

    Pa is the mean of the units' shares of equal pairs. A value's share is the mean of its shares
    in the units, those with a single answer included: they tell how often a value is used. At
    other levels than the nominal one, and with a distance of one's own, pairs agree by their weight.
    """

    levels: ClassVar[tuple[str, ...]] = WEIGHTED
    counts_lone_answers = True
    is_weighted: ClassVar[bool] = True

    @abstractmethod
    def chance(self, shares: FloatArray, weights: FloatArray | None) -> FloatArray:
        """Agreement by chance (B) for shares of the values (B x V) and weights of pairs (V x V);
        without weights only equal values agree."""

    def statistic(self, data: Patterns, level: str, distance: FloatArray | None) -> Statistic:
        sizes = data.sizes
        pairs = weights_of(data.values, level, distance)
        agreement, paired, answered = pair_agreement(data, pairs), sizes >= 2, sizes >= 1
        use = data.counts / np.maximum(sizes, 1)[:, None]

        def corrected(weights: FloatArray) -> Parts:
            units = weights[:, paired].sum(axis=1)
            among = weights[:, answered].sum(axis=1)[:, None]
            shares = weights @ use / np.where(among > 0, among, np.nan)
            expected = self.chance(shares, pairs)
            observed = weights @ agreement / np.where(units > 0, units, np.nan)
            defined = ((shares > 0).sum(axis=1) > 1) & (expected < 1)
            value = (observed - expected) / np.where(defined, 1 - expected, np.nan)
            return Parts(value=value, observed=1 - observed, expected=1 - expected)

        return corrected


def pooled(shares: FloatArray, weights: FloatArray | None) -> FloatArray:
    """How far two answers drawn from the pooled shares agree (B)."""
    drawn = shares if weights is None else shares @ weights
    chance: FloatArray = (drawn * shares).sum(axis=1)
    return chance


def even(values: int, weights: FloatArray | None) -> float:
    """How far two values agree when each is as likely as any other."""
    return 1 / values if weights is None else float(weights.mean())


def guessed(shares: FloatArray, weights: FloatArray | None) -> FloatArray:
    """Gwet's: raters guess most when the shares are even, and then one value is like another."""
    values = shares.shape[1]
    spread = (shares * (1 - shares)).sum(axis=1) * values / max(values - 1, 1)
    chance: FloatArray = spread * even(values, weights)
    return chance
