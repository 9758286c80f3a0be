"""How often annotators are right with each label, from few answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# In answers, how far a share is drawn towards the mean of the others at least and at most. A beta
# distribution of the size n + 1 = m (1 - m) / s² has the mean m and the spread s: with m = .8 these are
# spreads of .18 and of .03.
LEAST, MOST = 4.0, 200.0


def smoothed(met: FloatArray, right: FloatArray) -> FloatArray:
    """annotators x labels: how often each is right where the label is true. `met` counts how often they
    met it and `right` how often they then said it; both may be expectations of a model.

    Each cell is drawn towards the person's own share, and that towards the team's, by as much as they
    differ no more than so few answers would by chance (method of moments: Kleinman 1973, JASA 68,
    46-54). Who has shown nothing is taken for the team. Were each taken at their word, tasks would go to
    those who had luck.

    >>> smoothed(np.array([[40.0, 0.0], [0.0, 0.0]]), np.array([[30.0, 0.0], [0.0, 0.0]])).round(3)
    array([[0.75, 0.75],
           [0.75, 0.75]])
    """
    team = np.full((len(met), 1), right.sum() / max(met.sum(), 1e-9))
    own = _drawn(met.sum(axis=1, keepdims=True), right.sum(axis=1, keepdims=True), team)
    return np.clip(_drawn(met, right, np.broadcast_to(own, met.shape)), 0.01, 0.99)


def _drawn(met: FloatArray, right: FloatArray, towards: FloatArray) -> FloatArray:
    """Shares, each drawn towards another by as many answers as tell nothing."""
    weight = likeness(met, right, towards)
    found: FloatArray = (right + weight * towards) / (met + weight)
    return found


def likeness(met: FloatArray, right: FloatArray, towards: FloatArray) -> float:
    """How many answers it takes to tell one share from what it is drawn towards."""
    shown = met > 0
    n, share, mean = met[shown], right[shown] / met[shown], towards[shown]
    luck = (mean * (1 - mean)).sum()
    beyond = (n * (share - mean) ** 2).sum() - luck
    spread = beyond / max((n - 1).sum(), 1e-9)
    return MOST if spread <= 0 else float(np.clip(luck / n.size / spread - 1, LEAST, MOST))


def paced(seconds: FloatArray, answers: NDArray[np.int64], least: int) -> FloatArray:
    """How many times the team's median each takes, between a quarter and four; 1 with fewer than
    `least` answers. Whoever clicks through would else be worth more than all who read.

    >>> paced(np.array([10.0, 20.0, 1.0, np.nan]), np.array([50, 50, 50, 0]), 10)
    array([1.  , 2.  , 0.25, 1.  ])
    """
    is_known = (answers >= least) & (seconds > 0)
    if not is_known.any():
        return np.ones(seconds.size)
    found = np.where(is_known, seconds / np.median(seconds[is_known]), 1.0)
    return np.clip(found, 0.25, 4.0)
