"""A majority in which each rater counts as much as they agree with the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from apps.consensus.aggregators.alternatives import Groups as Split
from apps.consensus.aggregators.alternatives import next_of, same_as, sure_of, table_of
from apps.consensus.aggregators.base import Answers, Fitted, FloatArray, Form, Model, Verdicts
from apps.consensus.aggregators.calibration import EDGE
from apps.consensus.aggregators.em import Groups, Votes, check_values
from apps.consensus.aggregators.held_out import Foreseen
from apps.consensus.aggregators.plain import first_winner, left_out, several

# Where nobody agrees with anybody all weigh the same.
LEAST = 1e-6


class WeightedMajority(Model):
    """Each answer weighs what its rater's answers have in common with those of others: the mean,
    over their answers, of the share of the unit's *other* answers that say the same.

    One's own answer does not speak for oneself, or raters of units with few answers would weigh
    most. Who shares no unit with anybody weighs as the others do on average. One pass, nothing
    that has to converge. The weights are not probabilities: that of the verdict is how probable it is
    that most people would say it, if many more were asked, with the answers counted as they weigh
    (`alternatives.py`).

    >>> answers = Answers.of(list("1112223334"), list("xyzxyzxyzz"), list("aabaabbbac"))
    >>> WeightedMajority()(answers, form="label").winners_of(2)
    ('b',)
    """

    name = "weighted_majority"
    label = "Weighted majority"
    summary = "A majority in which each annotator counts as much as they agree with the others."
    needs = "Annotators who share tasks."
    forms = frozenset({"label"})
    tells_probability = True
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
        heard = _weighed(votes, weight[votes.rater])
        some = np.isin(votes.answered, several(answers))
        return Fitted(
            values=answers.values,
            common=table_of(_groups(votes, heard, some), max(len(answers.values) - 1, 1)),
            raters=votes.spread_rows(weight[:, None]),
            newcomer=np.array([usual]),
            skills=votes.skills(weight),
        )

    def judge(self, answers: Answers, form: Form, fitted: Fitted) -> Verdicts:
        check_values(answers.values, fitted.values)
        votes = Votes(answers)
        heard = _weighed(votes, votes.rows_of(fitted)[votes.rater, 0])
        verdicts = votes.verdicts(heard, fitted.skills)
        sure = np.full(answers.units, np.nan)
        groups = _groups(votes, heard, np.ones(votes.units, np.bool_))
        sure[votes.answered] = np.clip(sure_of(groups, fitted.common), EDGE, 1 - EDGE)
        return replace(verdicts, probability=sure)

    def foreseen(self, answers: Answers, form: Form, fitted: Fitted, seed: int) -> Foreseen:
        """As of plain methods; the weights still rest on what is left out, as on one of many."""
        others, held = left_out(answers, seed)
        votes = Votes(others)
        heard = _weighed(votes, votes.rows_of(fitted)[votes.rater, 0])
        groups = _groups(votes, heard, np.ones(votes.units, np.bool_))
        won = first_winner(votes.verdicts(heard))
        return Foreseen(next_of(groups, fitted.common), same_as(others, won, held, 0.0))


def _weighed(votes: Votes, weight: FloatArray) -> FloatArray:
    """units x labels: the share of the weight behind each label."""
    table = _cells(votes).sum(np.maximum(weight, LEAST)).reshape(votes.units, votes.labels)
    table /= np.maximum(table.sum(axis=1, keepdims=True), 1e-300)
    return table


def _groups(votes: Votes, heard: FloatArray, among: NDArray[np.bool_]) -> Split:
    """Of these units; a unit's answers weigh as many as they are."""
    best = heard.argmax(axis=1)
    unit, value = np.nonzero((heard > 0) & among[:, None])
    number = votes.number[votes.answered].astype(float)
    return Split(
        unit=unit,
        size=heard[unit, value] * number[unit],
        has_won=(value == best[unit]).astype(float),
        units=votes.units,
    )


def _cells(votes: Votes) -> Groups:
    return Groups(votes.unit * votes.labels + votes.value, votes.units * votes.labels)
