"""Some raters know, others spam: each answer is either the truth or the rater's habit."""

from __future__ import annotations

import numpy as np

from apps.consensus.aggregators.base import Aggregator, Answers, FloatArray, Form, Verdicts
from apps.consensus.aggregators.em import Groups, Votes, climb, normalised


class Mace(Aggregator):
    """Multi-annotator competence estimation: with the probability `competence` a rater gives the
    true label, else one drawn from their own habits, whatever the unit.

    Begun with the shares of the votes instead of the paper's random restarts, so that the same
    answers give the same verdict. `smoothing` is added to each expected count.

    >>> answers = Answers.of(list("112233"), list("xyxyxy"), list("aabbab"))
    >>> Mace()(answers, form="label").winners_of(0)
    ('a',)
    """

    name = "mace"
    label = "MACE"
    forms = frozenset({"label"})
    reference = (
        "Hovy, D., Berg-Kirkpatrick, T., Vaswani, A., Hovy, E. (2013). Learning whom to trust with"
        " MACE. NAACL-HLT 2013, section 2."
    )
    smoothing = 0.01

    def aggregate(self, answers: Answers, form: Form) -> Verdicts:
        model = Habits(Votes(answers), smoothing=self.smoothing)
        fit = climb(model.step)
        return model.votes.verdicts(model.posterior, fit)


class Habits:
    """The model, between two steps. `habit[r * labels + l]`: how often a spamming r says l."""

    def __init__(self, votes: Votes, *, smoothing: float) -> None:
        self.votes = votes
        self.smoothing = smoothing
        self._said = votes.rater * votes.labels + votes.value
        self._by_said = Groups(self._said, votes.raters * votes.labels)
        self._by_cell = Groups(votes.unit * votes.labels + votes.value, votes.units * votes.labels)
        self._given = votes.by_rater.sum(np.ones(votes.unit.size))
        self.competence = np.full(votes.raters, 0.5)
        self.habit = np.full(votes.raters * votes.labels, 1 / votes.labels)
        self.posterior = votes.shares()
        self._maximise()

    def step(self) -> float:
        votes = self.votes
        spam = (1 - self.competence)[votes.rater] * self.habit[self._said]
        knows = self.competence[votes.rater]
        # Only the label that was given gains by what its rater may know.
        gain = self._by_cell.sum(np.log1p(knows / spam)).reshape(votes.units, votes.labels)
        self.posterior, total = normalised(gain) if votes.units else (gain, np.zeros(0))
        likelihood = float(total.sum() + np.log(spam).sum()) - votes.units * np.log(votes.labels)
        likelihood += self.smoothing * float(
            np.log(self.competence).sum()
            + np.log1p(-self.competence).sum()
            + np.log(self.habit).sum()
        )
        self._maximise()
        return float(likelihood)

    def _maximise(self) -> None:
        votes = self.votes
        known = self._known()
        knew = votes.by_rater.sum(known)
        spammed = self._by_said.sum(1 - known) + self.smoothing
        self.competence = (knew + self.smoothing) / (self._given + 2 * self.smoothing)
        table = spammed.reshape(votes.raters, votes.labels)
        self.habit = (table / table.sum(axis=1, keepdims=True)).reshape(-1)

    def _known(self) -> FloatArray:
        """Of each answer, the probability that its rater knew."""
        votes = self.votes
        knows = self.competence[votes.rater]
        spam = (1 - knows) * self.habit[self._said]
        known: FloatArray = self.posterior[votes.unit, votes.value] * knows / (knows + spam)
        return known
