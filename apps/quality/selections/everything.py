"""Every answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.quality.selections.base import Candidate, Selection


class Everything(Selection):
    """
    >>> Everything().takes(Candidate(), {})
    True
    """

    name = "everything"
    label = "All answers"
    summary = "Every answer is looked at."

    def takes(self, candidate: Candidate, config: Mapping[str, Any]) -> bool:
        return True
