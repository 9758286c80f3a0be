"""95 % intervals of sums over units: whole units, groups or blocks of them are drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.compared import Clusters, Compared
from apps.agreement.measures.figure import (
    TOO_FEW_GROUPS,
    TOO_FEW_UNITS,
    Figure,
    Statistic,
)

# More are gathered in so many blocks. A replicate costs the square of their number.
MOST_CLUSTERS = 500
LEAST_REPLICATES, MOST_REPLICATES = 2_000, 10_000
WORK = 500_000_000


def of_compared(
    statistic: Statistic, data: Compared, clusters: Clusters, figure: Figure, draw: intervals.Draw
) -> Figure:
    drawn = clusters.units.size
    return by_clusters(
        statistic,
        drawn=drawn,
        held=data.disagreeing,
        cost=drawn * drawn,
        over="units" if data.group is None else "groups",
        figure=figure,
        draw=draw,
    )


def by_clusters(
    statistic: Statistic,
    *,
    drawn: int,
    held: int,
    cost: int,
    over: str,
    figure: Figure,
    draw: intervals.Draw,
) -> Figure:
    """By the bootstrap; near perfect agreement by the limits of rare events.

    With fewer than 50 units the percentiles are corrected for bias and acceleration (Efron 1987).
    `held` units hold a disagreement; a replicate of `drawn` clusters costs so much.
    """
    if figure.units < intervals.LEAST:
        return replace(figure, interval_reason=TOO_FEW_UNITS)
    if drawn < intervals.LEAST:
        return replace(figure, interval_reason=TOO_FEW_GROUPS)
    if held < intervals.FEW and held <= intervals.RARE * figure.units:
        return intervals.rare_limits(figure, held, figure.units)
    number = draw.replicates or max(LEAST_REPLICATES, min(MOST_REPLICATES, WORK // cost))
    rng, shares = draw.rng(), np.full(drawn, 1 / drawn)
    values = np.concatenate(
        [
            statistic(rng.multinomial(drawn, shares, size).astype(float)).value
            for size in intervals.chunks(number, 4 * drawn)
        ]
    )
    tails, name = draw.tails, "percentile"
    if drawn < intervals.BCA_BELOW:
        ones = np.ones(drawn)
        if moved := intervals.accelerated(statistic, ones, figure, draw, values):
            tails, name = moved, "BCa"
    return intervals.limits(figure, draw, values, tails, f"bootstrap over {over}, {name}")
