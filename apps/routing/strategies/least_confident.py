"""Where the model's best label is least probable."""

from __future__ import annotations

from apps.routing.strategies.base import ByProbability
from apps.routing.strategies.lots import FloatArray


class LeastConfident(ByProbability):
    """The lower the highest probability, the sooner.

    >>> import numpy as np
    >>> LeastConfident().of(np.array([[0.5, 0.5, 0.0], [0.4, 0.3, 0.3]])).round(2)
    array([0.5, 0.6])
    """

    name = "least_confident"
    label = "Least confident"
    reference = (
        "Lewis, D. D., Gale, W. A. (1994). A sequential algorithm for training text classifiers."
        " SIGIR, 3-12."
    )
    summary = "Where the model's best label is least probable."
    advice = "Of two labels the same as margin and entropy. Prefers what is strange to the model."

    def of(self, p: FloatArray) -> FloatArray:
        found: FloatArray = 1.0 - p.max(axis=1)
        return found
