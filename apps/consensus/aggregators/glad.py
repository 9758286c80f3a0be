"""Raters differ in ability and units in difficulty: who is right depends on both."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from apps.consensus.aggregators.base import FloatArray, Parameter
from apps.consensus.aggregators.em import LabelModel, Votes, summed

# The paper's normal priors of ability and of the logarithm of easiness: both about 1, with 1.
MEAN, ABILITY_SPREAD = 1.0, 1.0
# Places at which easiness is looked at.
NODES = 9
NEWTON_STEPS, HALVINGS = 20, 30
CLOSE, DIGITS, NOISE = 1e-10, 9, 1e-13


class Glad(LabelModel):
    """Generative model of labels, abilities and difficulties: a rater of the ability `a` is right
    about a unit of the easiness `b` with the probability 1 / (1 + exp(-a b)), and else says any
    other label. Who is right less often than by chance has an ability below 0.

    The easiness of each unit is summed over its prior (by Gauss and Hermite's rule) and not set to
    its most probable value: that leaves the doubt of few answers in the probability, makes each
    step of EM exact, and lets a single unit be judged as all are. `spread` is the standard
    deviation of its logarithm: 1 in the paper; at 0 all units are equally hard.

    >>> from apps.consensus.aggregators.base import Answers
    >>> answers = Answers.of(list("112233"), list("xyxyxy"), list("aabbab"))
    >>> Glad()(answers, form="label").winners_of(0)
    ('a',)
    """

    name = "glad"
    label = "GLAD"
    summary = "Learns for each annotator how able they are, and that some tasks are hard for all."
    needs = "About ten answers per annotator. Blind to labels that are confused in one direction."
    reference = (
        "Whitehill, J., Ruvolo, P., Wu, T., Bergsma, J., Movellan, J. (2009). Whose vote should"
        " count more: optimal integration of labels from labelers of unknown expertise. NIPS 22,"
        " sections 2 and 3."
    )
    spread = 1.0
    parameters: ClassVar = {"spread": Parameter(label="Spread of difficulty", low=0.0, high=3.0)}

    def begin(self, votes: Votes) -> Abilities:
        return Abilities(votes, spread=self.spread)

    def resume(self, votes: Votes, common: FloatArray, rows: FloatArray) -> Abilities:
        return Abilities(votes, spread=self.spread, known=rows[:, 0])

    def tables(self, rows: FloatArray, labels: int) -> FloatArray:
        easiness, weight = nodes(self.spread)
        right = (sigmoid(rows[:, :1] * easiness) @ weight)[:, None, None]
        wrong = (1 - right) / max(labels - 1, 1)
        return np.where(np.eye(labels, dtype=bool), right, wrong)


class Abilities:
    """The model, between two steps.

    Only the labels that a unit was given are looked at one by one (`_cells`); the others of it are
    all equally probable.
    """

    def __init__(self, votes: Votes, *, spread: float, known: FloatArray | None = None) -> None:
        self.votes = votes
        self.easiness, self._weight = nodes(spread)
        self.ability = np.full(votes.raters, MEAN) if known is None else known
        self._used = self.ability
        key = votes.unit * votes.labels + votes.value
        self._cells, self._cell = np.unique(key, return_inverse=True)
        self._unit = self._cells // votes.labels
        self._first = np.searchsorted(self._unit, np.arange(votes.units))
        self._unsaid = votes.labels - np.bincount(self._unit, minlength=votes.units)
        # Of how many labels a wrong answer may be.
        self._others = np.log(max(votes.labels - 1, 1))
        self._times = summed(self._cell, np.ones(key.size), self._cells.size)
        self.posterior = votes.shares()

    def step(self) -> float:
        likelihood = float(self.expect().sum()) + self._of_priors()
        # Rounded: what nothing tells apart must not come apart by the last digits of sums.
        self.ability = self._maximise().round(DIGITS)
        return likelihood

    def expect(self) -> FloatArray:
        """Also finds, by rater and node, how often they were right there, and how often they were
        there at all: `_right` and `_there`."""
        votes = self.votes
        self._used = self.ability
        support = summed(self._cell, self.ability[votes.rater], self._cells.size)
        rest = self._of_wrong_answers()
        raised = [
            support * easiness + self._times * self._others for easiness in self.easiness.tolist()
        ]
        logs = np.stack([self._over_labels(each) for each in raised], axis=1) + rest
        top = logs.max(axis=1, initial=-np.inf)
        total = top + np.log(np.exp(logs - top[:, None]).sum(axis=1))
        self._spread_out(raised, rest - total[:, None], np.exp(logs - total[:, None]))
        likelihood: FloatArray = total - np.log(votes.labels)
        return likelihood

    def kept(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        given = self.votes.by_rater.sum(np.ones(self.votes.unit.size))
        usual = float(self._used @ given / given.sum()) if given.sum() else MEAN
        return np.zeros(0), self._used[:, None], np.array([usual])

    def _of_wrong_answers(self) -> FloatArray:
        """units x nodes, with the node's weight: the likelihood if all its answers were wrong."""
        votes = self.votes
        wrong = -np.logaddexp(0, self.ability[:, None] * self.easiness) - self._others
        columns = [votes.by_unit.sum(wrong[:, node][votes.rater]) for node in range(wrong.shape[1])]
        return np.stack(columns, axis=1) + np.log(self._weight)

    def _over_labels(self, raised: FloatArray) -> FloatArray:
        """By unit the logarithm of the sum over all labels, those that nobody said with 0."""
        if not raised.size:
            return np.zeros(0)
        top = np.maximum.reduceat(raised, self._first)
        top = np.where(self._unsaid > 0, np.maximum(top, 0.0), top)
        said = np.add.reduceat(np.exp(raised - top[self._unit]), self._first)
        found: FloatArray = top + np.log(said + self._unsaid * np.exp(-top))
        return found

    def _spread_out(self, raised: list[FloatArray], rest: FloatArray, there: FloatArray) -> None:
        """The posterior, and the sums for the next step, node by node to keep the memory small."""
        votes = self.votes
        said = np.zeros(self._cells.size)
        self._right = np.empty((votes.raters, len(raised)))
        self._there = np.empty_like(self._right)
        for node, each in enumerate(raised):
            believed = np.exp(each + rest[:, node][self._unit])
            said += believed
            self._right[:, node] = votes.by_rater.sum(believed[self._cell])
            self._there[:, node] = votes.by_rater.sum(there[:, node][votes.unit])
        self.posterior = np.repeat(np.exp(rest).sum(axis=1)[:, None], votes.labels, axis=1)
        self.posterior.reshape(-1)[self._cells] = said

    def _of_priors(self) -> float:
        return float(_of_prior(self._used).sum())

    def _maximise(self) -> FloatArray:
        """Each rater's most probable ability, by Newton's steps, halved where one goes too far."""
        ability = self.ability
        for _ in range(NEWTON_STEPS):
            right = sigmoid(ability[:, None] * self.easiness)
            slope = (self._right - self._there * right) @ self.easiness
            slope -= (ability - MEAN) / ABILITY_SPREAD**2
            bend = (self._there * right * (1 - right)) @ self.easiness**2 + 1 / ABILITY_SPREAD**2
            moved = self._moved(ability, slope / bend)
            if np.abs(moved - ability).max(initial=0.0) < CLOSE:
                return moved
            ability = moved
        return ability

    def _moved(self, ability: FloatArray, step: FloatArray) -> FloatArray:
        # Less the noise of its sums, or the last steps would be halved away.
        before = self._worth(ability)
        before -= NOISE * (1 + np.abs(before))
        is_lower = self._worth(ability + step) < before
        for _ in range(HALVINGS):
            if not is_lower.any():
                return ability + step
            step = np.where(is_lower, step / 2, step)
            is_lower = self._worth(ability + step) < before
        return ability + np.where(is_lower, 0.0, step)

    def _worth(self, ability: FloatArray) -> FloatArray:
        """By rater, what the step of maximisation makes as large as it can."""
        at = ability[:, None] * self.easiness
        found: FloatArray = (self._right * at - self._there * np.logaddexp(0, at)).sum(axis=1)
        return found + _of_prior(ability)


def nodes(spread: float) -> tuple[FloatArray, FloatArray]:
    """Easinesses and their weights, such that sums over them are integrals over the prior."""
    place, weight = np.polynomial.hermite.hermgauss(NODES if spread else 1)
    return np.exp(MEAN + np.sqrt(2) * spread * place), weight / np.sqrt(np.pi)


def sigmoid(x: FloatArray) -> FloatArray:
    found: FloatArray = np.exp(-np.logaddexp(0, -x))
    return found


def _of_prior(ability: FloatArray) -> FloatArray:
    return -((ability - MEAN) ** 2) / (2 * ABILITY_SPREAD**2)
