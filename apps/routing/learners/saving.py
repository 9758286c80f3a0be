"""What a replayed strategy would have saved: labels that one needs fewer to be as good."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import t

from apps.routing.learners.replay import Mean, Replayed


def saved(replayed: Replayed, name: str) -> Mean:
    """How many labels fewer it needs for the accuracy that the base has at the end, seed by seed.

    Between two sizes a straight line is taken. Where it never gets there, nothing is saved: what it
    would need more is not known, so the mean is at least as good as the truth there.

    >>> curves = {"random_order": np.array([[0.5, 0.6, 0.7]]), "margin": np.array([[0.5, 0.7, 0.8]])}
    >>> found = Replayed(sizes=(100, 200, 300), accuracy=curves, base="random_order", tested=50)
    >>> round(saved(found, "margin").value, 1)
    100.0
    """
    last = replayed.sizes[-1]
    goals = replayed.accuracy[replayed.base][:, -1].tolist()
    curves = replayed.accuracy[name].tolist()
    needs = [
        reached(replayed.sizes, curve, goal) for curve, goal in zip(curves, goals, strict=True)
    ]
    return Mean.of([last - need if need is not None else 0.0 for need in needs])


def reached(sizes: Sequence[int], curve: Sequence[float], goal: float) -> float | None:
    """After how many labels the curve first is at the goal; None: never.

    >>> reached((100, 200), (0.5, 0.7), 0.6), reached((100, 200), (0.5, 0.7), 0.8)
    (150.0, None)
    """
    if curve[0] >= goal:
        return float(sizes[0])
    for at in range(1, len(curve)):
        if curve[at] >= goal:
            part = (goal - curve[at - 1]) / (curve[at] - curve[at - 1])
            return float(sizes[at - 1] + part * (sizes[at] - sizes[at - 1]))
    return None


def best_of(replayed: Replayed) -> str | None:
    """The strategy that gains most on average, if it surely gains: else None.

    Limits are widened for as many strategies as were compared (Bonferroni): the best of several
    looks better than it is.
    """
    others = [name for name in replayed.accuracy if name != replayed.base]
    sure = [name for name in others if surely_gains(replayed, name, len(others))]
    return max(sure, key=lambda name: replayed.gained_on_average(name).value, default=None)


def surely_gains(replayed: Replayed, name: str, compared: int) -> bool:
    """Whether its lower limit, at 95 % for all that were compared together, is above the base."""
    apart = (replayed.accuracy[name] - replayed.accuracy[replayed.base])[:, 1:]
    if len(apart) < 2 or not apart.size:
        return False
    means = apart.mean(axis=1)
    error = float(np.std(means, ddof=1) / np.sqrt(means.size))
    return bool(means.mean() > float(t.ppf(1 - 0.025 / compared, means.size - 1)) * error)
