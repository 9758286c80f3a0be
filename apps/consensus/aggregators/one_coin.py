"""Each rater is right with a probability of their own, and else says any other label."""

from __future__ import annotations

import numpy as np

from apps.consensus.aggregators.base import FloatArray
from apps.consensus.aggregators.em import LabelModel, Votes, normalised, summed


class OneCoin(LabelModel):
    """Dawid and Skene's model with one number for each rater instead of a table.

    It needs far fewer answers of each, and takes any number of labels; it does not see that
    somebody confuses two labels only. `smoothing` stands for so many right and wrong answers.

    >>> from apps.consensus.aggregators.base import Answers
    >>> answers = Answers.of(list("112233"), list("xyxyxy"), list("aabbab"))
    >>> OneCoin()(answers, form="label").winners_of(0)
    ('a',)
    """

    name = "one_coin"
    label = "One coin per annotator"
    summary = "Learns for each annotator how often they are right."
    needs = "About ten answers per annotator. Blind to labels that are confused in one direction."
    reference = (
        "Zhang, Y., Chen, X., Zhou, D., Jordan, M. I. (2016). Spectral methods meet EM: a provably"
        " optimal algorithm for crowdsourcing. JMLR 17(102), section 2."
    )

    def begin(self, votes: Votes) -> Coins:
        return Coins(votes, smoothing=self.smoothing)

    def resume(self, votes: Votes, common: FloatArray, rows: FloatArray) -> Coins:
        return Coins(votes, smoothing=self.smoothing, known=(common, rows[:, 0]))

    def tables(self, rows: FloatArray, labels: int) -> FloatArray:
        right = rows[:, 0][:, None, None]
        wrong = (1 - right) / max(labels - 1, 1)
        return np.where(np.eye(labels, dtype=bool), right, wrong)


class Coins:
    """The model, between two steps."""

    def __init__(
        self,
        votes: Votes,
        *,
        smoothing: float,
        known: tuple[FloatArray, FloatArray] | None = None,
    ) -> None:
        self.votes = votes
        self.smoothing = smoothing
        self._given = votes.by_rater.sum(np.ones(votes.unit.size))
        # Of how many labels a wrong answer may be.
        self._others = max(votes.labels - 1, 1)
        self._cell = votes.unit * votes.labels + votes.value
        self.posterior = votes.shares()
        self.prior, self.accuracy = known or self._maximise()
        self._used = (self.prior, self.accuracy)

    def step(self) -> float:
        likelihood = float(self.expect().sum()) + self._of_priors()
        self.prior, self.accuracy = self._maximise()
        return likelihood

    def expect(self) -> FloatArray:
        votes = self.votes
        self._used = (self.prior, self.accuracy)
        with np.errstate(divide="ignore"):  # log 0: what never happened
            prior = np.log(self.prior)
            right = np.log(self.accuracy)[votes.rater]
            wrong = np.log((1 - self.accuracy) / self._others)[votes.rater]
        size = votes.units * votes.labels
        # A label is spoken against by all who did not say it.
        logs = summed(self._cell, right - wrong, size).reshape(votes.units, votes.labels)
        logs += votes.by_unit.sum(wrong)[:, None]
        logs += prior
        self.posterior, total = normalised(logs)
        return total

    def kept(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        prior, accuracy = self._used
        seen = self._given.sum()
        usual = float(accuracy @ self._given / seen) if seen else 0.5
        return prior, accuracy[:, None], np.array([usual])

    def _of_priors(self) -> float:
        if not self.smoothing:
            return 0.0
        prior, accuracy = self._used
        coins = np.log(accuracy) + np.log(1 - accuracy)
        return self.smoothing * float(np.log(prior).sum() + coins.sum())

    def _maximise(self) -> tuple[FloatArray, FloatArray]:
        prior = self.posterior.sum(axis=0) + self.smoothing
        right = self.votes.by_rater.sum(self.posterior.reshape(-1)[self._cell])
        seen = self._given + 2 * self.smoothing
        even = np.full(self.votes.raters, 0.5)
        accuracy = np.divide(right + self.smoothing, seen, out=even, where=seen > 0)
        return prior / max(prior.sum(), 1e-300), accuracy
