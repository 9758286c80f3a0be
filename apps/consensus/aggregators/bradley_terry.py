"""Orders, and choices of A or B, as comparisons of two; a tie is an outcome of its own."""

from __future__ import annotations

import numpy as np

from apps.consensus.aggregators.base import FloatArray
from apps.consensus.aggregators.orders import Orders
from apps.consensus.aggregators.strengths import Slopes, StrengthModel

# Where ties begin: as likely as e to the power of this, against evenly matched 1 and 1.
TIES = -1.0


class BradleyTerry(StrengthModel):
    """One comes before another as likely as e to the power of half of what reliability times their
    strengths lies apart, and both tie as likely as a number that is the same for all (Davidson
    1970). An order of n things is n (n - 1) / 2 comparisons, which hang together: each counts so much that
    all tell as much as the order would in Plackett's and Luce's model, were the things alike. Where
    they are not that is a little too little, so probabilities are rather too small than too large.

    >>> from apps.consensus.aggregators.base import Answers
    >>> from apps.consensus.aggregators.letters import LetterOrder
    >>> answers = Answers.of([1, 1, 1], "xyz", ["a>b", "a>b", "b>a"], order=LetterOrder())
    >>> BradleyTerry()(answers, form="order").winners_of(0)
    ('a>b',)
    """

    name = "bradley_terry"
    label = "Bradley-Terry"
    summary = "Orders as comparisons of two, with ties; learns how reliable each annotator is."
    needs = "About ten answers per annotator."
    reference = (
        "Davidson, R. R. (1970). On extending the Bradley-Terry model to accommodate ties in paired"
        " comparison experiments. JASA 65(329), 317-328; with reliabilities: Raman, K., Joachims, T."
        " (2014). Methods for ordinal peer grading. KDD 2014, section 4."
    )

    def beginning(self) -> FloatArray:
        return np.array([TIES])

    def tied(self, other: FloatArray, usual: float) -> float:
        """Where a tie is the likeliest of the three outcomes."""
        return max(0.0, 2 * float(other[0])) / float(np.exp(usual))

    def slopes(
        self, orders: Orders, strength: FloatArray, reliability: FloatArray, other: FloatArray
    ) -> Slopes:
        mine = orders.at(strength)
        ties, places = float(other[0]), mine.shape[1]
        weight = _weights(orders)
        of_ties = 0.0
        slope = np.zeros_like(mine)
        for first in range(places):
            for second in range(first + 1, places):
                used = weight * (orders.ranked[:, first] & orders.present[:, second])
                is_tie = orders.start[:, first] == orders.start[:, second]
                half = reliability[:, 0] * (mine[:, first] - mine[:, second]) / 2
                outcomes = np.stack([half, -half, np.full(half.size, ties)])
                shares = np.exp(outcomes - outcomes.max(axis=0))
                shares /= shares.sum(axis=0)
                of_ties += float(used @ (shares[2] - is_tie))
                moved = used * (shares[0] - shares[1] - ~is_tie) / 2
                slope[:, first] += moved
                slope[:, second] -= moved
        return Slopes(
            strength=orders.of_items(slope * reliability),
            reliability=orders.rated.by_rater.sum((slope * mine * reliability).sum(axis=1)),
            other=np.array([of_ties]),
        )


def _weights(orders: Orders) -> FloatArray:
    """Plackett and Luce's information on a pair of n things that are alike is (n - H) / (n (n - 1)),
    with H = 1 + 1/2 + ... + 1/n; a comparison by itself tells 1/4."""
    number = np.maximum(orders.present.sum(axis=1), 2)
    harmonic = np.cumsum(1 / np.arange(1, number.max(initial=2) + 1))[number - 1]
    weight: FloatArray = 4 * (number - harmonic) / (number * (number - 1))
    return weight
