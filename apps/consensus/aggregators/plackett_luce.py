"""Orders as choices of the best among what is left, again and again."""

from __future__ import annotations

import numpy as np

from apps.consensus.aggregators.base import FloatArray
from apps.consensus.aggregators.orders import Orders
from apps.consensus.aggregators.strengths import Slopes, StrengthModel


class PlackettLuce(StrengthModel):
    """The first is chosen among all with a chance that rises with e to the power of reliability times
    strength, then the next among the others (Plackett 1975, Luce 1959). Who shares a place is chosen at
    once, each among all that were left before (Breslow 1974); what an answer leaves out is left to the
    end, in no order.

    >>> from apps.consensus.aggregators.base import Answers
    >>> from apps.consensus.aggregators.letters import LetterOrder
    >>> answers = Answers.of([1, 1, 1], "xyz", ["a>b", "a>b", "b>a"], order=LetterOrder())
    >>> PlackettLuce()(answers, form="order").winners_of(0)
    ('a>b',)
    """

    name = "plackett_luce"
    label = "Plackett-Luce"
    summary = (
        "Orders as choices of the best of what is left; learns how reliable each annotator is."
    )
    needs = "About ten answers per annotator; orders with few shared places, some ten thousand tasks at most."
    reference = (
        "Plackett, R. L. (1975). The analysis of permutations. Applied Statistics 24(2), 193-202; with"
        " reliabilities: Raman, K., Joachims, T. (2014). Methods for ordinal peer grading. KDD 2014,"
        " section 4."
    )

    # With few draws whoever they happen to lie near seems reliable, and then draws them nearer: of four
    # alike, one came out three times as reliable as the others.
    draws = 40
    most = 2_500_000

    def beginning(self) -> FloatArray:
        return np.zeros(0)

    def slopes(
        self, orders: Orders, strength: FloatArray, reliability: FloatArray, other: FloatArray
    ) -> Slopes:
        mine = orders.at(strength)
        drawn = reliability * mine
        weight = np.where(orders.present, np.exp(drawn - drawn.max(axis=1, keepdims=True)), 0.0)
        # By place, all that were left when its group was chosen.
        left = np.cumsum(weight[:, ::-1], axis=1)[:, ::-1]
        left = np.take_along_axis(left, np.minimum(orders.start, mine.shape[1] - 1), axis=1)
        is_chosen = orders.ranked & orders.present
        one = np.divide(1.0, left, out=np.zeros_like(left), where=is_chosen & (left > 0))
        # Each thing was among what was left at every choice up to its own group's.
        until = np.cumsum(one, axis=1)
        last = _last_of_group(orders)
        slope = weight * np.take_along_axis(until, last, axis=1) - is_chosen
        slope = np.where(orders.present, slope, 0.0)
        return Slopes(
            strength=orders.of_items(slope * reliability),
            reliability=orders.rated.by_rater.sum((slope * mine * reliability).sum(axis=1)),
            other=np.zeros(0),
        )


def _last_of_group(orders: Orders) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """By place (A x L) the last place of its group."""
    places = orders.start.shape[1]
    last: np.ndarray[tuple[int, int], np.dtype[np.int64]] = np.full(
        orders.start.shape, places - 1, np.int64
    )
    for place in range(places - 2, -1, -1):
        ends = orders.start[:, place] != orders.start[:, place + 1]
        last[:, place] = np.where(ends, place, last[:, place + 1])
    return last
