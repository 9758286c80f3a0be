"""How tasks differ, learned from a project's own answers: a distribution on a grid."""

from __future__ import annotations

import numpy as np

from apps.consensus.aggregators.base import FloatArray

POINTS = 60
STEPS = 200
# Of each point's weight so much is laid on all points alike: no project shows that something is never so.
EVEN = 0.01


def mixed(logs: FloatArray, number: FloatArray) -> FloatArray:
    """The weights of the grid's points under which what was seen is likely: `logs` (patterns x points) has
    the logarithm of how likely each pattern is at a point, `number` how often it was seen.

    Expectation and maximisation of a mixture (Laird, N. M. 1978, *Nonparametric maximum likelihood
    estimation of a mixing distribution*, JASA 73), from even weights and for so many steps, which keeps it
    smooth. Only shares of `number` count: the same project twice gives the same weights.

    >>> logs = np.log([[0.9, 0.1], [0.1, 0.9]])
    >>> mixed(logs, np.array([30.0, 10.0])).round(2).tolist()
    [0.81, 0.19]
    """
    points = logs.shape[1]
    weights: FloatArray = np.full(points, 1 / points)
    total = float(number.sum())
    if not total:
        return weights
    likely = np.exp(logs - logs.max(axis=1, keepdims=True))
    share = number / total
    for _ in range(STEPS):
        found = likely * weights
        found *= (share / found.sum(axis=1))[:, None]
        weights = (1 - EVEN) * found.sum(axis=0) + EVEN / points
    return weights


def log_mean(logs: FloatArray, weights: FloatArray) -> FloatArray:
    """The logarithm of each row's mean over the grid. No row depends on another, to the digit."""
    highest = logs.max(axis=1)
    found: FloatArray = highest + np.log((np.exp(logs - highest[:, None]) * weights).sum(axis=1))
    return found
