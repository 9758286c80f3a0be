"""What an answer is held against, each against a slow and plain implementation."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from apps.consensus.aggregators import aggregators
from apps.consensus.aggregators.base import Answers
from apps.consensus.aggregators.em import LabelModel, Votes
from apps.quality.measures.reference import LEAST_OTHERS, SURE, by_model, by_others, set_by_others


def plainly(unit: list[int], value: list[int]) -> list[int]:
    found = []
    for i, (one, _) in enumerate(zip(unit, value, strict=True)):
        others = [value[j] for j in range(len(unit)) if unit[j] == one and j != i]
        top = Counter(others).most_common(2)
        is_clear = len(others) >= LEAST_OTHERS and (len(top) == 1 or top[0][1] > top[1][1])
        found.append(top[0][0] if is_clear else -1)
    return found


@pytest.mark.parametrize("seed", range(20))
def test_it_is_what_most_of_the_others_say(seed: int) -> None:
    rng = np.random.default_rng(seed)
    unit = rng.integers(0, 25, 120)
    value = rng.integers(0, 2 + seed % 5, 120)

    found = by_others(unit, value, 2 + seed % 5)

    assert found.tolist() == plainly(unit.tolist(), value.tolist())


def test_without_answers_there_is_no_reference() -> None:
    none = np.zeros(0, np.int64)

    assert by_others(none, none, 3).size == 0
    assert set_by_others(none, np.zeros((0, 2), bool)).shape == (0, 2)


@pytest.mark.parametrize("name", ["dawid_skene", "one_coin", "mace"])
def test_a_model_says_what_it_would_say_had_the_answer_not_been_given(name: str) -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 3, 60)
    unit = np.repeat(np.arange(60), 5)
    rater = np.tile(np.arange(5), 60)
    is_right = rng.random(300) < 0.75
    value = np.where(is_right, truth[unit], rng.integers(0, 3, 300))
    answers = Answers(unit=unit, rater=rater, value=value, values=("a", "b", "c"), units=60)
    model = aggregators[name]
    assert isinstance(model, LabelModel)
    fitted = model.fit(answers, "label")
    votes = Votes(answers)
    tables = model.tables(votes.rows_of(fitted), 3)

    found = by_model(model.posterior(votes, fitted), tables, unit, rater, value)

    for i in range(0, 300, 7):
        left = np.arange(300) != i
        rest = Answers(
            unit=unit[left], rater=rater[left], value=value[left], values=("a", "b", "c"), units=60
        )
        posterior = model.posterior(Votes(rest), fitted)[unit[i]]
        sure = int(posterior.argmax()) if posterior.max() >= SURE else -1
        assert found[i] == sure, i


def test_one_answer_alone_is_held_against_nothing() -> None:
    posterior = np.array([[0.99, 0.01]])
    tables = np.array([[[0.5, 0.5], [0.5, 0.5]]])
    zero = np.zeros(1, np.int64)

    assert by_model(posterior, tables, zero, zero, zero).tolist() == [-1]


def test_of_sets_each_label_is_held_against_the_others() -> None:
    rng = np.random.default_rng(2)
    unit, holds = rng.integers(0, 8, 40), rng.random((40, 3)) < 0.5

    found = set_by_others(unit, holds)

    for i in range(40):
        others = [j for j in range(40) if unit[j] == unit[i] and j != i]
        for k in range(3):
            have = sum(bool(holds[j, k]) for j in others)
            expected = 1 if 2 * have > len(others) else 0 if 2 * have < len(others) else -1
            assert found[i, k] == (expected if len(others) >= LEAST_OTHERS else -1)
