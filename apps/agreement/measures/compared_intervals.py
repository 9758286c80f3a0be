"""95 % intervals of answers that are only compared: whole units, or groups of them, are drawn."""

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
    """By the bootstrap; near perfect agreement by the limits of rare events.

    With fewer than 50 units the percentiles are corrected for bias and acceleration (Efron 1987).
    """
    drawn = clusters.units.size
    if figure.units < intervals.LEAST:
        return replace(figure, interval_reason=TOO_FEW_UNITS)
    if drawn < intervals.LEAST:
        return replace(figure, interval_reason=TOO_FEW_GROUPS)
    held = data.disagreeing
    if held < intervals.FEW and held <= intervals.RARE * figure.units:
        return intervals.rare_limits(figure, held, figure.units)
    number = draw.replicates or max(LEAST_REPLICATES, min(MOST_REPLICATES, WORK // (drawn * drawn)))
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
    over = "units" if data.group is None else "groups"
    return intervals.limits(figure, draw, values, tails, f"bootstrap over {over}, {name}")
