"""The medoid: the nearest to all others, and a tie when several are."""

from __future__ import annotations

import pytest

from apps.consensus.aggregators import Answers, FormError, aggregators

medoid = aggregators["medoid"]


def apart(a, b):
    return abs(a - b) / 100


def of(*values):
    return Answers.of([1] * len(values), range(len(values)), values, distance=apart)


@pytest.mark.parametrize(
    ("given", "winners", "share"),
    [
        ([1, 2, 30], (2,), 1 / 3),
        ([1, 1, 30], (1,), 2 / 3),
        ([1, 30], (1, 30), 1 / 2),
        ([1, 2, 3, 4], (2, 3), 1 / 4),
        # Weights count: three at one end outweigh what lies in the middle.
        ([0, 0, 0, 50, 99], (0,), 3 / 5),
    ],
)
def test_the_nearest_to_all_others_wins(given, winners, share):
    verdicts = medoid(of(*given), form="distance")

    assert verdicts.winners_of(0) == winners
    assert verdicts.share[0] == pytest.approx(share)


def test_sums_in_another_order_do_not_break_a_tie():
    values = [0.1, 0.2, 0.3, 0.4]
    answers = Answers.of([1] * 4, range(4), values, distance=lambda a, b: abs(a - b) * 0.7)

    assert medoid(answers, form="distance").winners_of(0) == (0.2, 0.3)


def test_without_a_distance_it_says_so():
    with pytest.raises(FormError, match="distance"):
        medoid(Answers.of([1], [1], ["a"]), form="distance")
