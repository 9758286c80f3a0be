"""Labels that fall short of a plan: exact at every size, and corrected over all that are planned."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from apps.quality.checks import Asked, Found, Work, checks
from apps.quality.checks.base import Wanted
from apps.quality.checks.label_plan import limits

WORDS = ("a", "b", "c")


def work_of(given: np.ndarray, *wanted: Wanted) -> Work:
    none = np.zeros(given.size, np.int64)
    asked = Asked(name="q", value=given, words=WORDS, is_allowed=np.ones(3, dtype=bool))
    return Work(
        task=np.arange(given.size),
        person=none,
        round=none,
        at=none.astype(float),
        seconds=none.astype(float),
        content=none,
        questions=(asked,),
        wanted=wanted,
    )


def share(value: int, of: float) -> Wanted:
    return Wanted(question="q", value=value, word=WORDS[value], share=of)


def number(value: int, of: int, tasks: int) -> Wanted:
    return Wanted(question="q", value=value, word=WORDS[value], number=of, tasks=tasks)


def found_in(given: list[int], *wanted: Wanted) -> list[Found]:
    return checks["label_plan"].find(work_of(np.repeat([0, 1, 2], given), *wanted), rate=1.0)


def test_a_share_is_held_against_the_binomial_distribution() -> None:
    [found] = found_in([17, 3, 0], share(1, 0.3))

    exact = sum(comb(20, x) * 0.3**x * 0.7 ** (20 - x) for x in range(4))
    assert found.p == pytest.approx(exact, rel=1e-12)


def test_a_number_is_held_against_the_hypergeometric_distribution() -> None:
    [found] = found_in([17, 3, 0], number(1, 30, 100))

    ways = sum(comb(30, x) * comb(70, 20 - x) for x in range(4))
    assert found.p == pytest.approx(ways / comb(100, 20), rel=1e-12)
    assert found.words == (
        "b: 3 of 20 labelled tasks; of all 100 some 3 to 38 will have it. The plan wants 30."
    )


def test_when_all_are_labelled_a_number_that_is_not_there_is_sure_to_be_missed() -> None:
    assert found_in([17, 3, 0], number(1, 4, 20))[0].p == 0
    assert found_in([17, 3, 0], number(1, 3, 20))[0].p == 1
    assert found_in([17, 3, 0], number(1, 200, 100))[0].p == 0


def test_all_planned_labels_share_one_rate() -> None:
    one = found_in([14, 3, 3], share(1, 0.3))
    both = found_in([14, 3, 3], share(1, 0.3), share(2, 0.3))

    assert both[0].p == pytest.approx(2 * one[0].p)


@pytest.mark.parametrize("size", [12, 60, 400])
def test_alarms_are_as_rare_as_promised_when_the_shares_are_what_the_plan_wants(size: int) -> None:
    rng, alarms = np.random.default_rng(size), 0
    for _ in range(400):
        given = rng.choice(3, size, p=[0.7, 0.2, 0.1])
        wanted = [share(value, of) for value, of in enumerate((0.7, 0.2, 0.1))]
        alarms += bool(checks["label_plan"].find(work_of(given, *wanted)))

    # One in twenty of 400, once in a thousand runs.
    assert alarms <= 35


def test_what_falls_short_by_half_is_found_with_some_hundred_tasks() -> None:
    rng = np.random.default_rng(1)
    hits = sum(
        bool(
            checks["label_plan"].find(
                work_of(rng.choice(3, 300, p=[0.75, 0.2, 0.05]), share(1, 0.2), share(2, 0.1))
            )
        )
        for _ in range(100)
    )

    assert hits >= 80


def test_a_task_counts_once_and_one_whose_answers_are_tied_not_at_all() -> None:
    task, value = np.array([0, 0, 0, 1, 1, 2]), np.array([1, 1, 0, 0, 1, 0])
    work = work_of(value, share(1, 0.9))
    many = Work(**{**vars(work), "task": task})

    [found] = checks["label_plan"].find(many, rate=1.0)

    assert found.words == (
        "b: 1 of 2 labelled tasks, 50% (1.3% to 98.7%); the plan wants 90%. 8 more would do."
    )


def test_what_would_do_reaches_the_share_and_one_less_does_not() -> None:
    [found] = found_in([95, 5, 0], share(1, 0.2))
    more = int(found.words.rsplit(". ", 1)[1].split()[0])

    assert (5 + more) / (100 + more) >= 0.2 > (4 + more) / (99 + more)
    [all_of_it] = found_in([2, 5, 0], share(1, 1.0))
    assert all_of_it.words.endswith("the plan wants 100%.")


def test_a_label_that_nobody_gave_is_counted_as_none() -> None:
    missing = Wanted(question="q", value=-1, word="d", share=0.1)

    assert found_in([95, 5, 0], missing)[0].words.startswith("d: 0 of 100 labelled tasks, 0% (0%")


def test_where_nothing_is_labelled_nothing_is_said() -> None:
    assert found_in([0, 0, 0], share(1, 0.2)) == []
    assert found_in([3, 0, 0], Wanted(question="other", value=0, word="x", share=0.2)) == []


@pytest.mark.parametrize("chance", [0.02, 0.3, 0.9])
def test_the_limits_hold_in_all_samples_of_a_size_but_one_in_twenty(chance: float) -> None:
    n = 40
    held = sum(
        comb(n, x) * chance**x * (1 - chance) ** (n - x)
        for x in range(n + 1)
        if limits(x, n)[0] <= chance <= limits(x, n)[1]
    )

    assert held >= 0.95
