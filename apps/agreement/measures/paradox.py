"""The kappa paradox, shown side by side: why a label's kappa is low though nearly all agree.

Kappa falls when a label is rare (or nearly always given), and rises when two raters use it unequally
often: neither tells how well they agree. So beside it stand what they are (prevalence and bias), and
coefficients that do not move with them.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.base import with_parts
from apps.agreement.measures.brennan_prediger import BrennanPrediger
from apps.agreement.measures.conger_kappa import CongerKappa
from apps.agreement.measures.figure import NO_OVERLAP, ONE_RATER, Figure, Parts, Statistic
from apps.agreement.measures.fleiss_kappa import FleissKappa
from apps.agreement.measures.gwet_ac1 import GwetAC1
from apps.agreement.measures.krippendorff_alpha import KrippendorffAlpha
from apps.agreement.measures.labels import holds, labels_of
from apps.agreement.measures.patterns import Patterns
from apps.agreement.measures.percent_agreement import PercentAgreement
from apps.agreement.measures.rated import Rated


@dataclass(frozen=True, kw_only=True)
class SideBySide:
    """One label against the rest. Kappa is Conger's, with two raters Cohen's; without names Fleiss'.

    PABAK is 2 Po - 1; `prevalence` |2 p - 1| for the mean share p of the label: 0 where it is as
    frequent as all others together, 1 where there is nothing else; `bias` how far apart two raters'
    shares of the label lie, the mean over their pairs, and None without names (Byrt et al. 1993).
    """

    observed: Figure
    kappa: Figure
    alpha: Figure
    ac1: Figure
    pabak: Figure
    prevalence: Figure
    bias: Figure | None


def paradox(
    data: Patterns | Rated, labels: Sequence[Hashable] | None = None, **options: Any
) -> dict[Hashable, SideBySide]:
    """Each label against the rest, by all that tells why its kappa is what it is.

    Two raters of 100 units, who agree on 85 (Feinstein and Cicchetti 1990):

    >>> even = paradox(Rated.from_table(["yes", "no"], [[40, 9], [6, 45]]), interval=False)["yes"]
    >>> rare = paradox(Rated.from_table(["yes", "no"], [[80, 10], [5, 5]]), interval=False)["yes"]
    >>> for name in ("observed", "kappa", "ac1", "pabak", "prevalence", "bias"):
    ...     print(name, *(round(getattr(one, name).value, 2) for one in (even, rare)))
    observed 0.85 0.85
    kappa 0.7 0.32
    ac1 0.7 0.81
    pabak 0.7 0.7
    prevalence 0.05 0.75
    bias 0.03 0.05
    """
    if labels is None:
        labels = labels_of(data)
    return {
        label: _side_by_side(data.one_against_rest(partial(holds, label)), options)
        for label in labels
    }


def _side_by_side(data: Patterns | Rated, options: dict[str, Any]) -> SideBySide:
    named = data if isinstance(data, Rated) else None
    plain = data.patterns() if isinstance(data, Rated) else data
    return SideBySide(
        observed=PercentAgreement()(plain, **options),
        kappa=FleissKappa()(plain, **options) if named is None else CongerKappa()(named, **options),
        alpha=KrippendorffAlpha()(plain, **options),
        ac1=GwetAC1()(plain, **options),
        pabak=BrennanPrediger()(plain, **options),
        prevalence=prevalence_index(plain, **options),
        bias=None if named is None else bias_index(named, **options),
    )


def prevalence_index(data: Patterns, *, interval: bool = True, **options: Any) -> Figure:
    """|2 p - 1| for the mean share p of the second of two values in the units.

    >>> round(prevalence_index(Patterns.from_rows([False, True], [([2, 0], 5), ([0, 2], 95)]),
    ...     interval=False).value, 2)
    0.9
    """
    data = data.paired()
    figure = _described("prevalence_index", data, data.raters)
    if not data.units.sum():
        return replace(figure, undefined_reason=NO_OVERLAP)
    share = data.counts[:, 1] / data.sizes

    def prevalence(weights: FloatArray) -> Parts:
        return _parts(np.abs(2 * (weights @ share) / weights.sum(axis=1) - 1))

    return _with_interval(prevalence, data, figure, interval, options)


def bias_index(data: Rated, *, interval: bool = True, **options: Any) -> Figure:
    """How far apart two raters' shares of the second value lie, the mean over the pairs of raters.

    >>> round(bias_index(Rated.from_table([False, True], [[40, 9], [6, 45]]), interval=False).value, 2)
    0.03
    """
    data = data.paired()
    figure = _described("bias_index", data, len(data.raters))
    if not data.units.sum():
        return replace(figure, undefined_reason=NO_OVERLAP)
    if (data.given.sum(axis=0) > 0).sum() < 2:
        return replace(figure, undefined_reason=ONE_RATER)

    def bias(weights: FloatArray) -> Parts:
        given = data.by_rater(weights)
        answers = given.sum(axis=2)
        share = np.full(answers.shape, np.nan)
        np.divide(given[:, :, 1], answers, out=share, where=answers > 0)
        first, second = np.triu_indices(share.shape[1], 1)
        apart = np.abs(share[:, first] - share[:, second])
        known = ~np.isnan(apart)
        mean = np.full(len(weights), np.nan)
        np.divide(
            np.where(known, apart, 0).sum(axis=1),
            known.sum(axis=1),
            out=mean,
            where=known.any(axis=1),
        )
        return _parts(mean)

    return _with_interval(bias, data, figure, interval, options)


def _described(name: str, data: Patterns | Rated, raters: int | None) -> Figure:
    return Figure(
        measure=name,
        level="nominal",
        units=int(data.units.sum()),
        raters=raters,
        pairable=int((data.sizes * data.units).sum()),
    )


def _with_interval(
    statistic: Statistic,
    data: Patterns | Rated,
    figure: Figure,
    interval: bool,
    options: dict[str, Any],
) -> Figure:
    figure = with_parts(figure, statistic(data.units[None, :].astype(float)))
    draw = intervals.Draw(**({"replicates": None, "seed": 0, "confidence": 0.95} | options))
    if not interval:
        return figure
    if reason := intervals.too_few(data):
        return replace(figure, interval_reason=reason)
    return intervals.by_bootstrap(
        statistic, data, replace(figure, confidence=draw.confidence), draw
    )


def _parts(value: FloatArray) -> Parts:
    unknown = np.full(value.size, np.nan)
    return Parts(value=value, observed=unknown, expected=unknown)
