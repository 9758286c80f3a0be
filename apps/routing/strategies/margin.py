"""Where two labels are nearly as probable."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import ByProbability
from apps.routing.strategies.lots import FloatArray


class Margin(ByProbability):
    """The smaller the lead of the best label over the second, the sooner.

    With one label only there is nothing to decide, and all tasks are equal.

    >>> Margin().of(np.array([[0.5, 0.5, 0.0], [0.4, 0.3, 0.3]])).round(2) + 0.0
    array([ 0. , -0.1])
    """

    name = "margin"
    label = "Margin"
    reference = (
        "Scheffer, T., Decomain, C., Wrobel, S. (2001). Active hidden Markov models for information"
        " extraction. IDA, 309-318."
    )
    summary = "Where the model cannot decide between two labels."
    advice = "The one to begin with when there are many labels: it asks what an answer can settle."

    def of(self, p: FloatArray) -> FloatArray:
        if p.shape[1] < 2:
            return np.where(np.isnan(p[:, 0]), np.nan, 0.0)
        row = np.arange(p.shape[0])
        best = p.argmax(axis=1)
        lead = p[row, best]
        others = p.copy()
        others[row, best] = -np.inf
        found: FloatArray = others.max(axis=1) - lead
        return found
