"""Who is asked what: nobody twice, by lot what is left to chance, and what it saves."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from apps.routing.learners.skills import smoothed
from apps.routing.strategies.annotator_aware import information
from apps.routing.strategies.lots import FloatArray, IntArray
from apps.routing.strategies.offering import Wanted, lists_of


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
    # A share of .8 that varies by .1 among people, and by .18 among the labels of one.
    np.testing.assert_allclose([0.8 * 0.2 / s**2 - 1 for s in (0.1, 0.18)], [15, 4], atol=0.1)


PEOPLE, LABELS, TASKS = 12, 6, 1_200


class Team:
    """Each is good at two of six labels (.95) and poor at the others (.45), or all alike (.62); what is
    known of them comes from 20 tasks of each label whose truth is known. The model's probabilities are
    honest: the truth is drawn from them."""

    def __init__(self, seed: int, *, are_alike: bool = False) -> None:
        rng = self.rng = np.random.default_rng(seed)
        self.skills = np.full((PEOPLE, LABELS), 0.45)
        for who in range(PEOPLE):
            self.skills[who, [who % LABELS, (who // 2 + 3) % LABELS]] = 0.95
        if are_alike:
            self.skills[:] = self.skills.mean()
        met = np.full((PEOPLE, LABELS), 20)
        self.known = smoothed(met.astype(float), rng.binomial(met, self.skills).astype(float))
        self.p = rng.dirichlet(np.full(LABELS, 0.4), TASKS)
        drawn = rng.random(TASKS)[:, None] > self.p.cumsum(axis=1)
        self.truth = np.minimum(drawn.sum(axis=1), LABELS - 1)
        ranked = np.sort(self.p, axis=1)
        self.by_margin: IntArray = np.argsort(ranked[:, -1] - ranked[:, -2])

    def informed(self, tasks: IntArray, slots: int, most: int) -> list[IntArray]:
        told = np.stack([information(self.p[tasks], skill) for skill in self.known])
        wanted = Wanted(
            told=told,
            is_free=np.ones(told.shape, np.bool_),
            slots=np.full(tasks.size, slots),
            is_held=np.zeros(tasks.size, np.bool_),
            keys=tasks,
        )
        return [tasks[mine] for mine in lists_of(wanted, share=0.0, most=most, seed=0)]

    def whoever(self, tasks: IntArray, slots: int) -> list[IntArray]:
        who = [self.rng.permutation(PEOPLE)[:slots] for _ in tasks]
        return [tasks[[at for at, few in enumerate(who) if one in few]] for one in range(PEOPLE)]

    def right_after(self, lists: list[IntArray]) -> float:
        """How often the consensus is right: what the model thinks and all answers, each by the skills
        that are known, whoever gave them."""
        belief: FloatArray = np.log(self.p + 1e-9)
        for who, tasks in enumerate(lists):
            truth = self.truth[tasks]
            is_right = self.rng.random(tasks.size) < self.skills[who, truth]
            strays = (truth + self.rng.integers(1, LABELS, tasks.size)) % LABELS
            said = np.where(is_right, truth, strays)
            spread = np.repeat((1 - self.known[who, :, None]) / (LABELS - 1), LABELS, axis=1)
            np.fill_diagonal(spread, self.known[who])
            belief[tasks] += np.log(spread[:, said].T)
        return float((belief.argmax(axis=1) == self.truth).mean())


def accuracy(slots: int, *, is_informed: bool, are_alike: bool = False, number: int = 600) -> float:
    """After so many tasks, in the order by margin, had so many answers, over ten teams."""
    found = []
    for seed in range(10):
        team = Team(seed, are_alike=are_alike)
        tasks = team.by_margin[:number]
        most = number * slots // PEOPLE
        lists = team.informed(tasks, slots, most) if is_informed else team.whoever(tasks, slots)
        assert sum(mine.size for mine in lists) == number * slots
        found.append(team.right_after(lists))
    return float(np.mean(found))


def test_asking_those_who_know_saves_answers_where_people_differ_by_label() -> None:
    """The figures are those of decision 0050: one answer is worth two of whoever comes."""
    whoever = [accuracy(slots, is_informed=False) for slots in (1, 2)]
    informed = [accuracy(slots, is_informed=True) for slots in (1, 2)]

    assert informed[0] > whoever[0] + 0.04
    assert informed[0] > whoever[1] - 0.005
    assert informed[1] > whoever[1] + 0.02


def test_where_all_are_alike_it_brings_nothing_and_costs_nothing() -> None:
    whoever = accuracy(1, is_informed=False, are_alike=True)
    informed = accuracy(1, is_informed=True, are_alike=True)

    assert abs(informed - whoever) < 0.012
