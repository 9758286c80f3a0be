"""From easy to hard, or from hard to easy."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import Parameter, Pool, Scored, blocks
from apps.routing.strategies.lots import FloatArray, IntArray


class Curriculum(Scored):
    """Easy is what the model is sure of; without a model, what takes little time.

    >>> pool = Pool(units=3, seconds=np.array([30.0, 5.0, 12.0]))
    >>> Curriculum()(pool)
    array([1, 2, 0])
    >>> Curriculum().using(hard_first=1)(pool)
    array([0, 2, 1])
    """

    name = "curriculum"
    label = "Easy to hard"
    reference = (
        "Bengio, Y., Louradour, J., Collobert, R., Weston, J. (2009). Curriculum learning. ICML,"
        " 41-48."
    )
    summary = "Easy tasks first, so that people grow into the guideline; or hard ones first."
    advice = "For new annotators. The labels of the first weeks are then not like the whole."
    parameters = {"hard_first": Parameter(label="Hard tasks first (1) or last (0)", low=0, high=1)}
    hard_first: float = 0

    def scores(self, pool: Pool, places: IntArray) -> FloatArray:
        ease = self._ease(pool, places)
        return -ease if self.hard_first else ease

    def _ease(self, pool: Pool, places: IntArray) -> FloatArray:
        if pool.probabilities is None:
            short: FloatArray = -pool.held("seconds")[places]
            return short
        ease = np.empty(places.size)
        for part, p in blocks(pool.probabilities, places):
            ease[part] = p.max(axis=1)
        return ease

    def lacks(self, pool: Pool) -> str | None:
        if pool.probabilities is None and pool.seconds is None:
            return f"{self.label} needs a model's probabilities or how long tasks take."
        return None
