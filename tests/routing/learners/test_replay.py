"""A replay tells a strategy that helps from one that does not, and catches one that cheats."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression

from apps.routing.learners.replay import Answered, Known, Mean, Plan, by_lot, replay
from apps.routing.strategies import Pool, strategies

PLAN = Plan(start=40, batch=40, last=240, seeds=(0, 1, 2, 3))


def answered(seed: int = 0, noise: float = 0.0) -> Answered:
    """Two labels, of which one is rare, told by two of six features."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2_500, 6)).astype(np.float32)
    label = (x[:, 0] + 0.6 * x[:, 1] > 1.2).astype(np.int64)
    label = np.where(rng.random(2_500) < noise, 1 - label, label)
    return Answered(
        rows=x[:1500], label=label[:1500], test_rows=x[1500:], test_label=label[1500:], labels=2
    )


def margin(known: Known, count: int, seed: int) -> np.ndarray:
    return strategies["margin"](Pool(**vars(known)), count=count, seed=seed)


def settled(rows: Any, label: np.ndarray, labels: int, seed: int) -> Any:
    """A model without chance of its own, so that only what was asked for makes a difference."""
    return LogisticRegression(C=10).fit(rows, label).predict_proba


def test_a_strategy_that_helps_is_seen_to_help() -> None:
    plan = Plan(start=40, batch=40, last=240, seeds=tuple(range(10)))
    found = replay(answered(), {"random_order": by_lot, "margin": margin}, plan, learn=settled)

    average = found.gained_on_average("margin")
    assert average.low > 0
    assert average.n == 10
    # All start from the same tasks with the same model.
    assert found.gained("margin")[0].value == 0
    assert found.tested == 1_000
    assert found.sizes == (40, 80, 120, 160, 200, 240)
    assert [one.value for one in found.gained("random_order")] == [0] * 6


@pytest.mark.proof
def test_one_that_does_not_help_is_not_seen_to() -> None:
    def other_lots(known: Known, count: int, seed: int) -> np.ndarray:
        return by_lot(known, count, seed + 1_000)

    plan = Plan(start=40, batch=100, last=240, seeds=tuple(range(12)))
    found = replay(answered(), {"random_order": by_lot, "other": other_lots}, plan)

    average = found.gained_on_average("other")
    assert average.low < 0 < average.high


def test_nothing_is_told_but_what_was_asked_for() -> None:
    seen: list[Known] = []

    def spy(known: Known, count: int, seed: int) -> np.ndarray:
        seen.append(known)
        return by_lot(known, count, seed)

    data = answered()
    replay(data, {"random_order": spy}, Plan(start=40, batch=40, last=120, seeds=(0,)))

    assert [int((one.labels >= 0).sum()) for one in seen] == [40, 80]
    for one in seen:
        known = one.labels >= 0
        assert (one.labels[known] == data.label[known]).all()
        assert one.probabilities.shape == (1_500, 2)


@pytest.mark.parametrize(
    ("places", "message"),
    [
        (lambda known, count: np.flatnonzero(known.labels >= 0)[:count], "known already"),
        (lambda _, count: np.zeros(count, np.int64), "known already"),
        (lambda known, count: np.flatnonzero(known.labels < 0)[: count - 1], "in place of"),
    ],
)
def test_a_strategy_that_cheats_is_caught(places: Any, message: str) -> None:
    def cheat(known: Known, count: int, seed: int) -> np.ndarray:
        return places(known, count)

    with pytest.raises(ValueError, match=message):
        replay(answered(), {"random_order": by_lot, "cheat": cheat}, PLAN)


def test_without_a_base_there_is_nothing_to_say() -> None:
    with pytest.raises(ValueError, match="Nothing to compare with"):
        replay(answered(), {"margin": margin}, PLAN)


def test_few_tasks_of_one_label_are_no_error() -> None:
    few = Answered(
        rows=np.eye(6), label=np.zeros(6, np.int64), test_rows=np.eye(6),
        test_label=np.zeros(6, np.int64), labels=3,
    )  # fmt: skip
    heard: list[tuple[int, int]] = []

    found = replay(
        few, {"random_order": by_lot}, Plan(start=2, batch=3, last=99, seeds=(0, 1)),
        told=lambda *at: heard.append(at),
    )  # fmt: skip

    assert found.sizes == (2, 5, 6)
    assert (found.accuracy["random_order"] == 1).all()
    assert heard == [(1, 2), (2, 2)]
    single = replay(few, {"random_order": by_lot}, Plan(start=99, seeds=(0,)))
    assert single.gained_on_average("random_order").value == 0


def test_limits_over_seeds_are_students() -> None:
    values = [0.61, 0.64, 0.6, 0.66]
    low, high = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    found = Mean.of(values)

    assert found.low == pytest.approx(low)
    assert found.high == pytest.approx(high)
