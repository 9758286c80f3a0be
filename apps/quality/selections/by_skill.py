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

    With fewer known answers it goes by what a model of consensus is sure of:

    >>> rule.takes(Candidate(believed=0.85), bar), rule.takes(Candidate(believed=0.75, checks=4), bar)
    (False, True)
    >>> rule.takes(Candidate(skill=0.7, checks=20, believed=0.9), bar)
    True
    """

    name = "by_skill"
    label = "By the annotator's skill"
    summary = (
        "Answers of annotators whose mean score on known answers is below this. Of who has not met"
        f" {LEAST} known answers yet, those whom no model of consensus believes right more often than"
        " this: by the lower limit of its interval."
    )
    settings = {"below": 0.8}

    def takes(self, candidate: Candidate, config: Mapping[str, Any]) -> bool:
        is_known = candidate.skill is not None and candidate.checks >= LEAST
        level = candidate.skill if is_known else candidate.believed
        return level is None or level < float(config["below"])
