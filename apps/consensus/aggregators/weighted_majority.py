"""A majority in which each rater counts as much as they agree with the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from apps.consensus.aggregators.base import Answers, Fitted, Form, Model, Verdicts
from apps.consensus.aggregators.em import Groups, Votes, check_values

# Where nobody agrees with anybody all weigh the same.
LEAST = 1e-6


class WeightedMajority(Model):
    """Each answer weighs what its rater's answers have in common with those of others: the mean,
    over their answers, of the share of the unit's *other* answers that say the same.

    One's own answer does not speak for oneself, or raters of units with few answers would weigh
    most. Who shares no unit with anybody weighs as the others do on average. One pass, nothing
    that has to converge; the weights are not probabilities, so the verdict has none.

    >>> answers = Answers.of(list("1112223334"), list("xyzxyzxyzz"), list("aabaabbbac"))
    >>> WeightedMajority()(answers, form="label").winners_of(2)
    ('b',)
    """

    name = "weighted_majority"
    label = "Weighted majority"
    summary = "A majority in which each annotator counts as much as they agree with the others."
    needs = "Annotators who share tasks."
    forms = frozenset({"label"})
    reference = (
        "Littlestone, N., Warmuth, M. K. (1994). The weighted majority algorithm. Information and"
        " Computation 108(2), 212-261; weights by agreement with the others, as crowd-kit's Wawa."
    )

    def fit(self, answers: Answers, form: Form) -> Fitted:
        votes = Votes(answers)
        by_cell = _cells(votes)
        ones = np.ones(votes.unit.size)
        same = by_cell.sum(ones)[votes.unit * votes.labels + votes.value] - 1
        others = votes.by_unit.sum(ones)[votes.unit] - 1
        told = (others > 0).astype(float)
        support = np.divide(same, others, out=np.zeros_like(same), where=others > 0)
        counted = votes.by_rater.sum(told)
        agreed = votes.by_rater.sum(support)
        usual = agreed.sum() / counted.sum() if counted.sum() else 1.0
        weight = np.full(votes.raters, usual)
        np.divide(agreed, counted, out=weight, where=counted > 0)
        return Fitted(
            values=answers.values,
            common=np.zeros(0),
            raters=votes.spread_rows(weight[:, None]),
            newcomer=np.array([usual]),
            skills=votes.skills(weight),
        )

    def judge(self, answers: Answers, form: Form, fitted: Fitted) -> Verdicts:
        check_values(answers.values, fitted.values)
        votes = Votes(answers)
        weighed = np.maximum(votes.rows_of(fitted)[:, 0], LEAST)[votes.rater]
        table = _cells(votes).sum(weighed).reshape(votes.units, votes.labels)
        table /= np.maximum(table.sum(axis=1, keepdims=True), 1e-300)
        return replace(votes.verdicts(table, fitted.skills), probability=None)


def _cells(votes: Votes) -> Groups:
    return Groups(votes.unit * votes.labels + votes.value, votes.units * votes.labels)
