"""Answers one by one until the verdict is probable enough: by hand, and in a known world."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from apps.consensus.aggregators import Answers, Model, aggregators
from apps.consensus.aggregators.stopping import BARS, Replay, choices, replayed, stopped


def world(units: int = 600, of: int = 7, seed: int = 0) -> tuple[Answers, np.ndarray]:
    """Ten raters who are right on 60 to 95 %, seven answers to each unit."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, units)
    unit = np.tile(np.arange(units), of)
    rater = np.stack([rng.permutation(10)[:of] for _ in range(units)], axis=1).reshape(-1)
    knows = rng.random(unit.size) < np.linspace(0.6, 0.95, 10)[rater]
    value = np.where(knows, truth[unit], rng.integers(0, 3, unit.size))
    return Answers(unit=unit, rater=rater, value=value, values=(0, 1, 2), units=units), truth


def of_world(name: str = "one_coin", **more: object) -> tuple[Replay, np.ndarray, Model]:
    answers, truth = world()
    model = aggregators[name]
    assert isinstance(model, Model)
    fitted = model.fit(answers, "label")

    def credit(unit: int, winners: object) -> float:
        return float(np.mean([winner == truth[unit] for winner in winners]))  # type: ignore[attr-defined]

    return replayed(model, answers, "label", fitted, credit=credit, **more), truth, model  # type: ignore[arg-type]


def by_hand() -> Replay:
    """Two units: sure after two answers, rightly; sure after one, wrongly, and after all right."""
    nan = np.nan
    return Replay(
        number=np.array([3, 2]),
        probability=np.array([[0.6, 0.9], [0.95, 0.7], [0.99, nan]]),
        is_same=np.array([[0.0, 0.0], [1.0, 1.0], [1.0, nan]]),
        credit=np.array([[0.0, 0.0], [1.0, 1.0], [1.0, nan]]),
    )


def test_stops_at_the_first_verdict_that_is_probable_enough() -> None:
    found = stopped(by_hand(), least=1, bar=0.9)

    assert found is not None
    assert (found.units, found.used) == (2, (2 + 1) / 2)
    assert found.saved == pytest.approx((1 / 3 + 1 / 2) / 2)
    assert (found.same, found.right, found.right_of_all) == (0.5, 0.5, 1.0)
    assert found.saved_low <= found.saved <= found.saved_high
    assert found.same_low < found.same < found.same_high


def test_asks_for_the_least_first_and_never_stops_before() -> None:
    found = stopped(by_hand(), least=2, bar=0.5)

    assert found is not None
    assert (found.units, found.used, found.same) == (1, 2, 1.0)
    assert stopped(by_hand(), least=3, bar=0.5) is None


def test_what_is_never_sure_has_used_all_it_had() -> None:
    found = stopped(by_hand(), least=1, bar=0.995)

    assert found is not None
    assert (found.used, found.saved, found.same) == (2.5, 0.0, 1.0)


def test_a_higher_bar_costs_more_and_is_right_more_often() -> None:
    replay, _, _ = of_world()

    found = [one for one in choices(replay) if one.least == 1]

    assert [one.bar for one in found] == list(BARS)
    assert all(a.used <= b.used for a, b in pairwise(found))
    assert all(a.same <= b.same for a, b in pairwise(found))
    best = found[-1]
    assert best.saved > 0.2
    assert best.same > 0.97
    assert best.right is not None
    assert best.right_of_all is not None
    assert best.right > best.right_of_all - 0.02


def test_it_is_right_as_often_as_the_bar_says() -> None:
    """Where the model is right of the world, what stops at .9 is right on .9 at least."""
    replay, _, _ = of_world()

    found = stopped(replay, least=1, bar=0.9)

    assert found is not None
    assert found.right is not None
    assert found.right >= 0.88
    assert found.known == found.units == 600


def test_answers_one_by_one_do_better_than_as_many_for_all() -> None:
    replay, _, _ = of_world()
    found = stopped(replay, least=1, bar=0.9)
    assert found is not None
    assert found.right is not None

    # As many answers for each as the bar took on average, rounded up.
    fixed = replay.credit[int(np.ceil(found.used)) - 1].mean()

    assert found.right > fixed


def test_what_is_put_right_decides() -> None:
    replay, _, _ = of_world(put_right=lambda said: said * 0.5)

    found = stopped(replay, least=1, bar=0.7)

    assert found is not None
    assert found.saved == 0.0


def test_units_with_one_answer_tell_nothing_and_many_are_sampled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("apps.consensus.aggregators.stopping.MOST", 50)
    replay, _, model = of_world()
    alone = Answers.of([1, 2], "xy", "ab")

    assert replay.number.size == 50
    assert choices(replayed(model, alone, "label", model.fit(alone, "label"))) == []
