"""A verdict on one task, before it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    task: int
    aggregator: str
    # All that share the first place, in the canonical form of the kind.
    winners: list[Any]
    share: float
    probability: float | None = None
    run: int | None = None

    @property
    def is_tie(self) -> bool:
        return len(self.winners) > 1

    @property
    def value(self) -> Any:
        return None if self.is_tie else self.winners[0]
