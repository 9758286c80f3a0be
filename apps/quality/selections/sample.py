"""A share of all answers, by chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.quality.selections.base import Candidate, Selection


class Sample(Selection):
    """What is taken stays taken when the share grows, since the draw is the answer's own.

    >>> [Sample().takes(Candidate(draw=d), {"share": 0.25}) for d in (0.0, 0.24, 0.25)]
    [True, True, False]
    """

    name = "sample"
    label = "A share, by chance"
    summary = "So many of all answers, drawn by chance: 0.1 is 10 of 100."
    settings = {"share": 0.1}

    def takes(self, candidate: Candidate, config: Mapping[str, Any]) -> bool:
        return candidate.draw < float(config["share"])
