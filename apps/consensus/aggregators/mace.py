"""Some raters know, others spam: each answer is either the truth or the rater's habit."""

from __future__ import annotations

import numpy as np

from apps.consensus.aggregators.base import FloatArray
from apps.consensus.aggregators.em import LabelModel, Votes, normalised, summed


class Mace(LabelModel):
    """Multi-annotator competence estimation: with the probability `competence` a rater gives the
    true label, else one drawn from their own habits, whatever the unit.

    Begun with the shares of the votes instead of the paper's random restarts, so that the same
    answers give the same verdict. `smoothing` is added to each expected count.

    >>> from apps.consensus.aggregators.base import Answers
    >>> answers = Answers.of(list("112233"), list("xyxyxy"), list("aabbab"))
    >>> Mace()(answers, form="label").winners_of(0)
    ('a',)
    """

    name = "mace"
    label = "MACE"
    summary = "Tells annotators who know from those who answer by habit, whatever the task."
    needs = "Some annotators who know; fit for spam."
    reference = (
        "Hovy, D., Berg-Kirkpatrick, T., Vaswani, A., Hovy, E. (2013). Learning whom to trust with"
        " MACE. NAACL-HLT 2013, section 2."
    )

    def begin(self, votes: Votes) -> Habits:
        return Habits(votes, smoothing=self.smoothing)

    def resume(self, votes: Votes, common: FloatArray, rows: FloatArray) -> Habits:
        known = (rows[:, 0], np.ascontiguousarray(rows[:, 1:]).reshape(-1))
        return Habits(votes, smoothing=self.smoothing, known=known)

    def tables(self, rows: FloatArray, labels: int) -> FloatArray:
        knows = rows[:, 0][:, None, None]
        table: FloatArray = (1 - knows) * rows[:, 1:, None] + knows * np.eye(labels)
        return table


class Habits:
    """The model, between two steps. `habit[r * labels + l]`: how often a spamming r says l."""

    def __init__(
        self,
        votes: Votes,
        *,
        smoothing: float,
        known: tuple[FloatArray, FloatArray] | None = None,
    ) -> None:
        self.votes = votes
        self.smoothing = smoothing
        # What is found for each rater and label is found once and not for each answer.
        self._said = votes.rater * votes.labels + votes.value
        self._cell = votes.unit * votes.labels + votes.value
        self._times = np.bincount(self._said, minlength=votes.raters * votes.labels).astype(float)
        self._given = self._times.reshape(votes.raters, votes.labels).sum(axis=1)
        self.competence = np.full(votes.raters, 0.5)
        self.habit = np.full(votes.raters * votes.labels, 1 / votes.labels)
        self.posterior = votes.shares()
        if known:
            self.competence, self.habit = known
        else:
            self._maximise()
        self._used = (self.competence, self.habit)

    def step(self) -> float:
        likelihood = float(self.expect().sum()) + self._of_priors()
        self._maximise()
        return likelihood

    def expect(self) -> FloatArray:
        votes = self.votes
        self._used = (self.competence, self.habit)
        knows, spam = self._by_label()
        # Only the label that was given gains by what its rater may know.
        gain = np.log1p(knows / spam)[self._said]
        table = summed(self._cell, gain, votes.units * votes.labels)
        self.posterior, total = normalised(table.reshape(votes.units, votes.labels))
        return total

    def kept(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        competence, habit = self._used
        table = habit.reshape(self.votes.raters, self.votes.labels)
        rows = np.column_stack([competence, table])
        seen = self._given.sum()
        weight = self._given / seen if seen else self._given
        even = np.concatenate([[0.5], np.full(self.votes.labels, 1 / self.votes.labels)])
        return np.zeros(0), rows, weight @ rows if seen else even

    def _by_label(self) -> tuple[FloatArray, FloatArray]:
        """For each rater and label: that they know, and that they say it without knowing."""
        knows = np.repeat(self.competence, self.votes.labels)
        return knows, (1 - knows) * self.habit

    def _of_priors(self) -> float:
        """What no label changes, and the priors."""
        votes = self.votes
        _, spam = self._by_label()
        fixed = float(self._times @ np.log(spam)) - votes.units * np.log(votes.labels)
        priors = np.log(self.competence).sum() + np.log1p(-self.competence).sum()
        return float(fixed + self.smoothing * (priors + np.log(self.habit).sum()))

    def _maximise(self) -> None:
        """Of each answer the probability that its rater knew, summed by rater and label."""
        votes = self.votes
        knows, spam = self._by_label()
        believed = self.posterior.reshape(-1)[self._cell]
        right = summed(self._said, believed, self._times.size)
        known = right * knows / (knows + spam)
        table = known.reshape(votes.raters, votes.labels)
        knew = table.sum(axis=1)
        self.competence = (knew + self.smoothing) / (self._given + 2 * self.smoothing)
        spammed = (self._times - known).reshape(table.shape) + self.smoothing
        self.habit = (spammed / spammed.sum(axis=1, keepdims=True)).reshape(-1)
