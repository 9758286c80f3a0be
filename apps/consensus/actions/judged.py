"""A verdict on one task, before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from apps.consensus.actions.reading import plain
from apps.consensus.aggregators import Aggregator, Form, Verdicts
from apps.consensus.aggregators.base import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    task: int
    aggregator: str
    # Those of the method that are not as they are by themselves.
    parameters: dict[str, float]
    # All that share the first place, in the canonical form of the kind.
    winners: list[Any]
    share: float
    probability: float | None = None
    run: int | None = None
    # Of a number the limits of 95 %, where they are told.
    low: float | None = None
    high: float | None = None
    # Of an answer in several parts: {part: {"share", "probability"}}.
    parts: dict[str, dict[str, float]] | None = None
    # Where a model was heard: all that share the first place by the votes alone.
    by_votes: list[Any] | None = None

    @property
    def is_tie(self) -> bool:
        return len(self.winners) > 1

    @property
    def value_by_votes(self) -> Any:
        return self.by_votes[0] if self.by_votes and len(self.by_votes) == 1 else None

    @property
    def value(self) -> Any:
        return None if self.is_tie else self.winners[0]


def judged_each(
    tasks: Sequence[int],
    verdicts: Verdicts,
    form: Form,
    *,
    by: Aggregator,
    sure: FloatArray | None = None,
    run: int | None = None,
) -> list[Judged]:
    """One for each task, in the order of the units; `sure` says how probable each is."""
    return [
        Judged(
            task=task,
            aggregator=by.name,
            parameters=by.changed(),
            winners=[plain(value, form) for value in verdicts.winners_of(unit)],
            share=float(verdicts.share[unit]),
            probability=None if sure is None else _bounded(sure[unit]),
            run=run,
            low=_known(verdicts.low, unit),
            high=_known(verdicts.high, unit),
            parts=_parts(verdicts, unit),
        )
        for unit, task in enumerate(tasks)
    ]


def _known(limits: FloatArray | None, unit: int) -> float | None:
    return None if limits is None or np.isnan(limits[unit]) else float(limits[unit])


def _parts(verdicts: Verdicts, unit: int) -> dict[str, dict[str, float]] | None:
    if verdicts.parts is None:
        return None
    return {
        name: {"share": float(part.share[unit]), "probability": _bounded(part.probability[unit])}
        for name, part in verdicts.parts.items()
        if not np.isnan(part.share[unit])
    }


def _bounded(probability: float) -> float:
    """Sums of probabilities may pass 1 in their last digit."""
    return min(max(float(probability), 0.0), 1.0)
