"""Where several models are each sure, and of different labels."""

from __future__ import annotations

import numpy as np

from apps.routing.strategies.base import ROWS, Parameter, Pool, Scored, blocks, entropies
from apps.routing.strategies.lots import FloatArray, IntArray


class Bald(Scored):
    """What the answer would tell about the model: the entropy of the members' mean less the mean
    of their entropies. The members are draws of one model (dropout, bootstrap) or several models.

    What all find hard alike, with nothing to be learned, has a high entropy and no such difference.

    >>> sure, torn = [[1.0, 0.0], [0.5, 0.5]], [[0.0, 1.0], [0.5, 0.5]]
    >>> pool = Pool(units=2, committee=np.array([sure, torn]))
    >>> Bald().scores(pool, np.arange(2)).round(4) + 0.0
    array([0.6931, 0.    ])
    """

    name = "bald"
    label = "BALD"
    reference = (
        "Houlsby, N., Huszár, F., Ghahramani, Z., Lengyel, M. (2011). Bayesian active learning for"
        " classification and preference learning. arXiv:1112.5745."
    )
    summary = "Where the answer tells most about the model, not where the task itself is unclear."
    advice = "Needs ten draws or more. A batch of it may ask the same thing many times."
    needs = frozenset({"committee"})
    parameters = {"members": Parameter(label="Members of the committee", low=2, high=16)}
    # How many models learn, where the committee is made for it.
    members: float = 10

    def scores(self, pool: Pool, places: IntArray) -> FloatArray:
        members = pool.held("committee")
        found = np.empty(places.size)
        for start in range(0, places.size, ROWS):
            part = places[start : start + ROWS]
            mean = np.zeros((part.size, members.shape[2]))
            single = np.zeros(part.size)
            for member in members:
                for _, rows in blocks(member, part):
                    mean += rows
                    single += entropies(rows)
            number = members.shape[0]
            found[start : start + part.size] = entropies(mean / number) - single / number
        # Members who say the same differ by rounding alone.
        found[np.abs(found) < 1e-12] = 0.0
        return found

    def lacks(self, pool: Pool) -> str | None:
        if pool.held("committee").shape[0] < 2:
            return f"{self.label} needs at least two models."
        return None
