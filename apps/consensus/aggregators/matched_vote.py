"""Things that several people marked, matched; those that most of them marked are kept."""

from __future__ import annotations

import numpy as np

from apps.consensus.aggregators.ballots import Ballot
from apps.consensus.aggregators.base import Answers, Form, Verdicts
from apps.consensus.aggregators.marked import MarkedThings
from apps.consensus.aggregators.plain import Many, Plain


class MatchedVote(Plain):
    """What more than half of a task's answers have marked is in, with the middle of what they drew.

    How things are matched, and what their middle is, the kind of question says. Behind the answer
    stands how much of the votes, thing by thing, agrees with what was decided. Its *probability* is how much
    of it many people would have marked as well: `marked.py`.

    >>> from apps.consensus.aggregators.letters import Letters
    >>> answers = Answers.of([1, 1, 1], "xyz", ["abc", "ab", "ad"], fuser=Letters())
    >>> verdicts = MatchedVote()(answers, form="things")
    >>> verdicts.winners_of(0), verdicts.share.round(3).tolist()
    (('ab',), [0.75])
    """

    name = "matched_vote"
    label = "Matched, by vote"
    summary = "Puts marks of the same thing together, and keeps what more than half have marked."
    forms = frozenset({"things"})
    reference = (
        "Kuhn, H. W. (1955). The Hungarian method for the assignment problem; things found by"
        " several put together as by Solovyev, R. et al. (2021), weighted boxes fusion."
    )

    def many(self, form: Form) -> Many:
        return MarkedThings()

    def aggregate(self, answers: Answers, form: Form) -> Verdicts:
        ballot = Ballot(answers)
        return ballot.verdicts(ballot.shares(), np.ones(ballot.rated.unit.size))
