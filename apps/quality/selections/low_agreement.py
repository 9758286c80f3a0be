"""Answers that lie far from another's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.quality.selections.base import Candidate, Selection


class LowAgreement(Selection):
    """Not before the task has all of its answers: until then they may still come to agree.

    >>> rule, bar = LowAgreement(), {"below": 0.6}
    >>> rule.takes(Candidate(agreement=0.5), bar), rule.takes(Candidate(agreement=0.6), bar)
    (True, False)
    >>> rule.takes(Candidate(agreement=0.5, is_complete=False), bar), rule.takes(Candidate(), bar)
    (False, False)
    """

    name = "low_agreement"
    label = "Below an agreement"
    summary = (
        "Answers whose nearness to the furthest other answer of the task, from 0 to 1, is below"
        " this, once the task has all of its answers."
    )
    settings = {"below": 0.8}

    def takes(self, candidate: Candidate, config: Mapping[str, Any]) -> bool:
        if not candidate.is_complete or candidate.agreement is None:
            return False
        return candidate.agreement < float(config["below"])
