"""Each rater is right with a probability of their own, and else says any other label."""

from __future__ import annotations

import numpy as np

from apps.consensus.aggregators.base import Aggregator, Answers, FloatArray, Form, Verdicts
from apps.consensus.aggregators.em import Votes, climb, normalised


class OneCoin(Aggregator):
    """Dawid and Skene's model with one number for each rater instead of a table.

    It needs far fewer answers of each, and takes any number of labels; it does not see that
    somebody confuses two labels only. `smoothing` stands for so many right and wrong answers.

    >>> answers = Answers.of(list("112233"), list("xyxyxy"), list("aabbab"))
    >>> OneCoin()(answers, form="label").winners_of(0)
    ('a',)
    """

    name = "one_coin"
    label = "One coin per rater"
    forms = frozenset({"label"})
    reference = (
        "Zhang, Y., Chen, X., Zhou, D., Jordan, M. I. (2016). Spectral methods meet EM: a provably"
        " optimal algorithm for crowdsourcing. JMLR 17(102), section 2."
    )
    smoothing = 0.01

    def aggregate(self, answers: Answers, form: Form) -> Verdicts:
        model = Coins(Votes(answers), smoothing=self.smoothing)
        fit = climb(model.step)
        return model.votes.verdicts(model.posterior, fit)


class Coins:
    """The model, between two steps."""

    def __init__(self, votes: Votes, *, smoothing: float) -> None:
        self.votes = votes
        self.smoothing = smoothing
        self._given = votes.by_rater.sum(np.ones(votes.unit.size))
        # Of how many labels a wrong answer may be.
        self._others = max(votes.labels - 1, 1)
        self.posterior = votes.shares()
        self.prior, self.accuracy = self._maximise()

    def step(self) -> float:
        votes = self.votes
        with np.errstate(divide="ignore"):  # log 0: what never happened
            prior = np.log(self.prior)
            right = np.log(self.accuracy)[votes.rater]
            wrong = np.log((1 - self.accuracy) / self._others)[votes.rater]
        logs = np.tile(prior, (votes.units, 1))
        for label in range(votes.labels):
            logs[:, label] += votes.by_unit.sum(np.where(votes.value == label, right, wrong))
        self.posterior, total = normalised(logs) if votes.units else (logs, np.zeros(0))
        likelihood = float(total.sum()) + self._of_priors(prior)
        self.prior, self.accuracy = self._maximise()
        return likelihood

    def _of_priors(self, prior: FloatArray) -> float:
        if not self.smoothing:
            return 0.0
        coins = np.log(self.accuracy) + np.log(1 - self.accuracy)
        return self.smoothing * float(prior.sum() + coins.sum())

    def _maximise(self) -> tuple[FloatArray, FloatArray]:
        prior = self.posterior.sum(axis=0) + self.smoothing
        right = self.votes.by_rater.sum(self.posterior[self.votes.unit, self.votes.value])
        seen = self._given + 2 * self.smoothing
        even = np.full(self.votes.raters, 0.5)
        accuracy = np.divide(right + self.smoothing, seen, out=even, where=seen > 0)
        return prior / max(prior.sum(), 1e-300), accuracy
