"""People who are good at different labels, and what becomes of a consensus by who is asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from apps.routing.learners.skills import smoothed
from apps.routing.strategies.annotator_aware import information
from apps.routing.strategies.lots import FloatArray, IntArray
from apps.routing.strategies.offering import Wanted, lists_of

PEOPLE, LABELS, TASKS, ANSWERED = 12, 6, 1_200, 600


@dataclass(frozen=True)
class Kind:
    """How often people are right with the two labels that they are good at, and with the others; and
    from how many tasks of each label that is known."""

    good: float
    other: float
    met: int = 20

    def skills(self) -> FloatArray:
        found = np.full((PEOPLE, LABELS), self.other)
        for who in range(PEOPLE):
            found[who, [who % LABELS, (who // 2 + 3) % LABELS]] = self.good
        return found


APART, MIDDLING, ALIKE = Kind(0.95, 0.45), Kind(0.92, 0.6), Kind(0.71, 0.71)


class Team:
    """The model's probabilities are honest: the truth is drawn from them."""

    def __init__(self, kind: Kind, seed: int) -> None:
        rng = self.rng = np.random.default_rng(seed)
        self.skills = kind.skills()
        met = np.full((PEOPLE, LABELS), kind.met)
        self.known = smoothed(met.astype(float), rng.binomial(met, self.skills).astype(float))
        self.p = rng.dirichlet(np.full(LABELS, 0.4), TASKS)
        drawn = rng.random(TASKS)[:, None] > self.p.cumsum(axis=1)
        self.truth = np.minimum(drawn.sum(axis=1), LABELS - 1)

    def by_margin(self) -> IntArray:
        ranked = np.sort(self.p, axis=1)
        return np.argsort(ranked[:, -1] - ranked[:, -2])[:ANSWERED]

    def by_information(self) -> IntArray:
        told = np.stack([information(self.p, skill) for skill in self.known])
        return np.argsort(-told.max(axis=0))[:ANSWERED]

    def informed(self, tasks: IntArray, slots: int) -> list[IntArray]:
        told = np.stack([information(self.p[tasks], skill) for skill in self.known])
        wanted = Wanted(
            told=told,
            is_free=np.ones(told.shape, np.bool_),
            slots=np.full(tasks.size, slots),
            is_held=np.zeros(tasks.size, np.bool_),
            keys=tasks,
        )
        most = tasks.size * slots // PEOPLE
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


def accuracy(kind: Kind, way: str, slots: int, *, teams: int) -> tuple[float, float]:
    """After the tasks had so many answers each, with its standard error over so many teams.

    `way`: "whoever" comes answers what the margin wants; "informed": who should tell most does; "own":
    they do, of the tasks that the strategy itself wants.
    """
    found = []
    for seed in range(teams):
        team = Team(kind, seed)
        tasks = team.by_information() if way == "own" else team.by_margin()
        lists = team.whoever(tasks, slots) if way == "whoever" else team.informed(tasks, slots)
        assert sum(mine.size for mine in lists) == ANSWERED * slots
        found.append(team.right_after(lists))
    return float(np.mean(found)), float(np.std(found, ddof=1) / np.sqrt(teams))
