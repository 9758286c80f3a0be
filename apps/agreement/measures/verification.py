"""The second implementation: alpha by the `krippendorff` package, which is used here and nowhere
else (it is GPL-3.0-or-later; docs/decisions says on what terms)."""

from __future__ import annotations

from typing import Literal

import krippendorff
import numpy as np

from apps.agreement.measures.distances import numbers
from apps.agreement.measures.figure import NO_OVERLAP, ONE_VALUE, Reason
from apps.agreement.measures.patterns import Patterns

# Its arrays are units x labels²: 2·10⁷ numbers take about a second.
CELLS = 20_000_000
LEVELS: dict[str, Literal["nominal", "ordinal", "interval", "ratio"]] = {
    "nominal": "nominal",
    "ordinal": "ordinal",
    "interval": "interval",
    "ratio": "ratio",
}
TOO_LARGE = Reason(code="too_large", sentence="Too many units for the second implementation.")
NO_LEVEL = Reason(code="no_level", sentence="The second implementation has no such level.")


def verify(data: Patterns, level: str) -> float | Reason:
    """Alpha over all units, expanded from their patterns; or why it was not computed.

    >>> data = Patterns.from_matrix([[1, 1, 2, 2], [1, 1, 2, 1]])
    >>> round(verify(data, "nominal"), 4)
    0.5333
    """
    known = LEVELS.get(level)
    if known is None:
        return NO_LEVEL
    data = data.paired()
    used = data.marginals > 0
    if not data.units.sum():
        return NO_OVERLAP
    if np.count_nonzero(used) < 2:
        return ONE_VALUE
    if data.units.sum() * np.count_nonzero(used) ** 2 > CELLS:
        return TOO_LARGE
    counts = np.repeat(data.counts[:, used], data.units, axis=0)
    domain = np.arange(counts.shape[1], dtype=float)
    if level in {"interval", "ratio"}:
        domain = numbers(
            [value for value, is_used in zip(data.values, used, strict=True) if is_used]
        )
    return float(
        krippendorff.alpha(value_counts=counts, value_domain=domain, level_of_measurement=known)
    )
