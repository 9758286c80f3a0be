"""Why answers that can only be compared differ: the small model finds what was put in."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from apps.agreement.measures import Reason
from apps.agreement.measures.causes import Causes
from apps.agreement.measures.readings import (
    FittedReadings,
    Read,
    causes_of_readings,
    fit_readings,
    readings,
)

CLEAR, TWO, OPEN = range(3)


def simulated(
    tasks: int, without_looking: list[float], seed: int, by_chance: float = 0.02
) -> tuple[Read, Any]:
    """Of ten tasks seven are clear, two have two readings, one is open."""
    rng = np.random.default_rng(seed)
    raters = len(without_looking)
    sort = rng.choice([CLEAR, TWO, OPEN], tasks, p=[0.7, 0.2, 0.1])
    reading = np.zeros((tasks, raters), np.int64)
    for t in range(tasks):
        named: list[int] = []
        for a in range(raters):
            looks = rng.random() >= without_looking[a]
            value = int(rng.integers(0, 1 if sort[t] == CLEAR else 2)) if looks else -1
            if not looks or sort[t] == OPEN:
                value = 100 + a
                if named and rng.random() < by_chance * len(set(named)):
                    value = int(rng.choice(list(set(named))))
            named.append(value)
        codes = {value: i for i, value in enumerate(dict.fromkeys(named))}
        reading[t] = [codes[value] for value in named]
    unit, rater = np.repeat(np.arange(tasks), raters), np.tile(np.arange(raters), tasks)
    return Read(unit=unit, rater=rater, reading=reading.reshape(-1), by_chance=by_chance), sort


def fitted(data: Read) -> tuple[FittedReadings, Causes]:
    model = fit_readings(data)
    assert isinstance(model, FittedReadings)
    return model, causes_of_readings(model, data)


def test_shares_of_raters_and_sorts_come_out() -> None:
    asleep = [0.02, 0.05, 0.1, 0.15, 0.4]

    model, found = fitted(simulated(3_000, asleep, seed=1)[0])

    assert model.without_looking == pytest.approx(asleep, abs=0.03)
    assert model.shares == pytest.approx([0.7, 0.2, 0.1], abs=0.04)
    assert int(found.by_rater.argmax()) == 4


def test_a_probability_is_right_so_often() -> None:
    data, sort = simulated(6_000, [0.05, 0.1, 0.15, 0.2, 0.3], seed=2)

    _, found = fitted(data)

    told = np.stack([found.slip, found.between, found.open], axis=1)
    assert told.sum(axis=1) == pytest.approx(1)
    truth, checked = sort[found.units], 0
    for cause in (CLEAR, TWO, OPEN):
        for low, high in ((0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.01)):
            here = (told[:, cause] >= low) & (told[:, cause] < high)
            if here.sum() >= 150:
                checked += 1
                share = float((truth[here] == cause).mean())
                assert told[here, cause].mean() == pytest.approx(share, abs=0.1)
    assert checked >= 6


def test_each_sort_is_as_likely_as_when_counted_one_by_one() -> None:
    """The same probabilities, summed over all that can have been the case."""
    data, _ = simulated(60, [0.1, 0.2, 0.3, 0.4], seed=3, by_chance=0.05)
    model, found = fitted(data)

    for place, unit in enumerate(found.units.tolist()):
        here = data.unit == unit
        asleep = model.without_looking[data.rater[here]]
        logs = one_by_one(data.reading[here].tolist(), asleep.tolist(), data.by_chance)
        weights = np.exp(logs) * model.shares
        told = [found.slip[place], found.between[place], found.open[place]]
        assert told == pytest.approx(weights / weights.sum(), abs=0.01)


def one_by_one(reading: list[int], asleep: list[float], chance: float) -> Any:
    groups = [
        [i for i, code in enumerate(reading) if code == group] for group in sorted(set(reading))
    ]

    def alone(group: list[int]) -> float:
        return math.prod(asleep[i] for i in group) * chance ** (len(group) - 1)

    def seen(group: list[int], share: float) -> float:
        return math.prod(share * (1 - asleep[i]) + asleep[i] * chance for i in group)

    def rest(*left_out: list[int]) -> float:
        return math.prod(alone(group) for group in groups if group not in left_out)

    clear = rest() + sum(seen(g, 1) * rest(g) for g in groups)
    two = 2 * sum(seen(g, 0.5) * rest(g) for g in groups)
    two += 2 * sum(seen(a, 0.5) * seen(b, 0.5) * rest(a, b) for a, b in combinations(groups, 2))
    openly = math.prod(chance ** (len(group) - 1) for group in groups)
    return np.log([clear, two, openly])


def test_the_order_of_raters_does_not_matter() -> None:
    data, _ = simulated(300, [0.05, 0.1, 0.3], seed=4)
    names = np.array([1, 2, 0])
    other = Read(unit=data.unit, rater=names[data.rater], reading=data.reading, by_chance=0.02)

    (model, found), (same, told) = fitted(data), fitted(other)

    assert same.without_looking[names] == pytest.approx(model.without_looking)
    assert told.between == pytest.approx(found.between)


def test_too_little_and_too_alike_are_said() -> None:
    data, _ = simulated(200, [0.1, 0.1], seed=5)
    alike, _ = simulated(200, [0.1, 0.1, 0.1], seed=5)
    alike = Read(unit=alike.unit, rater=alike.rater, reading=alike.reading, by_chance=0.6)

    reasons = [fit_readings(data), fit_readings(alike)]

    assert [one.code for one in reasons if isinstance(one, Reason)] == [
        "too_little",
        "alike_by_chance",
    ]


def test_all_answers_of_a_reading_are_alike() -> None:
    rng = np.random.default_rng(6)
    for _ in range(50):
        apart = rng.random(15).round(2)
        found = readings(6, apart.tolist(), 0.4)
        pairs = list(combinations(range(6), 2))
        for (a, b), distance in zip(pairs, apart, strict=True):
            assert found[a] != found[b] or distance <= 0.4
        assert list(dict.fromkeys(found)) == sorted(set(found))
