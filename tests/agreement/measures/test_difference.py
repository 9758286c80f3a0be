"""Differences of two figures: of different units, of the same units, and of slices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from apps.agreement.measures import (
    Figure,
    LevelError,
    Paired,
    Patterns,
    benjamini_hochberg,
    difference,
    measures,
    paired_difference,
    slice_differences,
)
from apps.agreement.measures.groups import Groups
from apps.agreement.measures.slices import permutation_p, together

ALPHA = measures["krippendorff_alpha"]


def answers(units: int, share: float, seed: int) -> np.ndarray:
    """Raters x units: a rater knows the truth with this share, and guesses else."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, units)
    return np.where(rng.random((2, units)) < share, truth, rng.integers(0, 3, (2, units)))


def figure(value: float | None, low: float | None, high: float | None) -> Figure:
    return Figure(measure="m", level="nominal", value=value, low=low, high=high)


def test_symmetric_intervals_add_up_by_their_squares() -> None:
    found = difference(figure(0.8, 0.7, 0.9), figure(0.6, 0.4, 0.8))

    arm = (0.1**2 + 0.2**2) ** 0.5
    assert (found.low, found.high) == pytest.approx((0.2 - arm, 0.2 + arm))


def test_p_is_below_a_twentieth_when_the_interval_leaves_out_zero() -> None:
    apart = difference(figure(0.9, 0.8, 0.95), figure(0.7, 0.6, 0.78))
    near = difference(figure(0.8, 0.7, 0.9), figure(0.75, 0.6, 0.8))

    assert apart.low > 0
    assert apart.p < 0.05
    assert near.low < 0
    assert near.p > 0.05


def test_the_other_way_round_is_the_same_with_another_sign() -> None:
    a, b = figure(0.9, 0.8, 0.95), figure(0.7, 0.6, 0.78)

    there, back = difference(a, b), difference(b, a)

    assert (there.value, there.low, there.high, there.p) == pytest.approx(
        (-back.value, -back.high, -back.low, back.p)
    )


def test_an_undefined_figure_and_one_without_interval_say_so() -> None:
    undefined = difference(figure(None, None, None), figure(0.5, 0.4, 0.6))
    bare = difference(figure(0.5, None, None), figure(0.4, 0.3, 0.6))

    assert undefined.undefined_reason.code == "one_undefined"
    assert bare.value == pytest.approx(0.1)
    assert bare.interval_reason.code == "one_without_interval"
    assert bare.p is None


def paired(first: np.ndarray, second: np.ndarray, group: np.ndarray | None = None) -> Paired:
    units = first.shape[1]
    return Paired.from_long(
        np.tile(np.arange(units), 4),
        np.repeat(np.tile([0, 1], 2), units),
        np.concatenate([first.reshape(-1), second.reshape(-1)]),
        is_second=np.repeat([False, True], 2 * units),
        group=None if group is None else np.tile(group, 4),
    )


def test_the_same_units_twice_differ_by_less_than_two_samples_would() -> None:
    first = answers(200, 0.8, 1)
    second = first.copy()
    second[1, :20] = (second[1, :20] + 1) % 3

    both = paired_difference(ALPHA, paired(first, second), replicates=2000)
    alone = difference(*(ALPHA(Patterns.from_matrix(one)) for one in (first, second)))

    assert both.value == pytest.approx(alone.value, abs=1e-12)
    assert both.high - both.low < 0.6 * (alone.high - alone.low)


def test_pairs_of_different_units_are_as_two_samples() -> None:
    first, second = answers(150, 0.8, 1), answers(150, 0.6, 2)
    data = Paired.from_long(
        np.concatenate([np.tile(np.arange(150), 2), np.tile(np.arange(150, 300), 2)]),
        np.tile(np.repeat([0, 1], 150), 2),
        np.concatenate([first.reshape(-1), second.reshape(-1)]),
        is_second=np.repeat([False, True], 300),
    )

    found = paired_difference(ALPHA, data, replicates=4000)
    apart = difference(*(ALPHA(Patterns.from_matrix(one)) for one in (first, second)))

    assert (found.low, found.high) == pytest.approx((apart.low, apart.high), abs=0.03)


def test_groups_are_drawn_with_their_units() -> None:
    rng = np.random.default_rng(3)
    hard = np.repeat(rng.random(30) < 0.5, 10)
    first = np.where(hard, answers(300, 0.2, 1), answers(300, 1.0, 1))
    second = answers(300, 0.7, 2)

    together_ = paired_difference(ALPHA, paired(first, second, np.repeat(np.arange(30), 10)))
    alone = paired_difference(ALPHA, paired(first, second))

    assert "groups" in together_.method
    assert together_.high - together_.low > 1.5 * (alone.high - alone.low)


def test_missing_answers_are_refused_in_pairs() -> None:
    with pytest.raises(ValueError, match="missing"):
        Paired.from_long([1, 1], ["a", "b"], [1, None], is_second=[False, True])


def test_a_level_that_the_measure_lacks_is_refused_in_pairs() -> None:
    with pytest.raises(LevelError):
        paired_difference(
            measures["scott_pi"], paired(answers(20, 1, 1), answers(20, 1, 2)), level="ratio"
        )


def test_rates_of_false_discovery_are_those_of_scipy() -> None:
    p = np.random.default_rng(0).random(50) ** 3

    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p))
    assert benjamini_hochberg(np.empty(0)).size == 0


def slices(shares: list[float], units: int = 120, seed: int = 0) -> dict[object, Patterns]:
    return {
        f"s{i}": replace(
            Patterns.from_matrix(answers(units, share, seed * 1000 + i)), ordered=False
        )
        for i, share in enumerate(shares)
    }


def test_the_slice_that_is_worse_is_found() -> None:
    found = slice_differences(ALPHA, slices([0.8] * 7 + [0.3]), replicates=500)

    assert found["s7"].differs()
    assert found["s7"].difference.value < -0.3
    # The poor one is in the rest of each good one, which so lies a little above it.
    assert all(found[f"s{i}"].difference.value < 0.2 for i in range(7))


def test_equal_slices_are_rarely_said_to_differ() -> None:
    """Of 30 projects without any difference about one in twenty may show one."""
    alarms = sum(
        any(
            one.differs()
            for one in slice_differences(
                ALPHA, slices([0.7] * 5, seed=seed + 1), replicates=200
            ).values()
        )
        for seed in range(30)
    )

    assert alarms <= 5


def test_p_by_dealing_out_is_spread_evenly_where_nothing_differs() -> None:
    found = [
        permutation_p(ALPHA, *slices([0.7, 0.7], units=60, seed=seed).values(), most=199)
        for seed in range(1, 101)
    ]

    told = np.array(found, float)
    assert 0.35 < told.mean() < 0.65
    assert (told <= 0.1).mean() <= 0.2


def test_slices_of_groups_take_their_intervals_word() -> None:
    data = {
        name: replace(
            each,
            groups=Groups(
                group=np.repeat(np.arange(20), each.units.size),
                pattern=np.tile(np.arange(each.units.size), 20),
                units=np.tile(np.maximum(each.units // 20, 1), 20),
            ),
        )
        for name, each in slices([0.8, 0.3], units=400).items()
    }

    found = slice_differences(ALPHA, data, replicates=500)

    assert found["s0"].difference.p == found["s1"].difference.p
    assert "groups" in found["s0"].difference.first.method


def test_a_slice_without_overlap_has_no_p_and_does_not_count() -> None:
    data = slices([0.8, 0.8])
    lone = replace(data["s0"], counts=np.eye(3, dtype=np.int64), units=np.array([5, 5, 5]))

    found = slice_differences(ALPHA, data | {"lone": lone}, replicates=200)

    assert found["lone"].q is None
    assert not found["lone"].differs()
    assert found["s0"].q is not None


def test_slices_with_other_values_are_refused() -> None:
    with pytest.raises(ValueError, match="different values"):
        together([Patterns.from_matrix([[1], [1]]), Patterns.from_matrix([[2], [2]])])
    with pytest.raises(ValueError, match="another one"):
        together([])
