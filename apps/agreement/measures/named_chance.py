"""What the kappas of named raters have in common: chance is two raters, each by their own habit."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy import sparse

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.by_rater import RaterMeasure
from apps.agreement.measures.distances import LevelError
from apps.agreement.measures.figure import Parts, Statistic
from apps.agreement.measures.rated import CELLS, Rated
from apps.agreement.measures.weights import WEIGHTED, weights_of


class NamedKappa(RaterMeasure):
    """(Pa - Pe) / (1 - Pe); Pe is the mean over the pairs of raters of how far an answer of the one
    and an answer of the other agree, drawn from what each of them uses."""

    levels: ClassVar[tuple[str, ...]] = WEIGHTED
    is_weighted = True

    def statistic(self, data: Rated, level: str, distance: FloatArray | None) -> Statistic:
        pairs = weights_of(data.values, level, distance)
        agreement, paired = _agreement(data, pairs), data.sizes >= 2

        def kappa(weights: FloatArray) -> Parts:
            units = weights[:, paired].sum(axis=1)
            observed = weights @ agreement / np.where(units > 0, units, np.nan)
            given = data.by_rater(weights)
            expected = _chance(given, pairs)
            defined = (given.sum(axis=1) > 0).sum(axis=1) > 1
            value = np.full(units.size, np.nan)
            np.divide(observed - expected, 1 - expected, out=value, where=defined & (expected < 1))
            return Parts(value=value, observed=1 - observed, expected=1 - expected)

        return kappa


def _chance(given: FloatArray, pairs: FloatArray | None) -> FloatArray:
    """Of answers by rater (B x R x V): the mean agreement over the pairs of different raters."""
    answers = given.sum(axis=2, keepdims=True)
    shares = np.divide(given, answers, out=np.zeros_like(given), where=answers > 0)
    together = shares.sum(axis=1)
    if pairs is None:
        all_pairs, selves = (together**2).sum(axis=1), (shares**2).sum(axis=(1, 2))
    else:
        all_pairs = ((together @ pairs) * together).sum(axis=1)
        selves = ((shares @ pairs) * shares).sum(axis=(1, 2))
    raters = (answers[:, :, 0] > 0).sum(axis=1)
    chance = np.full(len(given), np.nan)
    np.divide(all_pairs - selves, raters * (raters - 1), out=chance, where=raters > 1)
    return chance


def _agreement(data: Rated, pairs: FloatArray | None) -> FloatArray:
    """How far the pairs of answers of each row agree (P), 0 where there is no pair."""
    row, rater = np.nonzero(data.given)
    shape = (data.units.size, len(data.values))
    counts = sparse.coo_array((np.ones(row.size), (row, data.rows[row, rater])), shape).tocsr()
    if pairs is not None and shape[0] * shape[1] > CELLS:
        raise LevelError("There are too many different units and values for weights.")
    like = counts if pairs is None else counts @ pairs
    sizes = data.sizes
    agree = np.asarray(counts.multiply(like).sum(axis=1)).reshape(-1) - sizes
    share = np.zeros(data.units.size)
    np.divide(agree, sizes * (sizes - 1), out=share, where=sizes >= 2)
    return share
