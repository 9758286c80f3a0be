"""Which words tell some tasks from others, and how seldom chance is told for more."""

from __future__ import annotations

import numpy as np
import pytest

from apps.routing.learners.telling import LEAST_TASKS, items_of, telling


def said(rng: np.random.Generator, number: int) -> list[set[str]]:
    """Tasks of five out of 300 words, some of them common and most rare."""
    words = np.array([f"w{place}" for place in range(300)])
    odds = 1 / np.arange(1, 301)
    return [set(rng.choice(words, 5, p=odds / odds.sum()).tolist()) for _ in range(number)]


@pytest.mark.proof
def test_in_nothing_something_is_found_about_as_often_as_it_says() -> None:
    """5 % for all words together; rare words make it less."""
    rng = np.random.default_rng(0)

    found = sum(bool(telling(said(rng, 150), said(rng, 400))) for _ in range(150))

    assert found <= 15


@pytest.mark.parametrize("is_here", [True, False])
def test_what_one_side_alone_says_is_told_with_its_shares(*, is_here: bool) -> None:
    rng = np.random.default_rng(1)
    some, others = said(rng, 200), said(rng, 200)
    for task in (some if is_here else others)[:50]:
        task.add("visa")

    found = telling(some, others)[0]

    assert (found.item, found.of_these, found.of_others) == (
        ("visa", 0.25, 0.0) if is_here else ("visa", 0.0, 0.25)
    )
    assert (found.z > 0) is is_here


def test_what_few_tasks_have_is_never_told() -> None:
    """However sure it is: it may be the name of one person."""
    some = [{"anna"} for _ in range(LEAST_TASKS - 1)]

    found = telling(some, [{"other"} for _ in range(10_000)])

    assert "anna" not in [one.item for one in found]


def test_nothing_is_told_without_two_sides() -> None:
    assert telling([], [{"a"}] * 20) == []
    assert telling([{"a"}] * 20, []) == []


def test_items_are_words_and_values_whatever_the_script() -> None:
    items = items_of({"text": "Größe ändern, Привет", "country": "NO", "amount": 3, "more": None})

    assert items == {"größe", "ändern", "привет", "country: NO"}
