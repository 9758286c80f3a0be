"""Numbers are foretold with limits that hold, by lines and by trees."""

from __future__ import annotations

import doctest
import importlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import Ridge

from apps.routing.learners.boosting import (
    BoostSettings,
    train_boosted,
    train_boosted_number,
)
from apps.routing.learners.columns import columns_of
from apps.routing.learners.conformal import TooFewNumbers, radius_of
from apps.routing.learners.features import row_of, sums_of, table_of
from apps.routing.learners.linear import TooFew
from apps.routing.learners.regression import NumberSettings, train_number


@pytest.mark.parametrize(
    "module",
    [
        "boosting",
        "columns",
        "conformal",
        "lookup",
        "many",
        "pictures",
        "regression",
        "search",
        "spreads",
        "tokens",
    ],
)
def test_the_examples_are_right(module: str) -> None:
    assert doctest.testmod(importlib.import_module(f"apps.routing.learners.{module}")).failed == 0


WEIGHTS = np.array([2.0, -1.0, 0.5, 0.0])


def straight(rng: np.random.Generator, many: int) -> tuple[np.ndarray, np.ndarray]:
    """A line, with noise that has long ends: limits may not hang on a bell curve."""
    x = rng.normal(size=(many, 4))
    return x, x @ WEIGHTS + 5 + 0.5 * rng.standard_t(3, many)


def bent(rng: np.random.Generator, many: int) -> tuple[np.ndarray, np.ndarray]:
    """What no line says: two columns that act together, one of them missing at times."""
    x = rng.uniform(-1, 1, (many, 3)).astype(np.float32)
    y = np.where(x[:, 0] * x[:, 1] > 0, 1.0, 4.0) + 0.2 * rng.normal(size=many)
    x[rng.random(many) < 0.1, 2] = np.nan
    return x, y


def uneven(rng: np.random.Generator, many: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise that one of the columns tells of."""
    x = rng.uniform(0, 1, (many, 2)).astype(np.float32)
    return x, x[:, 1] + rng.normal(size=many) * (0.1 + 2 * x[:, 0])


def by_line(x: Any, y: np.ndarray, is_held: np.ndarray, **more: Any) -> Any:
    return train_number(x, y, is_held=is_held, settings=NumberSettings(**more))


def by_trees(x: Any, y: np.ndarray, is_held: np.ndarray, **more: Any) -> Any:
    settings = BoostSettings(has_spread=False, **more)
    return train_boosted_number(x, y, is_held=is_held, settings=settings)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("learn", "world", "rounds"),
    [
        (by_line, straight, 60),
        (by_line, uneven, 60),
        pytest.param(by_trees, bent, 25, marks=pytest.mark.proof),
    ],
)
@pytest.mark.parametrize("level", [0.8, 0.9])
def test_limits_hold_as_often_as_they_say(
    learn: Any, world: Any, rounds: int, level: float
) -> None:
    """On new answers, with a model, a hold-out and noise anew each time."""
    inside = measured = 0.0
    for seed in range(rounds):
        rng = np.random.default_rng(seed)
        x, y = world(rng, 400)
        model = learn(x, y, np.arange(400) % 4 == 0, level=level, seed=seed)
        new_x, new_y = world(rng, 400)
        said = model(new_x)
        inside += ((said.low <= new_y) & (new_y <= said.high)).mean() / rounds
        measured += model.held.covered.value / rounds

    # 100 answers in the hold-out: what one of them gives varies by .04 at most, so the mean by .01.
    assert level - 0.015 < inside < level + 0.04
    # What is told as measured is what happens to others.
    assert measured == pytest.approx(inside, abs=0.02)


@pytest.mark.parametrize("train", [by_line, train_boosted_number])
def test_limits_are_wider_where_it_is_further_off(train: Any) -> None:
    rng = np.random.default_rng(5)
    x, y = uneven(rng, 900)
    settings = {} if train is by_line else {"settings": BoostSettings(most_rounds=40)}
    model = train(x, y, is_held=np.arange(900) % 3 == 0, **settings)
    new_x, new_y = uneven(rng, 900)
    said, is_quiet = model(new_x), new_x[:, 0] < 0.5

    width, inside = said.high - said.low, (said.low <= new_y) & (new_y <= said.high)
    assert width[is_quiet].mean() < 0.75 * width[~is_quiet].mean()
    assert 0.85 < inside.mean() < 0.95
    near, is_near = model.within(new_x, 0.5), np.abs(said.value - new_y) < 0.5
    assert near.mean() == pytest.approx(is_near.mean(), abs=0.06)
    assert near[is_quiet].mean() > near[~is_quiet].mean() + 0.1


def test_a_line_is_that_of_another_library() -> None:
    x, y = straight(np.random.default_rng(0), 300)
    is_held = np.arange(300) % 3 == 0
    model = by_line(x, y, is_held)
    theirs = Ridge(alpha=model.settled["strength"]).fit(x[~is_held], y[~is_held])

    np.testing.assert_allclose(model(x).value, theirs.predict(x), atol=0.05)
    assert model.held.saved.low > 0
    assert model.held.error.low < model.held.error.value < model.held.error.high


def test_sparse_rows_give_the_same_line() -> None:
    x, y = straight(np.random.default_rng(0), 300)
    is_held = np.arange(300) % 3 == 0

    thin, full = by_line(sparse.csr_array(x), y, is_held), by_line(x, y, is_held)

    np.testing.assert_allclose(thin(sparse.csr_array(x)).value, full(x).value, atol=1e-6)


@pytest.mark.parametrize(("learn", "world"), [(by_line, straight), (by_trees, bent)])
def test_the_hold_out_is_not_learned_from(learn: Any, world: Any) -> None:
    x, y = world(np.random.default_rng(0), 400)
    is_held = np.arange(400) % 4 == 0
    wrong = np.where(is_held, y + 1_000, y)

    model, other = learn(x, y, is_held), learn(x, wrong, is_held)

    np.testing.assert_array_equal(model(x).value, other(x).value)
    assert other.held.error.value > 900
    # It has seen that it is wrong, and says so with its limits.
    assert other.radius > 900


@pytest.mark.parametrize("learn", [by_line, by_trees])
def test_nothing_is_said_beyond_the_scale(learn: Any) -> None:
    x, y = bent(np.random.default_rng(1), 300)
    x = np.nan_to_num(x)
    model = learn(x, np.clip(y, 1, 4), np.arange(300) % 3 == 0, low=1, high=4)
    said = model(x * 100)

    for part in (said.value, said.low, said.high):
        assert part.min() >= 1
        assert part.max() <= 4
    assert (said.low <= said.value).all()
    assert (said.value <= said.high).all()


@pytest.mark.parametrize("learn", [by_line, by_trees])
def test_a_small_hold_out_gives_no_limits_and_none_no_figures(learn: Any) -> None:
    x, y = straight(np.random.default_rng(1), 100)
    few, none = learn(x, y, np.arange(100) < 5), learn(x, y, np.zeros(100, bool))

    assert np.isinf(few(x).high).all()
    assert few.held.covered.value is None
    assert few.held.error.n == 5
    assert none.held.error.value is None
    assert none.held.error.n == 0
    with pytest.raises(TooFewNumbers):
        learn(x, np.ones(100), np.zeros(100, bool))


@given(st.integers(1, 60), st.integers(50, 99), st.integers(0, 2**31))
def test_the_radius_holds_the_level_of_any_hold_out(n: int, percent: int, seed: int) -> None:
    apart = np.random.default_rng(seed).exponential(size=n)
    radius, level = radius_of(apart, percent / 100), percent / 100

    # Of the n + 1 places that a new answer may take among them, enough are within.
    assert np.isinf(radius) or (apart <= radius).sum() >= level * (n + 1) - 1e-9
    assert np.isfinite(radius) == (np.ceil((n + 1) * level) <= n)


def test_trees_learn_what_no_line_can_and_say_how_sure_they_are() -> None:
    rng = np.random.default_rng(3)
    x = rng.uniform(-1, 1, (3_000, 4)).astype(np.float32)
    chance = np.where(x[:, 0] * x[:, 1] > 0, 0.9, 0.1)
    label = (rng.random(3_000) < chance).astype(np.int64) * 2
    is_held = np.arange(3_000) % 3 == 0

    model = train_boosted(x, label, 4, is_held=is_held, settings=BoostSettings())

    said = model(x)
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-5)
    # Labels that nobody gave are impossible.
    assert (said[:, [1, 3]] == 0).all()
    assert model.held.accuracy.value > 0.85
    assert model.held.calibration_error < 0.06
    assert np.abs(said[:, 2] - chance).mean() < 0.1
    assert 0 < model.rounds < BoostSettings().most_rounds
    assert model(x[:0]).shape == (0, 4)


def test_trees_come_out_alike_a_second_time_and_need_two_labels() -> None:
    x, y = bent(np.random.default_rng(4), 400)
    label = (y > 2.5).astype(np.int64) + 2 * (np.arange(400) % 5 == 0)
    is_held = np.arange(400) % 4 == 0
    one, two = (
        train_boosted(x, label, 4, is_held=is_held, settings=BoostSettings()) for _ in range(2)
    )

    assert (one(x) == two(x)).all()
    none = train_boosted(
        x, label, 4, is_held=np.zeros(400, bool), settings=BoostSettings(most_rounds=7)
    )
    assert (none.rounds, none.temperature, none.held.accuracy.n) == (7, 1.0, 0)
    with pytest.raises(TooFew, match="only one label"):
        train_boosted(x, label * 0, 4, is_held=is_held, settings=BoostSettings())
    with pytest.raises(TooFew, match="at most 40 labels"):
        train_boosted(x, np.arange(400), 400, is_held=is_held, settings=BoostSettings())


def test_a_task_without_a_column_is_a_row_all_the_same() -> None:
    data: list[dict[str, Any]] = [
        {"price": at, "land": "no", "vector": [1.0, 2.0, 3.0, float(at)]} for at in range(8)
    ]
    data += [{"price": None, "land": "se"}] * 8 + [{"text": "no such thing"}, {"rare": 3}]
    rows = table_of([row_of(one)[1] for one in data])
    columns = columns_of(sums_of(rows), len(data))

    # The price and two lands; a vector is no table, and what one task has tells nothing.
    found = columns.table(rows[[3, 8, 16]])
    assert columns.is_table
    assert sorted(found[0].tolist()) == [0, 1, 3]
    assert sorted(found[1][~np.isnan(found[1])].tolist()) == [0, 1]
    assert np.isnan(found).sum(axis=1).tolist() == [0, 1, 1]
    assert found[2][~np.isnan(found[2])].tolist() == [0, 0]
