"""Each rater has a table of how often they say what when something is the case."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from apps.consensus.aggregators.base import Answers, FloatArray, FormError
from apps.consensus.aggregators.em import Fit, LabelModel, Votes, climb, normalised

# Raters by labels by labels: at most 160 MB of tables.
MOST_TABLES = 20_000_000


class DawidSkene(LabelModel):
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
    summary = "Learns for each annotator which label they say when another is true."
    needs = "About ten answers per annotator and label, three per task."
    reference = (
        "Dawid, A. P., Skene, A. M. (1979). Maximum likelihood estimation of observer error-rates"
        " using the EM algorithm. Applied Statistics 28(1), 20-28."
    )

    def begin(self, votes: Votes) -> Confusions:
        return Confusions(votes, smoothing=self.smoothing)

    def resume(self, votes: Votes, common: FloatArray, rows: FloatArray) -> Confusions:
        tables = rows.reshape(votes.raters, votes.labels, votes.labels)
        return Confusions(votes, smoothing=self.smoothing, known=(common, tables))

    def tables(self, rows: FloatArray, labels: int) -> FloatArray:
        table: FloatArray = rows.reshape(len(rows), labels, labels)
        return table


class Confusions:
    """The model, between two steps. `tables[r, l, k]`: how often rater r says l where k is true."""

    def __init__(
        self,
        votes: Votes,
        *,
        smoothing: float,
        known: tuple[FloatArray, FloatArray] | None = None,
    ) -> None:
        if votes.raters * votes.labels**2 > MOST_TABLES:
            raise FormError(
                f"{votes.raters:,} raters with {votes.labels:,} labels are too many for a table"
                " each. Use one coin per rater."
            )
        self.votes = votes
        self.smoothing = smoothing
        self.posterior = votes.shares()
        self._said = _incidence(votes)
        self.prior, self.tables = known or self._maximise()
        self._used = (self.prior, self.tables)

    def step(self) -> float:
        likelihood = float(self.expect().sum()) + self._of_priors()
        self.prior, self.tables = self._maximise()
        return likelihood

    def expect(self) -> FloatArray:
        self._used = (self.prior, self.tables)
        with np.errstate(divide="ignore"):  # log 0: what never happened
            flat = np.log(np.vstack([self.tables.reshape(-1, self.votes.labels), self.prior]))
        self.posterior, total = normalised(self._said @ flat)
        return total

    def kept(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        prior, tables = self._used
        counts = self._counts()[0].sum(axis=0) + self.smoothing
        newcomer = _shares(counts[None])[0].reshape(-1)
        rows = tables.reshape(len(tables), self.votes.labels**2)
        return prior, rows, newcomer

    def _of_priors(self) -> float:
        if not self.smoothing:
            return 0.0
        prior, tables = self._used
        return self.smoothing * float(np.log(prior).sum() + np.log(tables).sum())

    def _counts(self) -> tuple[FloatArray, FloatArray]:
        """By rater, what they said when; and how often each label is true."""
        votes = self.votes
        counts: FloatArray = self._said.T @ self.posterior
        return counts[:-1].reshape(votes.raters, votes.labels, votes.labels), counts[-1]

    def _maximise(self) -> tuple[FloatArray, FloatArray]:
        tables, prior = self._counts()
        prior = prior + self.smoothing
        return prior / max(prior.sum(), 1e-300), _shares(tables + self.smoothing)


def _incidence(votes: Votes) -> sparse.csr_array:
    """units x (raters and labels, and one for all): a step of EM is a product with it, and one with
    its turn. The last column is 1 everywhere, so that the prior comes with the tables."""
    starts = np.searchsorted(votes.unit, np.arange(votes.units + 1))
    said = np.insert(
        votes.rater * votes.labels + votes.value, starts[1:], votes.raters * votes.labels
    )
    return sparse.csr_array(
        (np.ones(said.size), said, starts + np.arange(votes.units + 1)),
        shape=(votes.units, votes.raters * votes.labels + 1),
    )


def _shares(counts: FloatArray) -> FloatArray:
    """Of what a rater has never met nothing is known: anything is as likely."""
    total = counts.sum(axis=1, keepdims=True)
    even = np.full_like(counts, 1 / counts.shape[1])
    shares: FloatArray = np.divide(counts, total, out=even, where=total > 0)
    return shares


def fitted(answers: Answers, *, smoothing: float) -> tuple[Confusions, Fit]:
    """The model and how its steps went, for who wants the tables."""
    model = Confusions(Votes(answers), smoothing=smoothing)
    return model, climb(model.step)
