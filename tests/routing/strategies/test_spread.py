"""Batches whose tasks depend on each other, against the plain method and its odds."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from skactiveml.pool import CoreSet

from apps.routing.strategies import CannotRank, Pool, spaces, strategies
from apps.routing.strategies.spaces import Space, scattered
from tests.routing.strategies.pools import pool_of


def plain_core_set(x: np.ndarray, known: np.ndarray, count: int) -> list[int]:
    nearest = ((x[:, None] - x[known]) ** 2).sum(axis=2).min(axis=1)
    chosen = []
    for _ in range(count):
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, ((x - x[chosen[-1]]) ** 2).sum(axis=1))
    return chosen


@pytest.mark.parametrize("front", [1, 3, 50, 100_000])
def test_core_set_is_that_of_the_plain_greedy_method(
    front: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spaces, "FRONT", front)
    pool = pool_of(600, labelled=20, seed=3)
    known = np.flatnonzero(pool.labels >= 0)

    order = strategies["core_set"](pool, count=80)

    assert order.tolist() == plain_core_set(pool.held("features"), known, 80)


# What joblib, behind that library, says on machines that do not tell their processors' cores.
@pytest.mark.filterwarnings("ignore:Could not find the number of physical cores")
def test_core_set_is_that_of_another_library() -> None:
    pool = pool_of(300, labelled=12, seed=5)
    known = np.where(pool.labels >= 0, pool.labels.astype(float), np.nan)

    theirs = CoreSet(random_state=0).query(X=pool.features, y=known, batch_size=40)

    assert strategies["core_set"](pool, count=40).tolist() == theirs.tolist()


def test_features_on_disk_and_of_half_the_precision_give_the_same(tmp_path: Path) -> None:
    pool = pool_of(500, labelled=10)
    single = pool.features.astype(np.float32)
    np.save(tmp_path / "features.npy", single)
    mapped = np.load(tmp_path / "features.npy", mmap_mode="r")

    for name in ("core_set", "badge", "contrastive", "density_weighted", "typical_first"):
        here = strategies[name](pool, count=20)
        there = strategies[name](replace(pool, features=mapped), count=20)
        np.testing.assert_array_equal(here, there)


def test_features_that_lie_far_from_zero_are_not_rounded_away() -> None:
    pool = pool_of(400, labelled=10)
    far = (pool.features + 1000).astype(np.float32)

    here = strategies["core_set"](pool, count=20)

    np.testing.assert_array_equal(
        strategies["core_set"](replace(pool, features=far), count=20), here
    )


def test_features_that_are_no_numbers_are_refused() -> None:
    pool = pool_of(20)
    pool.features[7, 2] = np.inf

    for strategy in strategies.values():
        if "features" in strategy.needs:
            with pytest.raises(CannotRank, match="not finite"):
                strategy(pool)


def test_distances_of_gradient_embeddings_are_those_of_the_embeddings() -> None:
    pool = pool_of(60, labelled=0)
    p = pool.probabilities
    weights = p - np.eye(4)[p.argmax(axis=1)]
    embedded = (weights[:, :, None] * pool.features[:, None, :]).reshape(60, -1)
    space = Space(pool.held("features"), np.arange(60), weights)
    nearest = np.full(60, np.inf)

    space.shrink(nearest, space.at(np.array([4, 30])))

    expected = ((embedded[:, None] - embedded[[4, 30]]) ** 2).sum(axis=2).min(axis=1)
    np.testing.assert_allclose(nearest, expected, atol=1e-9)


def test_lots_have_the_odds_of_one_by_one() -> None:
    """Four points on a line: the odds of each pair of picks, reckoned by hand, in 4,000 runs."""
    x = np.array([[0.0], [1.0], [3.0], [7.0]])
    start = (x[:, 0] - 0.0) ** 2
    expected = np.zeros((4, 4))
    for one in (1, 2, 3):
        left = np.minimum(start, (x[:, 0] - x[one, 0]) ** 2)
        expected[one] = start[one] / start.sum() * left / left.sum()

    seen = np.zeros((4, 4))
    space = Space(x, np.arange(4))
    for seed in range(4000):
        one, other = scattered(space, start.copy(), np.arange(4), 2, seed)
        seen[one, other] += 1

    likely = expected > 0
    assert seen[~likely].sum() == 0
    parted = (seen[likely] - 4000 * expected[likely]) ** 2 / (4000 * expected[likely])
    assert parted.sum() < 20.5  # chi-square of 5, 99.9 %


def test_badge_takes_no_duplicates_while_others_are_left() -> None:
    pool = pool_of(40, labelled=0)
    twice = np.repeat(np.arange(20), 2)
    pool = replace(pool, probabilities=pool.probabilities[twice], features=pool.features[twice])

    order = strategies["badge"](pool, count=20)

    assert sorted(twice[order].tolist()) == list(range(20))


def test_typical_first_takes_the_middle_of_each_group() -> None:
    rng = np.random.default_rng(1)
    middles = rng.normal(scale=50, size=(6, 5))
    group = np.repeat(np.arange(6), [100, 90, 80, 70, 60, 50])
    x = middles[group] + rng.normal(size=(450, 5))

    order = strategies["typical_first"](Pool(units=450, features=x), count=6)

    assert sorted(group[order].tolist()) == list(range(6))
    apart = np.linalg.norm(x - middles[group], axis=1)
    assert apart[order].mean() < 0.6 * apart.mean()


def test_typical_first_leaves_groups_that_have_a_label() -> None:
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.normal(size=(50, 3)), rng.normal(size=(30, 3)) + 40])
    labels = np.full(80, -1)
    labels[0] = 1

    order = strategies["typical_first"](Pool(units=80, features=x, labels=labels), count=1)

    assert order[0] >= 50


def test_uncertain_tasks_are_taken_apart_from_each_other() -> None:
    pool = pool_of(200, labelled=0)
    lead = np.sort(pool.held("probabilities"), axis=1)
    lead = lead[:, -1] - lead[:, -2]

    order = strategies["diverse_margin"].using(breadth=5)(pool, count=10)

    wide = np.argsort(lead)[:50]
    assert set(order.tolist()) <= set(wide.tolist())
    expected = plain_core_set(pool.features[wide], np.array([0]), 9)
    assert order.tolist() == [int(wide[0]), *wide[expected].tolist()]


def test_features_are_never_copied_as_a_whole(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(40_000, 128)).astype(np.float32)
    np.save(tmp_path / "features.npy", features)
    pool = pool_of(40_000, labelled=20)
    mapped = np.load(tmp_path / "features.npy", mmap_mode="r")
    pool = replace(pool, features=mapped)

    for strategy in strategies.values():
        if "features" in strategy.needs:
            tracemalloc.start()
            strategy(pool, count=8)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert peak < 0.6 * features.nbytes, strategy.name
