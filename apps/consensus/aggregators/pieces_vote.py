"""Place by place: what most people marked, whatever they took it to be a part of."""

from __future__ import annotations

import numpy as np

from apps.consensus.aggregators.ballots import Ballot
from apps.consensus.aggregators.base import Answers, Form, Verdicts
from apps.consensus.aggregators.marked import MarkedThings
from apps.consensus.aggregators.plain import Many, Plain


class PiecesVote(Plain):
    """Each character of a text, moment of a recording or pixel of an image has the labels that more
    than half of a task's answers gave it. Things of one label that touch become one. The *probability* is
    how much of it many people would have marked as well: `marked.py`.

    >>> from apps.consensus.aggregators.letters import Letters
    >>> answers = Answers.of([1, 1], "xy", ["abc", "ab"], fuser=Letters())
    >>> PiecesVote()(answers, form="pieces").winners_of(0)
    ('ab', 'abc')
    """

    name = "pieces_vote"
    label = "Place by place, by vote"
    summary = "Each character, moment or pixel has the labels that more than half gave it."
    needs = "Things of one label that do not touch: those that do become one."
    forms = frozenset({"pieces"})
    reference = (
        "Nguyen, A. T. et al. (2017). Aggregating and predicting sequence labels from crowd"
        " annotations. ACL 2017, the majority of tokens."
    )

    def many(self, form: Form) -> Many:
        return MarkedThings()

    def aggregate(self, answers: Answers, form: Form) -> Verdicts:
        ballot = Ballot(answers)
        return ballot.verdicts(ballot.shares(), np.ones(ballot.rated.unit.size))
