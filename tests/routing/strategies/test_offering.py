"""Who is asked what: nobody twice, by lot what is left to chance, and what it saves."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from apps.routing.learners.skills import smoothed
from apps.routing.strategies.offering import Wanted, lists_of
from tests.routing.strategies.teams import ALIKE, APART, accuracy


def wanted_of(people: int, tasks: int, *, slots: int = 1, held: float = 0.0) -> Wanted:
    rng = np.random.default_rng(people * tasks)
    return Wanted(
        told=rng.random((people, tasks)),
        is_free=np.ones((people, tasks), np.bool_),
        slots=np.full(tasks, slots),
        is_held=rng.random(tasks) < held,
        keys=rng.permutation(10 * tasks)[:tasks],
    )


def changed(wanted: Wanted, **other: Any) -> Wanted:
    return Wanted(**(vars(wanted) | other))


@pytest.mark.parametrize("slots", [1, 2, 3])
@pytest.mark.parametrize("people", [1, 4, 15])
def test_each_task_goes_to_as_many_as_it_has_slots_and_to_nobody_twice(slots, people) -> None:
    wanted = wanted_of(people, 400, slots=slots, held=0.1)

    lists = lists_of(wanted, share=0.1, most=20, seed=1)

    given = np.zeros((people, 400), int)
    for who, mine in enumerate(lists):
        assert len(mine) == len(set(mine.tolist())) <= 20
        given[who, mine] += 1
        is_held = wanted.is_held[mine]
        # In the order of the tasks, and with its share of what is left to chance at every place.
        assert (np.diff(mine[~is_held]) > 0).all()
        assert (np.abs(is_held.cumsum() - 0.1 * np.arange(1, mine.size + 1)) < 1).all()
    assert given.sum(axis=0).max() <= min(slots, people)
    if people < 5 or slots > 1:
        assert {len(mine) for mine in lists} == {20}


def test_together_they_tell_the_most_and_not_only_the_best_is_asked() -> None:
    wanted = wanted_of(3, 6)

    lists = lists_of(wanted, share=0.0, most=2, seed=0)

    told = sum(wanted.told[who, mine].sum() for who, mine in enumerate(lists))
    ways = itertools.permutations([0, 0, 1, 1, 2, 2])
    best = max(wanted.told[list(way), np.arange(6)].sum() for way in ways)
    assert told == pytest.approx(best)


def test_who_may_not_have_a_task_is_not_asked_though_nobody_else_can() -> None:
    wanted = wanted_of(2, 10, slots=2)
    wanted.is_free[0, :7] = False
    wanted.is_free[:, 9] = False

    lists = lists_of(wanted, share=0.0, most=10, seed=0)

    assert [mine.tolist() for mine in lists] == [[7, 8], list(range(9))]


def test_what_is_left_to_chance_goes_by_lot_whatever_anybody_is_good_at() -> None:
    wanted = wanted_of(4, 300, held=0.3)
    worse = changed(wanted, told=wanted.told * np.array([[1.0], [0.1], [0.0], [0.0]]))
    better = changed(wanted, told=1.0 - wanted.told)

    given = [lists_of(one, share=0.3, most=40, seed=5) for one in (wanted, worse, better)]
    drawn = [[mine[wanted.is_held[mine]].tolist() for mine in lists] for lists in given]

    assert drawn[0] == drawn[1] == drawn[2]
    assert {len(mine) for mine in drawn[0]} == {12}
    other = lists_of(wanted, share=0.3, most=40, seed=6)
    assert [mine[wanted.is_held[mine]].tolist() for mine in other] != drawn[0]


def test_few_answers_say_little_and_none_say_what_the_team_is() -> None:
    met = np.array([[400.0, 400], [4, 0], [0, 0]])
    right = np.array([[360.0, 200], [0, 0], [0, 0]])

    skills = smoothed(met, right)

    np.testing.assert_allclose(skills[0], [0.9, 0.5], atol=0.01)
    assert 0.2 < skills[1, 0] < skills[1, 1] < skills[2, 0]
    np.testing.assert_allclose(skills[2], right.sum() / met.sum(), atol=0.001)


def test_shares_are_drawn_together_where_they_differ_no_more_than_by_chance() -> None:
    rng = np.random.default_rng(2)
    met = np.full((12, 6), 20)
    special = np.where(rng.random((12, 6)) < 0.3, 0.95, 0.45)

    alike, differing = (
        smoothed(met.astype(float), rng.binomial(met, p).astype(float)) for p in (0.7, special)
    )

    # By chance alone 20 answers vary by .1.
    assert alike.std() < 0.03
    assert np.sqrt(((differing - special) ** 2).mean()) < 0.1


@pytest.mark.proof
def test_asking_those_who_know_saves_answers_where_people_differ_by_label() -> None:
    """The figures are those of decision 0050: one answer is worth two of whoever comes."""
    whoever = [accuracy(APART, "whoever", slots, teams=10)[0] for slots in (1, 2)]
    informed = [accuracy(APART, "informed", slots, teams=10)[0] for slots in (1, 2)]

    assert informed[0] > whoever[0] + 0.04
    assert informed[0] > whoever[1] - 0.005
    assert informed[1] > whoever[1] + 0.02


def test_where_all_are_alike_it_brings_nothing_and_costs_nothing() -> None:
    whoever, informed = (accuracy(ALIKE, way, 1, teams=10)[0] for way in ("whoever", "informed"))

    assert abs(informed - whoever) < 0.012
