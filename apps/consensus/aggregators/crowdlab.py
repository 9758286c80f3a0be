"""Votes and a model's opinion in one mean, each with the weight that its agreement earns."""

from __future__ import annotations

import numpy as np

from apps.consensus.aggregators.base import (
    Answers,
    Fitted,
    FloatArray,
    Form,
    IntArray,
    Model,
    Verdicts,
)
from apps.consensus.aggregators.em import Votes, check_values, summed

# No weight is 0, so that whoever stands alone is heard at all.
LEAST = 1e-6


class Crowdlab(Model):
    """What is believed of a unit is a mean of what the model thinks of it and of what each answer
    makes likely: the label that was given with the chance `usual`, any other alike.

    `usual` is how often an answer is that of most. A rater weighs as much as their disagreement with
    others falls below the error of who always says the most frequent label; so does the model by its
    disagreement with what most say, times the root of the usual number of answers. Only units with
    two answers tell of that; where votes tie they count in parts. Whoever has shared no unit weighs as the
    others do on average.

    The model must not have learned from the answers to the unit, nor from what this method makes of
    answers: `Answers.opinions`. Where it has said nothing the votes stand alone.

    >>> answers = Answers.of([1, 1, 1, 2, 2, 3], list("xyzxyx"), list("aababb"))
    >>> Crowdlab()(answers, form="label").winners_of(0)
    ('a',)
    """

    name = "crowdlab"
    label = "CROWDLAB"
    summary = "Hears a model beside the votes; each counts as much as it agrees with the others."
    needs = (
        "A model that has learned from the answers (100 tasks), and some tasks with two answers."
    )
    forms = frozenset({"label"})
    reference = (
        "Goh, H. W., Tkachenko, U., Mueller, J. (2022). CROWDLAB: supervised learning to infer"
        " consensus labels and quality scores for data with multiple annotators. arXiv:2210.06812."
    )
    knows_values = True
    tells_probability = True
    hears_model = True

    def fit(self, answers: Answers, form: Form) -> Fitted:
        votes = Votes(answers)
        usual, of_model, weights, newcomer = _weights(votes)
        fitted = Fitted(
            values=answers.values,
            common=np.array([usual, of_model]),
            raters=votes.spread_rows(np.column_stack([weights, weights])),
            newcomer=np.array([newcomer, newcomer]),
            skills=votes.skills(weights),
        )
        skills = votes.of_raters(self.posterior(votes, fitted))
        accuracy = skills.accuracy[~np.isnan(skills.accuracy)]
        fitted.raters[:, 1] = skills.accuracy
        fitted.newcomer[1] = accuracy.mean() if accuracy.size else 1.0
        return Fitted(**{**vars(fitted), "skills": skills})

    def judge(self, answers: Answers, form: Form, fitted: Fitted) -> Verdicts:
        check_values(answers.values, fitted.values)
        votes = Votes(answers)
        return votes.verdicts(self.posterior(votes, fitted), fitted.skills)

    def as_many(self, fitted: Fitted) -> float:
        weights = fitted.raters[:, 0]
        usual = float(np.nanmean(weights)) if weights.size else 1.0
        return float(fitted.common[1]) / usual

    def posterior(self, votes: Votes, fitted: Fitted) -> FloatArray:
        """units x labels."""
        support = self._support(votes, fitted)
        return support / _total(support)

    def tables(self, rows: FloatArray, labels: int) -> FloatArray:
        """raters x labels x labels: a coin for each, as often right as their answers are believed."""
        right = rows[:, 1, None, None]
        wrong = (1 - right) / max(labels - 1, 1)
        tables: FloatArray = np.where(np.eye(labels, dtype=bool), right, wrong)
        return tables

    def without(
        self, votes: Votes, fitted: Fitted, posterior: FloatArray, among: IntArray
    ) -> FloatArray:
        """What would be believed of the units of these answers, had each not been given."""
        weights, shares = votes.rows_of(fitted)[votes.rater[among], 0], _shares(votes, fitted)
        left = self._support(votes, fitted)[votes.unit[among]] - weights[:, None] * shares[1]
        left[np.arange(among.size), votes.value[among]] -= weights * (shares[0] - shares[1])
        left = np.maximum(left, 0.0)
        found: FloatArray = left / np.maximum(_total(left), 1e-300)
        return found

    def _support(self, votes: Votes, fitted: Fitted) -> FloatArray:
        weight = votes.rows_of(fitted)[votes.rater, 0]
        right, wrong = _shares(votes, fitted)
        cells = votes.unit * votes.labels + votes.value
        support = summed(cells, weight * (right - wrong), votes.units * votes.labels)
        support = support.reshape(votes.units, votes.labels)
        support += wrong * summed(votes.unit, weight, votes.units)[:, None]
        if votes.answers.opinions is not None:
            heard = votes.answers.opinions[votes.answered]
            support += float(fitted.common[1]) * np.nan_to_num(heard)
        return support


def _shares(votes: Votes, fitted: Fitted) -> tuple[float, float]:
    """What an answer says of the label that was given, and of each other."""
    usual = float(fitted.common[0])
    return usual, (1 - usual) / max(votes.labels - 1, 1)


def _total(support: FloatArray) -> FloatArray:
    """By unit. Label by label, so that a unit judged alone has the digits that it has among all."""
    total = np.zeros(len(support))
    for label in range(support.shape[1]):
        total += support[:, label]
    return total[:, None]


def _weights(votes: Votes) -> tuple[float, float, FloatArray, float]:
    """How often an answer is that of most; the model's weight, each rater's, a newcomer's."""
    number = votes.number[votes.answered]
    several = number > 1
    if not several.any():
        return 1.0, 0.0, np.ones(votes.raters), 1.0
    shares = votes.shares()
    highest = shares.max(axis=1)
    won = shares >= highest[:, None] - LEAST
    # By unit, what each label has of what most say: all of it, or in a tie a part.
    most = (won / won.sum(axis=1, keepdims=True))[several]
    error = max(1 - float(most.mean(axis=0).max()), LEAST)

    given = number[votes.unit]
    same = shares[votes.unit, votes.value] * given - 1
    others = votes.by_rater.sum((given - 1).astype(float))
    agreed = np.full(votes.raters, np.nan)
    np.divide(votes.by_rater.sum(same), others, out=agreed, where=others > 0)
    usual = float(agreed[others > 0].mean())
    agreed[others == 0] = usual
    return (
        float(highest[several].mean()),
        _of_model(votes, several, most, error) * float(np.sqrt(number.mean())),
        _earned(agreed, error),
        float(_earned(np.array([usual]), error)[0]),
    )


def _of_model(votes: Votes, several: np.ndarray, most: FloatArray, error: float) -> float:
    if votes.answers.opinions is None:
        return 0.0
    said = votes.answers.opinions[votes.answered][several]
    known = np.flatnonzero(~np.isnan(said).any(axis=1))
    if not known.size:
        return 0.0
    agreed = most[known, said[known].argmax(axis=1)].mean(keepdims=True)
    return float(_earned(agreed, error)[0])


def _earned(agreed: FloatArray, error: float) -> FloatArray:
    """1 of who never disagrees, next to nothing of who does no better than a habit."""
    found: FloatArray = np.maximum(1 - (1 - agreed) / error, LEAST)
    return found
