"""A search finds what is better, costs little, and does not praise what chance has made look good."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from apps.routing.learners.linear import Settings, TooFew, train
from apps.routing.learners.losses import of_labels
from apps.routing.learners.search import OF_LINES, Between, OneOf, Space, search, search_worth


@dataclass(frozen=True)
class Two:
    rate: float = 1.0
    depth: int = 3
    name: str = "plain"


SPACE: Space = {
    "rate": Between(low=1e-3, high=10.0, is_log=True),
    "depth": Between(low=1, high=9, is_whole=True),
    "name": OneOf(("plain", "other")),
}


def loss(one: Two, many: int) -> float:
    """Best at .1, 6 and other; few lessons tell it with noise."""
    noise = np.random.default_rng([round(one.rate * 1e6), many]).normal() * 20 / many
    away = abs(np.log10(one.rate) + 1) + abs(one.depth - 6) / 3 + 0.5 * (one.name == "plain")
    return float(away + noise)


def test_the_best_is_found_with_less_than_all_on_everything() -> None:
    asked: Counter[int] = Counter()

    def counted(one: Two, many: int) -> float:
        asked[many] += 1
        return loss(one, many)

    found = search(Two(), SPACE, counted, lessons=2_700, tries=54, seed=1)

    assert loss(found.best.settings, 10**9) < 0.6 < loss(Two(), 10**9)
    assert found.lessons == (100, 300, 900, 2_700)
    assert asked[100] == 55
    # About a third of them each time; who comes first goes on more easily.
    assert asked[2_700] < asked[900] < asked[300] < 0.6 * 55
    work = sum(many * times for many, times in asked.items())
    assert work < 0.35 * 55 * 2_700
    assert found.trials[0].settings == Two()
    assert len(found.trials[0].losses) == 4
    assert [one.is_done for one in found.trials].count(True) == asked[2_700]


@pytest.mark.parametrize("way", ["tpe", "random"])
def test_a_search_is_stopped_by_who_hears_of_it(way: Any) -> None:
    def enough(number: int) -> None:
        if number == 3:
            raise KeyError("cancelled")

    with pytest.raises(KeyError, match="cancelled"):
        search(Two(), SPACE, loss, lessons=900, way=way, tell=enough)


def test_the_same_seed_finds_the_same() -> None:
    one, two, other = (
        search(Two(), SPACE, loss, lessons=900, seed=seed).best for seed in (4, 4, 5)
    )

    assert one == two
    assert one != other


def test_where_nothing_is_better_the_usual_settings_stay() -> None:
    def flat(one: Two, many: int) -> float:
        return 1.0

    assert search(Two(), SPACE, flat, lessons=900).best.settings == Two()


def test_settings_that_fail_lose() -> None:
    def failing(one: Two, many: int) -> float:
        if one.depth > 3:
            raise TooFew("Nothing to learn.")
        return np.nan if one.name == "other" else one.rate

    best = search(Two(), SPACE, failing, lessons=900, tries=40).best

    assert best.settings.depth <= 3
    assert best.settings.name == "plain"
    assert best.settings.rate < 1


@pytest.mark.parametrize("lessons", [1, 59, 179])
def test_few_lessons_are_not_parted(lessons: int) -> None:
    assert search(Two(), SPACE, loss, lessons=lessons).lessons == (lessons,)


@pytest.mark.proof
def test_settings_of_a_line_are_found_and_their_worth_told_by_others() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1_200, 60)).astype(np.float32)
    label = (x[:, 0] + rng.normal(size=1_200) > 0).astype(np.int64)
    is_held = np.arange(1_200) % 3 == 0

    # Weights that nothing holds back learn the noise of sixty features.
    usual = Settings(alpha=1e-7, seed=3)
    found = search_worth(
        of_labels(train, x, label, 2), is_held=is_held, usual=usual,
        space={"alpha": Between(low=1e-7, high=1.0, is_log=True)}, tries=12,
    )  # fmt: skip

    assert found.settings.alpha > 1e-4
    assert found.saved.low > 0
    # The half of the hold-out that had no part in the choice.
    assert found.saved.n == 200


@pytest.mark.proof
def test_of_pure_noise_no_settings_are_worth_more() -> None:
    rng, worth = np.random.default_rng(1), []
    for seed in range(12):
        x = rng.normal(size=(300, 5)).astype(np.float32)
        label = rng.integers(0, 2, 300)
        found = search_worth(
            of_labels(train, x, label, 2), is_held=np.arange(300) % 2 == 0, usual=Settings(alpha=1e-3, seed=seed),
            space=OF_LINES, tries=6,
        )  # fmt: skip
        worth.append(found.saved.low is not None and found.saved.low > 0)

    assert sum(worth) <= 2
