"""A few of the answers about which nobody has doubts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.quality.selections.base import Candidate, Selection


class Audit(Selection):
    """What all agree on is not always right; only a look at some of it by chance can tell.

    >>> rule, config = Audit(), {"share": 0.05, "agreement": 1.0}
    >>> rule.takes(Candidate(draw=0.01, agreement=1.0), config)
    True
    >>> rule.takes(Candidate(draw=0.01, agreement=0.9), config)
    False
    >>> rule.takes(Candidate(draw=0.06, agreement=1.0), config), rule.takes(Candidate(draw=0.01), config)
    (False, False)
    """

    name = "audit"
    label = "A random audit of agreed work"
    summary = (
        "So many, by chance, of the answers that are at least this near to all other answers of"
        " their task, once the task has all of its answers."
    )
    settings = {"share": 0.02, "agreement": 1.0}

    def takes(self, candidate: Candidate, config: Mapping[str, Any]) -> bool:
        if not candidate.is_complete or candidate.agreement is None:
            return False
        agrees = candidate.agreement >= float(config["agreement"])
        return agrees and candidate.draw < float(config["share"])
