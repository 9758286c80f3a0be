"""Wald's sequential probability ratio test, of answers that are right or wrong."""

from __future__ import annotations

import numpy as np

from apps.quality.gates.base import Bars, FloatArray, Gate


class SequentialRatio(Gate):
    """The likelihood of the answers if their author is right `bad` of the time, over that if they
    are right `good` of the time (Wald 1945, *Sequential tests of statistical hypotheses*, Annals
    of Mathematical Statistics 16). Nothing finds somebody who is exactly that bad in fewer answers
    on average (Wald and Wolfowitz 1948).

    Wald's lower bar, at which somebody is held to be good and the test ends, is left out: here
    the test goes on as long as they work.

    A right answer multiplies by bad/good, a wrong one by (1 - bad)/(1 - good):

    >>> import numpy as np
    >>> bars = Bars(good=0.8, bad=0.4, alpha=0.05)
    >>> SequentialRatio().factors(np.array([1.0, 0.0]), bars).ravel().round(3).tolist()
    [0.5, 3.0]
    """

    name = "sprt"
    label = "Probability ratio (SPRT)"
    summary = (
        "Takes each known answer as right or wrong. It is the quickest at finding somebody who is"
        " as bad as you say, and slower for those who are hardly better."
    )
    is_yes_or_no = True

    def factors(self, scores: FloatArray, bars: Bars) -> FloatArray:
        right = scores >= 0.5
        found: FloatArray = np.where(right, bars.bad / bars.good, (1 - bars.bad) / (1 - bars.good))
        return found[..., None]
