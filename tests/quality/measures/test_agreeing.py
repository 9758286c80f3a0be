"""Agreement within groups and across: known truth, few tasks, and tasks that belong together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from apps.quality.measures.agreeing import Given, agreement_by_group, between

CROWD = 6


def simulated(tasks: int, right: Any, seed: int = 0, **more: Any) -> Given:
    """Six people answer each task with one of three labels, each right by a skill of their own."""
    rng = np.random.default_rng(seed)
    unit, rater = np.repeat(np.arange(tasks), CROWD), np.tile(np.arange(CROWD), tasks)
    is_right = rng.random(unit.size) < np.asarray(right)[rater]
    value = np.where(is_right, rng.integers(0, 3, tasks)[unit], rng.integers(0, 3, unit.size))
    return Given(unit=unit, rater=rater, value=value, **more)


GROUPS = {"day": [0, 1, 2], "night": [3, 4, 5]}


def test_people_who_are_alike_are_not_told_apart_and_the_truth_is_in_the_intervals() -> None:
    """Two who are right by .8 agree beyond chance by .8 * .8."""
    told = [
        agreement_by_group(simulated(200, [0.8] * CROWD, seed), GROUPS)[0] for seed in range(12)
    ]
    assert sum(row["q"] <= 0.05 for row in told) <= 2
    for name in ("value", "between"):
        low, high = ("low", "high") if name == "value" else ("between_low", "between_high")
        assert sum(row[low] <= 0.64 <= row[high] for row in told) >= 10


def test_across_two_groups_it_is_the_product_of_their_skills() -> None:
    given = simulated(4_000, [0.9] * 3 + [0.5] * 3)
    [day, night] = agreement_by_group(given, GROUPS)
    assert day["between"] == pytest.approx(0.45, abs=0.03)
    assert day["between"] == pytest.approx(night["between"])
    assert (day["difference"], day["q"] < 0.01) == (pytest.approx(0.56, abs=0.05), True)


def test_of_few_tasks_nothing_is_said() -> None:
    [day, night] = agreement_by_group(simulated(9, [0.9] * CROWD), GROUPS)
    for row in (day, night):
        assert [row[name] for name in ("value", "others", "q", "between")] == [None] * 4
    assert (day["units"], day["between_units"]) == (9, 9)


def test_tasks_that_belong_together_widen_what_is_said_across() -> None:
    """Four copies of each task tell no more than one."""
    one = simulated(100, [0.7] * CROWD)
    unit = np.concatenate([one.unit + 100 * copy for copy in range(4)])
    four = Given(
        unit=unit, rater=np.tile(one.rater, 4), value=np.tile(one.value, 4), cluster=unit % 100
    )
    first, copied = (between(each, each.rater < 3) for each in (one, four))
    for name in ("between", "between_low", "between_high"):
        assert copied[name] == pytest.approx(first[name], abs=1e-9)
