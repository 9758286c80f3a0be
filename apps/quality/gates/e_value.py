"""An e-value by betting, of any score from 0 to 1."""

from __future__ import annotations

import numpy as np

from apps.quality.gates.base import Bars, FloatArray, Gate

# Which part of the stake is risked on each answer. Small bets find who is a little worse than
# good, large ones who is much worse; held side by side, the best of them decides.
PARTS = np.array([0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.7])


class Betting(Gate):
    """Bets that the next score is below `good` (Waudby-Smith and Ramdas 2024, *Estimating means
    of bounded random variables by betting*, JRSS B 86). It multiplies the stake by
    1 + part * (good - score) / (1 - good), which on average is at most 1 while the mean score is
    `good` or more; nothing else is assumed of the scores. The best part against somebody who is
    right p of the time is 1 - p/good (Kelly 1956), so several parts are held side by side.

    A full score loses just its part, a zero wins the more the higher the bar:

    >>> import numpy as np
    >>> bars = Bars(good=0.8, bad=0.4, alpha=0.05)
    >>> Betting().factors(np.array([1.0, 0.8, 0.0]), bars)[:, 2].round(3).tolist()
    [0.9, 1.0, 1.4]
    """

    name = "e_value"
    label = "Betting (e-value)"
    summary = (
        "Takes the score of each known answer as it is, from 0 to 1, so being near counts. It finds"
        " the very bad quickly and the slightly bad in time, without being told how bad they are."
    )

    def factors(self, scores: FloatArray, bars: Bars) -> FloatArray:
        gain = (bars.good - scores[..., None]) / (1 - bars.good)
        found: FloatArray = 1 + PARTS * gain
        return found
