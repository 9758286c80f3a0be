"""Bursts in worlds where nothing is wrong, and yet nobody's times are even."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from apps.quality.checks import Work, checks
from apps.quality.checks.base import RATE
from tests.quality.checks.simulated import PEOPLE, TASKS, clocks, sound

PROJECTS = 100
Rng = np.random.Generator


def timed(work: Work, seconds: np.ndarray, rng: Rng) -> Work:
    return replace(work, seconds=seconds, at=clocks(work.person, seconds, rng))


def easy_stretches(work: Work, rng: Rng) -> np.ndarray:
    """Thirty tasks in a row that anybody answers in a seventh of the time."""
    easy = np.zeros(TASKS)
    for start in rng.integers(0, TASKS - 30, 3):
        easy[start : start + 30] = -2
    return np.exp(rng.normal(2.5, 0.4, work.task.size) + easy[work.task])


def uneven(work: Work, rng: Rng) -> np.ndarray:
    """People whose times differ much from answer to answer, in moods that last."""
    spread, mood = rng.uniform(0.3, 1.3, PEOPLE), rng.normal(size=work.task.size)
    for who in range(PEOPLE):
        mine = np.flatnonzero(work.person == who)
        for before, now in pairwise(mine):
            mood[now] = 0.8 * mood[before] + 0.6 * mood[now]
    return np.exp(2.5 + spread[work.person] * mood)


def hasty(work: Work, rng: Rng) -> np.ndarray:
    """All have bursts now and then; how often is skewed, as such habits are."""
    seconds = np.exp(rng.normal(2.5, 0.5, work.task.size))
    for who, often in enumerate(rng.beta(0.5, 8, PEOPLE)):
        mine = np.flatnonzero(work.person == who)
        for start in range(0, mine.size, 8):
            if rng.random() < often:
                seconds[mine[start : start + 8]] = 0.5
    return seconds


@pytest.mark.proof
@pytest.mark.parametrize("world", [easy_stretches, uneven, hasty])
def test_where_times_are_uneven_alarms_are_as_rare_as_promised(
    world: Callable[[Work, Rng], np.ndarray],
) -> None:
    def alarm(seed: int) -> bool:
        work, rng = sound(seed), np.random.default_rng(seed)
        return bool(checks["bursts"].find(timed(work, world(work, rng), rng)))

    assert sum(map(alarm, range(PROJECTS))) <= stats.binom.ppf(0.999, PROJECTS, RATE)


def crowd(mine: np.ndarray, gap: np.ndarray | float = 0.5) -> Work:
    """Twelve people at a task of their own each time; the first took `mine` seconds."""
    rng, each = np.random.default_rng(4), mine.size
    seconds = np.exp(rng.normal(3, 0.3, (12, each)))
    seconds[0] = mine
    gaps = np.full((12, each), 0.5)
    gaps[0] = gap
    person = np.repeat(np.arange(12), each)
    return Work(
        task=np.arange(12 * each),
        person=person,
        round=np.zeros(12 * each, int),
        at=np.cumsum(np.where(gaps < 0, 0.01, seconds + gaps), axis=1).ravel(),
        seconds=seconds.ravel(),
        content=np.arange(12 * each),
        questions=(),
    )


def test_what_was_done_in_peace_and_sent_at_once_is_no_burst() -> None:
    """An outbox: forty answers within a second, each of which took its twenty."""
    sent = crowd(np.full(100, 20.0), np.where(np.arange(100) < 40, -1, 0.5))
    hurried = crowd(np.where(np.arange(100) < 40, 1.0, 20.0))

    assert checks["bursts"].find(sent) == []
    assert [(one.people, len(one.tasks)) for one in checks["bursts"].find(hurried)] == [((0,), 40)]


def test_a_pause_before_each_ends_the_burst() -> None:
    """Quick answers an hour apart are no run of haste."""
    apart = crowd(np.where(np.arange(100) < 40, 1.0, 20.0), np.full(100, 3_600.0))

    assert checks["bursts"].find(apart) == []


def test_four_in_a_row_are_no_burst_and_five_are() -> None:
    def found(length: int) -> list[int]:
        work = crowd(np.where(np.arange(100) % 12 < length, 1.0, 20.0))
        return [len(one.tasks) for one in checks["bursts"].find(work)]

    assert found(4) == []
    # Eight runs, and four at the end.
    assert found(5) == [40]


def test_tasks_that_are_quick_for_everybody_are_nobodys_haste() -> None:
    """The first got forty easy tasks in a row, and each of them another got too."""
    work = crowd(np.where(np.arange(100) < 40, 1.0, 20.0))
    task, seconds = work.task.copy(), work.seconds.copy()
    others = np.flatnonzero((work.person > 0) & (work.task % 100 < 4))[:40]
    task[others], seconds[others] = np.arange(40), 1.0

    assert checks["bursts"].find(replace(work, task=task, seconds=seconds)) == []


def test_a_small_part_of_the_answers_is_nothing_to_act_on() -> None:
    def found(quick: int) -> int:
        return len(checks["bursts"].find(crowd(np.where(np.arange(2_000) < quick, 1.0, 20.0))))

    assert found(99) == 0
    assert found(100) == 1


def test_answers_whose_time_nobody_took_say_nothing() -> None:
    work = crowd(np.where(np.arange(100) < 40, 1.0, 20.0))
    unknown = replace(work, seconds=np.where(work.person == 0, np.nan, work.seconds))

    assert checks["bursts"].find(unknown) == []
