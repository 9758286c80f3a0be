"""Where a check has too little to go by, it says nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from apps.quality.checks import Asked, Found, Work, checks


def work_of(rows: Sequence[tuple[int, int, int]], **given: np.ndarray) -> Work:
    """Rows of task, person, value; every task shows the same unless `content` says otherwise."""
    task, person, value = np.array(rows).T
    arrays = {
        "round": np.zeros(task.size, np.int64),
        "seconds": np.ones(task.size),
        "content": np.zeros(int(task.max()) + 1, np.int64),
    } | given
    asked = Asked(name="q", value=value, words=tuple("abcd"), is_allowed=np.ones(4, dtype=bool))
    return Work(
        task=task, person=person, at=np.arange(float(task.size)), questions=(asked,), **arrays
    )


def test_a_task_whose_answers_are_tied_differs_from_no_duplicate() -> None:
    tied = work_of([(0, 0, 1), (1, 0, 0), (1, 1, 1)])
    differs = work_of([(0, 0, 0), (1, 0, 1), (1, 1, 1)])

    assert checks["duplicates"].find(tied) == []
    assert [found.tasks for found in checks["duplicates"].find(differs)] == [(0, 1)]


def against(others: int) -> Work:
    """In forty tasks two say one thing and so many others another, and always the same wrong one."""
    people = range(2 + others)
    return work_of([(t, p, 1 + t % 3 if p < 2 else 0) for t in range(40) for p in people])


def test_two_are_against_all_others_only_where_three_others_agree() -> None:
    assert checks["copied"].find(against(2)) == []
    assert (0, 1) in [found.people for found in checks["copied"].find(against(4))]


def test_seven_people_are_too_few_to_say_how_speeds_differ() -> None:
    def timed(people: int) -> Work:
        rng = np.random.default_rng(1)
        rows = [(t, p, 0) for t in range(30) for p in range(people)]
        speed = np.where(np.arange(people) == 0, -9, rng.normal(2, 0.1, people))
        return work_of(rows, seconds=np.exp(np.array([speed[p] for _, p, _ in rows])))

    assert checks["too_fast"].find(timed(7)) == []
    assert (0,) in [found.people for found in checks["too_fast"].find(timed(30))]


def test_a_small_difference_in_speed_is_none_however_sure() -> None:
    def at(part: float) -> list[Found]:
        rows = [(t, p, 0) for t in range(30) for p in range(30)]
        usual = 10 + np.arange(30) / 1_000
        return checks["too_fast"].find(
            work_of(rows, seconds=np.array([10 * part if p == 0 else usual[p] for _, p, _ in rows]))
        )

    assert at(0.8) == []
    assert [found.people for found in at(0.7)] == [(0,)]


def test_times_that_do_not_differ_say_nothing() -> None:
    rows = [(t, p, 0) for t in range(30) for p in range(30)]
    seconds = np.array([9.0 if p else 3.0 for _, p, _ in rows])

    assert checks["too_fast"].find(work_of(rows, seconds=seconds)) == []


def test_one_person_repeats_nothing_more_than_others() -> None:
    rows = [(t, 0, t % 4) for t in range(40)]

    assert checks["against_self"].find(work_of(rows)) == []
