"""Answers that are only compared: against counting, against the package, and by properties."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import krippendorff
import numpy as np
import pytest

from apps.agreement.measures import Compared, LevelError, Patterns, measures, pairs_to_compare
from apps.agreement.measures.compared import PAIRS, hashed

ALPHA, LIKENESS = measures["krippendorff_alpha"], measures["percent_agreement"]
# Krippendorff (2011), raters x units; alpha is .743 nominal, .849 interval.
TABLE = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]


def differ(a: float, b: float) -> float:
    return float(a != b)


def squared(a: float, b: float) -> float:
    return ((a - b) / 4) ** 2


def compared(table: Any, distance: Any = differ, *, group: Any = None) -> Compared:
    columns = [[v for v in column if v is not None] for column in zip(*table, strict=True)]
    units = [column for column in columns if len(column) > 1]
    answers = [(i, value) for i, column in enumerate(units) for value in column]
    pairs = pairs_to_compare(np.arange(len(answers)))
    return Compared(
        sizes=np.array([len(column) for column in units], np.int64),
        within=np.array([sum(distance(a, b) for a, b in combinations(c, 2)) for c in units]),
        pairs=np.array([(answers[a][0], answers[b][0]) for a, b in pairs], np.int64).reshape(-1, 2),
        apart=np.array([distance(answers[a][1], answers[b][1]) for a, b in pairs], float),
        group=group,
        lone=sum(len(column) == 1 for column in columns),
    )


def simulated(units: int, *, seed: int = 3, share: float = 0.8) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(1, 6, units)
    kept = rng.random((3, units)) < share
    table: list[list[int]] = np.where(kept, truth, rng.integers(1, 6, (3, units))).tolist()
    return table


@pytest.mark.parametrize(
    ("distance", "level", "printed"), [(differ, "nominal", 0.743), (squared, "interval", 0.849)]
)
def test_the_published_example_comes_out(distance, level, printed):
    figure = ALPHA(compared(TABLE, distance))

    assert figure.value == pytest.approx(printed, abs=6e-4)
    given = np.array([[np.nan if v is None else v for v in row] for row in TABLE])
    second = krippendorff.alpha(reliability_data=given, level_of_measurement=level)
    assert figure.value == pytest.approx(second, abs=1e-12)
    assert figure.excluded == {"fewer_than_two_answers": 1}
    assert (figure.units, figure.pairable, figure.level) == (11, 40, "distance")


def test_likeness_is_the_share_of_equal_pairs_where_distance_is_difference():
    table = simulated(60)

    assert LIKENESS(compared(table)).value == pytest.approx(
        LIKENESS(Patterns.from_matrix(table)).value, abs=1e-12
    )


def test_many_answers_are_sampled_and_the_figure_is_near_the_exact_one():
    table = simulated(5_000)
    exact = ALPHA(Patterns.from_matrix(table))

    figure = ALPHA(compared(table))

    assert figure.value == pytest.approx(exact.value, abs=0.01)
    assert figure.low == pytest.approx(exact.low, abs=0.012)
    assert figure.high == pytest.approx(exact.high, abs=0.012)


def test_the_interval_of_few_units_is_near_that_of_counting():
    table = simulated(40)
    exact = ALPHA(Patterns.from_matrix(table))

    figure = ALPHA(compared(table))

    assert figure.value == pytest.approx(exact.value, abs=1e-12)
    assert "BCa" in figure.method
    assert figure.low == pytest.approx(exact.low, abs=0.03)
    assert figure.high == pytest.approx(exact.high, abs=0.03)


def test_order_of_units_and_raters_does_not_matter():
    table = simulated(30)
    shuffled = [row[::-1] for row in table[::-1]]

    assert ALPHA(compared(table)).value == pytest.approx(ALPHA(compared(shuffled)).value, abs=1e-12)


def test_whole_groups_are_drawn():
    """Chats whose turns are all easy or all hard say less than as many single tasks."""
    rng = np.random.default_rng(5)
    chats = np.repeat(rng.random(40) < 0.5, 15)
    truth = rng.integers(1, 6, chats.size)
    noise = rng.integers(1, 6, (2, chats.size))
    table = np.where(chats, truth, noise).tolist()
    alone = ALPHA(compared(table))

    together = ALPHA(compared(table, group=np.repeat(np.arange(40), 15)))

    assert together.value == alone.value
    assert together.high - together.low > 2 * (alone.high - alone.low)
    assert "groups" in together.method


def test_nothing_shared_is_undefined_and_says_why():
    figure = ALPHA(compared([[1, None], [None, 2]]))

    assert figure.value is None
    assert figure.undefined_reason.code == "no_overlap"
    assert figure.excluded == {"fewer_than_two_answers": 2}


def test_answers_that_are_all_alike_are_undefined_and_not_perfect():
    figure = ALPHA(compared([[1, 1, 1], [1, 1, 1]]))

    assert figure.value is None
    assert figure.undefined_reason.code == "all_alike"


def test_too_few_units_have_no_interval():
    figure = ALPHA(compared([[1, 2, 3], [1, 2, 1]]))

    assert figure.value is not None
    assert figure.low is None
    assert figure.interval_reason.code == "too_few_units"


def test_near_perfect_agreement_has_an_interval_all_the_same():
    table = simulated(200, share=1.0)
    table[0][0] = table[1][0] % 5 + 1

    figure = ALPHA(compared(table))

    assert "boundary rule" in figure.method
    assert figure.low < figure.value < figure.high


def test_a_measure_that_counts_refuses_what_is_only_compared():
    with pytest.raises(LevelError, match="only compared"):
        measures["fleiss_kappa"](compared(TABLE))


class TestPairs:
    def test_few_answers_make_all_pairs(self):
        assert len(pairs_to_compare(np.arange(200))) == 199 * 100

    def test_the_same_answers_in_any_order_give_the_same_pairs(self):
        ids = np.random.default_rng(0).permutation(np.arange(10_000))

        assert (pairs_to_compare(ids) == pairs_to_compare(np.arange(10_000))).all()

    @pytest.mark.parametrize("number", [201, 500, 3_999, 4_001, 50_000])
    def test_every_answer_that_is_looked_at_comes_in_about_equally_often(self, number):
        pairs = pairs_to_compare(np.arange(number))

        often = np.unique(pairs, return_counts=True)[1]
        assert PAIRS * 0.95 <= len(pairs) <= PAIRS + number
        assert often.max() - often.min() <= 2
        assert (pairs[:, 0] < pairs[:, 1]).all()

    def test_one_answer_more_changes_only_the_pairs_around_it(self):
        before = set(map(tuple, pairs_to_compare(np.arange(3_000)).tolist()))

        after = set(map(tuple, pairs_to_compare(np.arange(3_001)).tolist()))

        assert len(after - before) < 60

    def test_the_hash_is_the_published_one(self):
        """SplitMix64 from the state 0: its first output."""
        assert hashed(np.array([0])).view(np.uint64)[0] == 0xE220A8397B1DCDAF
