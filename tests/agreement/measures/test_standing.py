"""Each rater against the others; words for a figure; change over time; merged labels."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from apps.agreement.measures import LongForm, Patterns, measures
from apps.agreement.measures.benchmark import SCALES, memberships, probability_over, verdict
from apps.agreement.measures.distances import DISTANCES
from apps.agreement.measures.drift import changes
from apps.agreement.measures.merging import merge
from apps.agreement.measures.standing import apart, standing, standings

ALPHA = measures["krippendorff_alpha"]
SETS = [frozenset(s) for s in ("a", "ab", "b", "abc")]


def answers_of(level: str, seed: int = 5) -> LongForm:
    rng = np.random.default_rng(seed)
    values: list[Any] = SETS if level in {"jaccard", "masi"} else [1, 2, 4, 5]
    truth = rng.integers(0, 4, (40, 1))
    given = np.where(rng.random((40, 4)) < 0.6, truth, rng.integers(0, 4, (40, 4)))
    kept = np.flatnonzero(rng.random(160) < 0.8)
    unit, rater = np.indices(given.shape).reshape(2, -1)[:, kept]
    return LongForm.of(unit, rater, [values[code] for code in given.reshape(-1)[kept]])


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio", "jaccard", "masi"])
def test_alpha_is_the_weighted_mean_of_the_raters(level: str) -> None:
    answers = answers_of(level)
    found = apart(answers, level)
    assert answers.rater is not None

    each = standings(answers.rater[found.kept], found.distance, found.expected)

    mean = np.average(
        [one.value for one in each.values()], weights=[one.units for one in each.values()]
    )
    alpha = ALPHA(Patterns.of(answers), level=level, interval=False)
    assert mean == pytest.approx(alpha.value, abs=1e-9)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "jaccard"])
def test_a_distance_is_the_mean_over_the_others_of_the_unit(level: str) -> None:
    answers = answers_of(level)
    found = apart(answers, level)
    paired = answers.sizes[answers.unit] > 1
    marginals = np.bincount(answers.value[paired], minlength=len(answers.values)).astype(float)
    table = DISTANCES[level](answers.values, marginals)

    plain = [
        np.mean(
            [
                table[answers.value[i], answers.value[j]]
                for j in range(answers.unit.size)
                if j != i and answers.unit[j] == answers.unit[i]
            ]
        )
        for i in found.kept
    ]

    assert found.distance == pytest.approx(plain)


def test_its_interval_holds_the_truth_so_often() -> None:
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(1_000):
        distance = rng.choice([0.0, 0.5, 1.0], 60, p=[0.7, 0.2, 0.1])
        one = standing(n=60, s1=distance.sum(), s2=(distance**2).sum(), expected=0.6, most=1.0)
        held += one.low <= 1 - 0.2 / 0.6 <= one.high

    assert 930 <= held <= 985


def test_perfect_agreement_has_an_interval_too() -> None:
    one = standing(n=50, s1=0.0, s2=0.0, expected=0.6, most=1.0)

    assert (one.value, one.high) == (1.0, 1.0)
    assert 0.85 < one.low < 0.95


def test_whoever_changes_is_found_and_others_are_not() -> None:
    rng = np.random.default_rng(3)
    window = np.tile(np.repeat([0, 1, 2], 100), 30)
    rater = np.repeat(np.arange(30), 300)
    error = np.where((rater == 4) & (window == 2), 0.5, 0.15)
    distance = (rng.random(rater.size) < error).astype(float)

    found = changes(rater, distance, window)

    assert [who for who, one in found.items() if one.q <= 0.05] == [4]
    assert all(one.q >= one.p for one in found.values())


def test_windows_of_a_few_answers_tell_nothing() -> None:
    distance = np.array([0.0, 1.0] * 9)

    assert changes(np.zeros(18, np.int64), distance, np.repeat([0, 1], 9)) == {}


@pytest.mark.parametrize("scale", SCALES, ids=[scale.name for scale in SCALES])
@pytest.mark.parametrize("figure", [(0.78, 0.74, 0.82), (0.99, 0.9, 1.0), (-0.2, -0.5, 0.1)])
def test_the_ranges_share_out_all_there_is(scale: Any, figure: tuple[float, float, float]) -> None:
    levels = memberships(scale, *figure)

    assert sum(level.probability for level in levels) == pytest.approx(1)
    assert [level.at_least for level in levels] == sorted(level.at_least for level in levels)
    best = verdict(levels)
    assert best.at_least >= 0.95
    better = levels[: levels.index(best)]
    assert all(level.at_least < 0.95 for level in better)


def test_the_probability_of_a_goal_agrees_with_the_interval() -> None:
    assert probability_over(0.74, 0.78, 0.74, 0.82) == pytest.approx(0.975, abs=1e-3)
    assert probability_over(0.78, 0.78, 0.74, 0.82) == pytest.approx(0.5, abs=1e-3)
    assert probability_over(0.5, 0.7, 0.7, 0.7) == 1.0


@pytest.mark.parametrize("level", ["nominal", "ordinal"])
def test_merging_is_what_merged_answers_give(level: str) -> None:
    data = Patterns.of(answers_of(level))

    for first, second in combinations(data.values, 2):
        found = merge(ALPHA, data, first, second, level=level, replicates=200)
        names = [first if value == second else value for value in data.values]
        counts = [
            [int(row[[n == v for n in names]].sum()) for v in dict.fromkeys(names)]
            for row in data.counts
        ]
        plain = Patterns.from_rows(
            list(dict.fromkeys(names)),
            list(zip(counts, data.units.tolist(), strict=True)),
            ordered=data.ordered,
        )
        expected = ALPHA(plain, level=level, interval=False).value
        if level == "nominal" or data.values.index(second) - data.values.index(first) == 1:
            assert found.merged.value == pytest.approx(expected, abs=1e-9)
        assert found.alike is not None
        assert found.gain.low <= found.gain.value <= found.gain.high


def test_labels_in_sets_are_merged_inside_them() -> None:
    data = Patterns.from_rows(
        [frozenset("a"), frozenset("b"), frozenset("ac")],
        [([1, 1, 0], 20), ([2, 0, 0], 10), ([0, 0, 2], 12)],
    )

    found = merge(ALPHA, data, "a", "b", level="jaccard", replicates=200)

    assert found.merged.value == pytest.approx(1)
    assert found.alike is None


def test_two_labels_made_one_leave_nothing_to_measure() -> None:
    data = Patterns.from_rows("ab", [([1, 1], 20), ([2, 0], 10)])

    found = merge(ALPHA, data, "a", "b")

    assert found.merged.value is None
    assert found.gain.undefined_reason is not None
