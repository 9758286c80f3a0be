"""Sensitivity and specificity: the fourfold table, means over annotators, and their coverage."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from apps.quality.measures import diagnostic
from apps.quality.measures.diagnostic import (
    Readings,
    accuracy_of,
    by_reader,
    mean_sensitivity,
    mean_specificity,
)


def world(random: Any, readers: int = 5, cases: int = 60, per_cluster: int = 1) -> Readings:
    """Annotators of different skill read cases of different difficulty, each all of them."""
    skill, ease = random.normal(1.6, 0.5, readers), random.normal(0, 0.8, cases)
    there = random.random(cases) < 0.4
    right = random.random((readers, cases)) < 1 / (1 + np.exp(-(skill[:, None] + ease)))
    reader, case = np.indices((readers, cases)).reshape(2, -1)
    return Readings(
        reader=reader,
        cluster=case // per_cluster,
        is_read=np.where(there, right, ~right).ravel(),
        is_there=np.tile(there, readers),
    )


def test_the_published_example_comes_out() -> None:
    """Altman and Bland 1994 (BMJ 308: 1552 and 309: 102): liver scans of 344 patients."""
    there = np.repeat([True, True, False, False], [231, 27, 32, 54])
    read = np.repeat([True, False, True, False], [231, 27, 32, 54])

    found = accuracy_of(read, there)

    shares = [
        found.sensitivity.value,
        found.specificity.value,
        found.positive_predictive.value,
        found.negative_predictive.value,
    ]
    assert [round(one or 0, 2) for one in shares] == [0.90, 0.63, 0.88, 0.67]
    assert found.n == 344


def test_each_table_is_what_another_library_counts() -> None:
    readings = world(np.random.default_rng(1))

    for reader, found in enumerate(by_reader(readings)):
        mine = readings.reader == reader
        table = confusion_matrix(readings.is_there[mine], readings.is_read[mine])
        assert table.tolist() == [
            [found.true_negative, found.false_positive],
            [found.false_negative, found.true_positive],
        ]


def test_the_order_of_readings_changes_nothing() -> None:
    readings = world(np.random.default_rng(2))
    order = np.random.default_rng(3).permutation(readings.reader.size)
    turned = Readings(
        reader=readings.reader[order],
        cluster=readings.cluster[order],
        is_read=readings.is_read[order],
        is_there=readings.is_there[order],
    )

    assert by_reader(readings) == by_reader(turned)
    assert mean_sensitivity(readings).told == mean_sensitivity(turned).told


def test_what_is_turned_round_turns_sensitivity_into_specificity() -> None:
    readings = world(np.random.default_rng(4))
    turned = Readings(
        reader=readings.reader,
        cluster=readings.cluster,
        is_read=~readings.is_read,
        is_there=~readings.is_there,
    )

    assert mean_sensitivity(turned).told == mean_specificity(readings).told


def test_the_mean_is_over_annotators_and_not_over_readings() -> None:
    """One read a single case, rightly; the other nine, all wrongly."""
    readings = Readings(
        reader=np.array([0, *[1] * 9]),
        cluster=np.arange(10),
        is_read=np.array([True, *[False] * 9]),
        is_there=np.ones(10, bool),
    )

    assert mean_sensitivity(readings).told.value == pytest.approx(0.5)


def test_cases_of_one_group_are_drawn_together_so_the_interval_is_wider() -> None:
    random = np.random.default_rng(5)
    alone = world(random, cases=200)
    # In a group all is read alike, so it tells no more than one case.
    rights = np.repeat(alone.is_read.reshape(5, 200)[:, ::10], 10, axis=1)
    there = np.repeat(alone.is_there.reshape(5, 200)[:, ::10], 10, axis=1)
    widths = []
    for per_cluster in (1, 10):
        told = mean_sensitivity(
            Readings(
                reader=alone.reader,
                cluster=np.tile(np.arange(200) // per_cluster, 5),
                is_read=rights.ravel(),
                is_there=there.ravel(),
            )
        ).told
        assert told.low is not None
        assert told.high is not None
        widths.append(told.high - told.low)

    assert widths[1] > 1.3 * widths[0]


@pytest.mark.parametrize(
    ("there", "cluster", "why"),
    [
        ([False, False], [0, 1], "No case of the reference"),
        ([True, True], [0, 0], "one case alone"),
    ],
)
def test_what_cannot_be_told_says_why(there: list[bool], cluster: list[int], why: str) -> None:
    found = mean_sensitivity(
        Readings(
            reader=np.array([0, 1]),
            cluster=np.array(cluster),
            is_read=np.array([True, False]),
            is_there=np.array(there),
        )
    )

    assert why in found.why_not
    assert found.told.low is None


def test_nobody_has_read_anything() -> None:
    empty = np.zeros(0, np.int64)
    none = Readings(reader=empty, cluster=empty, is_read=empty > 0, is_there=empty > 0)

    assert by_reader(none) == []
    assert mean_sensitivity(none).told.value is None


@pytest.mark.proof
def test_intervals_hold_the_truth_of_other_annotators_and_other_cases(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Counted beforehand over 250 worlds each: .972 (3 x 60), .980 (5 x 60), .940 (5 x 200), .976 (10 x 100)
    and .972 (20 x 200)."""
    monkeypatch.setattr(diagnostic, "REPLICATES", 500)
    random = np.random.default_rng(6)
    logit = random.normal(1.6, np.hypot(0.5, 0.8), 1_000_000)
    truth = float((1 / (1 + np.exp(-logit))).mean())

    for readers, cases in ((3, 60), (5, 200), (20, 200)):
        told = [mean_sensitivity(world(random, readers, cases), seed=i).told for i in range(150)]
        held = [(one.low or 0) <= truth <= (one.high or 1) for one in told]
        assert 0.9 <= np.mean(held) <= 1
