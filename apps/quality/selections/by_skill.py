"""Answers of people who are not known to be good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.quality.selections.base import Candidate, Selection

# Of fewer known answers a mean says nothing yet.
LEAST = 5


class BySkill(Selection):
    """
    >>> rule, bar = BySkill(), {"below": 0.8}
    >>> rule.takes(Candidate(skill=0.7, checks=20), bar), rule.takes(Candidate(skill=0.9, checks=20), bar)
    (True, False)
    >>> rule.takes(Candidate(), bar), rule.takes(Candidate(skill=1.0, checks=4), bar)
    (True, True)
    """

    name = "by_skill"
    label = "By the annotator's skill"
    summary = (
        "Answers of annotators whose mean score on known answers is below this, and of those who"
        f" have not met {LEAST} known answers yet."
    )
    settings = {"below": 0.8}

    def takes(self, candidate: Candidate, config: Mapping[str, Any]) -> bool:
        if candidate.skill is None or candidate.checks < LEAST:
            return True
        return candidate.skill < float(config["below"])
