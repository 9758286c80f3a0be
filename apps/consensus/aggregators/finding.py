"""What models that fuse have in common: how often each rater finds what is there, and sees more."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from apps.annotations.kinds.fusing import HALF
from apps.consensus.aggregators.ballots import Ballot, expected_f1
from apps.consensus.aggregators.base import (
    Answers,
    Fitted,
    FloatArray,
    Form,
    Model,
    Parameter,
    Skills,
    Verdicts,
)
from apps.consensus.aggregators.em import climb, normalised, summed
from apps.consensus.aggregators.skills import wilson

# The weight, in the middle of what several drew, of who finds no more than chance does.
LEAST = 0.05


class FindingModel(Model):
    """Of each rater two numbers: how often they mark what is there, and how often what is not; both,
    and what is there, by expectation and maximisation from the shares of the votes.

    The *probability* of an answer is how much of it is expected to be right, as F1 counts it.
    `smoothing` stands for so many candidates of each sort that a rater got right, and wrong.
    """

    smoothing = 1.0
    parameters: ClassVar = {"smoothing": Parameter(label="Smoothing", low=0.01, high=100.0)}
    knows_values = False
    tells_probability = True

    def fit(self, answers: Answers, form: Form) -> Fitted:
        ballot = Ballot(answers)
        model = Finding(ballot, smoothing=self.smoothing)
        how = climb(model.step)
        common, rows = model.kept()
        return Fitted(
            values=(),
            common=common,
            raters=ballot.rated.spread_rows(rows),
            newcomer=model.newcomer(),
            skills=model.skills(),
            steps=how.steps,
            has_converged=how.has_converged,
        )

    def judge(self, answers: Answers, form: Form, fitted: Fitted) -> Verdicts:
        ballot = Ballot(answers)
        rows = ballot.rated.rows_of(fitted)
        model = Finding(ballot, smoothing=self.smoothing, known=(fitted.common, rows))
        model.expect()
        weights = np.maximum(rows[:, 0] - rows[:, 1], LEAST)[ballot.rated.rater]
        sure = expected_f1(ballot, model.chance)
        verdicts = ballot.verdicts(model.chance, weights, probability=sure, skills=fitted.skills)
        return replace(verdicts, steps=fitted.steps, has_converged=fitted.has_converged)


class Finding:
    """The model, between two steps. `chance`: how likely each candidate is there."""

    def __init__(
        self,
        ballot: Ballot,
        *,
        smoothing: float,
        known: tuple[FloatArray, FloatArray] | None = None,
    ) -> None:
        self.ballot = ballot
        self.smoothing = smoothing
        self._rater = ballot.rated.rater[ballot.row]
        self._size = ballot.size[ballot.candidate]
        self.chance = ballot.shares()
        if known:
            self.prior, self.rows = float(known[0][0]), known[1]
        else:
            self.prior, self.rows = self._maximised()
        self._used = (self.prior, self.rows)

    def step(self) -> float:
        likelihood = float(self.ballot.size @ self.expect()) + self._of_priors()
        self.prior, self.rows = self._maximised()
        return likelihood

    def expect(self) -> FloatArray:
        """Finds `chance`; the logarithm of each candidate's likelihood."""
        self._used = (self.prior, self.rows)
        ballot, number = self.ballot, self.ballot.size.size
        finds = self.rows[self._rater]
        said = np.log(np.where(ballot.is_in[:, None], finds, 1 - finds))
        logs = np.column_stack([summed(ballot.candidate, said[:, i], number) for i in (0, 1)])
        logs += np.log([self.prior, 1 - self.prior])
        posterior, total = normalised(logs)
        self.chance = posterior[:, 0]
        return total

    def kept(self) -> tuple[FloatArray, FloatArray]:
        prior, rows = self._used
        return np.array([prior]), rows

    def newcomer(self) -> FloatArray:
        """As all together are."""
        right, met, wrong, others = (each.sum() for each in self._counts())
        like = self.smoothing
        return np.array([(right + like) / (met + 2 * like), (wrong + like) / (others + 2 * like)])

    def skills(self) -> Skills:
        """How often they are right about a candidate; their limits are by the number of answers'
        candidates, large ones counting more."""
        right, met, wrong, others = self._counts()
        total = met + others
        accuracy = np.divide(
            right + others - wrong, total, out=np.full(total.size, HALF), where=total > 0
        )
        votes = np.bincount(self._rater, minlength=total.size).astype(float)
        low, high = wilson(accuracy, votes)
        rated = self.ballot.rated
        found = rated.skills(np.clip(accuracy, 0.0, 1.0))
        limits = rated.spread_rows(np.column_stack([low, high]))
        return Skills(
            accuracy=found.accuracy, answers=found.answers, low=limits[:, 0], high=limits[:, 1]
        )

    def _counts(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """By rater: of what is there, how much they marked and how much there was; of the rest too."""
        chance = self.chance[self.ballot.candidate] * self._size
        rest = (1 - self.chance)[self.ballot.candidate] * self._size
        is_in, size = self.ballot.is_in, self.ballot.rated.raters
        return (
            summed(self._rater, chance * is_in, size),
            summed(self._rater, chance, size),
            summed(self._rater, rest * is_in, size),
            summed(self._rater, rest, size),
        )

    def _maximised(self) -> tuple[float, FloatArray]:
        right, met, wrong, others = self._counts()
        like, size = self.smoothing, self.ballot.size
        rows = np.column_stack(
            [(right + like) / (met + 2 * like), (wrong + like) / (others + 2 * like)]
        )
        there = float(self.chance @ size)
        return (there + like) / (float(size.sum()) + 2 * like), rows

    def _of_priors(self) -> float:
        prior, rows = self._used
        both = np.log(rows).sum() + np.log1p(-rows).sum() + np.log(prior) + np.log1p(-prior)
        return self.smoothing * float(both)
