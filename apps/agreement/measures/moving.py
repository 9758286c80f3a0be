"""What the correlations of two raters have in common: they vary together, at whatever height."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.by_rater import RaterMeasure
from apps.agreement.measures.figure import NO_VARIATION, Parts, Reason, Statistic
from apps.agreement.measures.rated import Rated


class Correlation(RaterMeasure):
    """Of two raters' numbers, one row each replicate. Not agreement: a rater who always says twice
    as much as the other correlates perfectly."""

    levels: ClassVar[tuple[str, ...]] = ("interval", "ratio")
    for_two = True

    @abstractmethod
    def scores(self, data: Rated, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Both raters' numbers for the rows (P, or B x P where they depend on the weights)."""

    def statistic(self, data: Rated, level: str, distance: FloatArray | None) -> Statistic:
        def correlation(weights: FloatArray) -> Parts:
            x, y = self.scores(data, weights)
            total = weights.sum(axis=1, keepdims=True)
            shares = weights / np.where(total > 0, total, np.nan)
            x = x - (shares * x).sum(axis=1, keepdims=True)
            y = y - (shares * y).sum(axis=1, keepdims=True)
            both = np.sqrt((shares * x * x).sum(axis=1) * (shares * y * y).sum(axis=1))
            value = np.full(len(weights), np.nan)
            np.divide((shares * x * y).sum(axis=1), both, out=value, where=both > 0)
            unknown = np.full(len(weights), np.nan)
            return Parts(value=np.clip(value, -1, 1), observed=unknown, expected=unknown)

        return correlation

    def without_value(self, used: Rated) -> Reason:
        return NO_VARIATION
