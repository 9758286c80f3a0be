"""Whether a rater's agreement with the others changed over time, more than chance would make it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import chi2

from apps.agreement.measures.arrays import FloatArray, IntArray, summed
from apps.agreement.measures.slices import benjamini_hochberg

LEAST = 10  # answers in a window, for it to count


class Change(NamedTuple):
    """`p` by chance alone; `q` the false discovery rate among all raters that were looked at."""

    p: float
    q: float


def changes(rater: IntArray, distance: FloatArray, window: IntArray) -> dict[int, Change]:
    """By rater: are the mean distances of the windows the same? (Chi square of their spread.)

    >>> window = np.repeat([0, 1], 40)
    >>> distance = np.concatenate([np.tile([0.0, 0.0, 0.0, 1.0], 10), np.tile([0.0, 1.0], 20)])
    >>> {who: round(one.p, 3) for who, one in changes(np.zeros(80, int), distance, window).items()}
    {0: 0.018}
    """
    names, row = np.unique(rater, return_inverse=True)
    width = int(window.max(initial=-1)) + 1
    cell, shape = row * width + window, (names.size, width)
    n, s1, s2 = (
        summed(each, cell, names.size * width).reshape(shape)
        for each in (np.ones(distance.size), distance, distance**2)
    )
    n = np.where(n >= LEAST, n, 0)
    s1, s2 = np.where(n > 0, s1, 0), np.where(n > 0, s2, 0)
    total, means = n.sum(axis=1), s1 / np.maximum(n, 1)
    inside = (s2 - n * means**2).sum(axis=1)
    used = (n > 0).sum(axis=1)
    told = (used > 1) & (inside > 0)
    middle = s1.sum(axis=1) / np.maximum(total, 1)
    between = (n * (means - middle[:, None]) ** 2).sum(axis=1)
    p = chi2.sf(between[told] * (total - used)[told] / inside[told], np.maximum(used[told] - 1, 1))
    q = benjamini_hochberg(np.asarray(p, float))
    return {
        int(who): Change(p=float(chance), q=float(rate))
        for who, chance, rate in zip(names[told], p, q, strict=True)
    }
