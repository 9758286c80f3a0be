"""How sure one can be of a share that was seen in so many answers."""

from __future__ import annotations

import numpy as np

from apps.consensus.aggregators.base import FloatArray

# Of the normal distribution, for limits of 95 %.
Z = 1.959963984540054


def wilson(
    share: FloatArray, of: FloatArray, doubt: FloatArray | float = 0.0
) -> tuple[FloatArray, FloatArray]:
    """Wilson's limits of 95 % of a share among `of` answers; 0 and 1 where there are none.

    `doubt` is a variance beside that of the draws, as of labels that are only probable; it counts
    as if there were fewer answers.

    >>> low, high = wilson(np.array([0.9]), np.array([50.0]))
    >>> low.round(3).item(), high.round(3).item()
    (0.786, 0.957)
    """
    share = np.nan_to_num(np.clip(share, 0.0, 1.0))
    drawn = np.divide(share * (1 - share), of, out=np.zeros_like(share), where=of > 0)
    total = drawn + doubt
    number = np.divide(of * drawn, total, out=np.array(of, float), where=total > 0)
    # A share of 0 or 1 has no variance of its own; the doubt cannot make it more certain.
    number = np.where(drawn > 0, number, of / (1 + of * np.asarray(doubt)))
    z2 = Z * Z
    safe = np.maximum(number, 1e-12)
    middle = (share + z2 / (2 * safe)) / (1 + z2 / safe)
    half = Z * np.sqrt(share * (1 - share) / safe + z2 / (4 * safe**2)) / (1 + z2 / safe)
    none = number <= 0
    low, high = np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
    return np.where(none, 0.0, low), np.where(none, 1.0, high)


def by_label(right: FloatArray, met: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """How often a label was said where it was true, with the limits; NaN where it was never met."""
    known = met >= 0.5
    share = np.divide(right, met, out=np.full_like(met, np.nan), where=known)
    low, high = wilson(share, np.where(known, met, 0.0))
    return np.where(known, np.minimum(share, 1.0), np.nan), low, high
