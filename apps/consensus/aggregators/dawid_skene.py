"""Each rater has a table of how often they say what when something is the case."""

from __future__ import annotations

import numpy as np

from apps.consensus.aggregators.base import (
    Aggregator,
    Answers,
    FloatArray,
    Form,
    FormError,
    Verdicts,
)
from apps.consensus.aggregators.em import Fit, Groups, Votes, climb, normalised

# Raters by labels by labels: at most 160 MB of tables.
MOST_TABLES = 20_000_000


class DawidSkene(Aggregator):
    """The true label of each unit and the raters' tables of confusion, by expectation and
    maximisation, beginning with the shares of the votes.

    `smoothing` is added to each count of a table and of the labels: the prior of somebody who has
    seen a hundredth of an answer of each sort. Without it a rater of few answers is believed to
    never err.

    >>> answers = Answers.of(list("112233"), list("xyxyxy"), list("aabbab"))
    >>> DawidSkene()(answers, form="label").winners_of(0)
    ('a',)
    """

    name = "dawid_skene"
    label = "Dawid-Skene"
    forms = frozenset({"label"})
    reference = (
        "Dawid, A. P., Skene, A. M. (1979). Maximum likelihood estimation of observer error-rates"
        " using the EM algorithm. Applied Statistics 28(1), 20-28."
    )
    smoothing = 0.01

    def aggregate(self, answers: Answers, form: Form) -> Verdicts:
        model = Confusions(Votes(answers), smoothing=self.smoothing)
        fit = climb(model.step)
        return model.votes.verdicts(model.posterior, fit)


class Confusions:
    """The model, between two steps. `tables[l, r, k]`: how often rater r says l where k is true."""

    def __init__(self, votes: Votes, *, smoothing: float) -> None:
        if votes.raters * votes.labels**2 > MOST_TABLES:
            raise FormError(
                f"{votes.raters:,} raters with {votes.labels:,} labels are too many for a table"
                " each. Use one coin per rater."
            )
        self.votes = votes
        self.smoothing = smoothing
        self._cell = votes.value * votes.raters + votes.rater
        self._by_cell = Groups(self._cell, votes.labels * votes.raters)
        self._unit = votes.unit[self._by_cell.order]
        self.posterior = votes.shares()
        self.prior, self.tables = self._maximise()

    def step(self) -> float:
        """One step of expectation, one of maximisation; the likelihood that was found before."""
        votes = self.votes
        with np.errstate(divide="ignore"):  # log 0: what never happened
            prior, tables = np.log(self.prior), np.log(self.tables)
        logs = np.empty((votes.units, votes.labels))
        flat = tables.reshape(-1, votes.labels)
        for label in range(votes.labels):
            said = np.ascontiguousarray(flat[:, label])[self._cell]
            logs[:, label] = prior[label] + votes.by_unit.sum(said)
        self.posterior, total = normalised(logs) if votes.units else (logs, np.zeros(0))
        likelihood = float(total.sum())
        if self.smoothing:
            likelihood += self.smoothing * float(prior.sum() + tables.sum())
        self.prior, self.tables = self._maximise()
        return likelihood

    def _maximise(self) -> tuple[FloatArray, FloatArray]:
        votes = self.votes
        prior = self.posterior.sum(axis=0) + self.smoothing
        counts = np.empty((votes.labels, votes.raters, votes.labels))
        for label in range(votes.labels):
            believed = np.ascontiguousarray(self.posterior[:, label])[self._unit]
            sums = self._by_cell.sum_ordered(believed)
            counts[:, :, label] = sums.reshape(votes.labels, votes.raters)
        counts += self.smoothing
        total = counts.sum(axis=0, keepdims=True)
        # Of what a rater has never met nothing is known: anything is as likely.
        even = np.full_like(counts, 1 / votes.labels)
        return prior / max(prior.sum(), 1e-300), np.divide(counts, total, out=even, where=total > 0)


def fitted(answers: Answers, *, smoothing: float) -> tuple[Confusions, Fit]:
    """The model and how its steps went, for who wants the tables."""
    model = Confusions(Votes(answers), smoothing=smoothing)
    return model, climb(model.step)
