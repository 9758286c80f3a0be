"""Models that put tasks in order by how sure they are of each, whatever they are sure of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from apps.annotations.models import Question
from apps.routing.actions.features import Features
from apps.routing.actions.labels import IntArray, Known
from apps.routing.actions.training import MOST_CANDIDATES, MOST_COMPARED, some_of
from apps.routing.models import ModelRun
from apps.routing.strategies.lots import Draw, chances

# As leaders they tell whether they are sure of a task, and not of which answer.
SURE = ("sure", "not sure")
# Of each task so many values are told with its place.
MOST_THOUGHTS = 3
Said = tuple[int, Any, float]
"""A task, an answer, and how probable it is."""


@dataclass(frozen=True, eq=False, kw_only=True)
class BySureness(ABC):
    """What was learned of a question, with its run. Strategies that live on probabilities are given
    those of being sure and not."""

    run: ModelRun
    question: Question
    features: Features
    known: Known

    most_candidates: ClassVar[int] = MOST_CANDIDATES

    def candidates(self, tasks: IntArray, draw: int) -> IntArray:
        return some_of(tasks[np.isin(tasks, self.features.tasks)], draw, self.most_candidates)

    def compared(self, draw: int) -> IntArray:
        lot = chances(self.known.tasks, draw, Draw.LOOKED_AT)
        return np.sort(np.argsort(lot)[:MOST_COMPARED])

    def chances_of(self, tasks: IntArray) -> NDArray[np.float32]:
        sure = self.sure_of(tasks)
        return np.column_stack([sure, 1 - sure]).astype(np.float32)

    def thoughts_of(self, tasks: IntArray) -> list[list[Any]]:
        """What it thinks of each, as `Rank.thought` has it; nothing where no few words say it."""
        return [[] for _ in tasks]

    @abstractmethod
    def sure_of(self, tasks: IntArray) -> NDArray[np.floating]:
        """From a half, where it is not sure at all, to one: strategies order by both sides alike."""

    @abstractmethod
    def proposals(self, tasks: IntArray, bar: float) -> Iterator[Said]:
        """Answers that are at least so probable."""

    @property
    def is_proposing(self) -> bool:
        """Whether what it says is worth an annotator's look."""
        return True


def known_as_sure(tasks: IntArray, consensus: int) -> Known:
    """All count as sure: a strategy that takes rare labels first then asks for what it is not sure of."""
    return Known(tasks=tasks, label=np.zeros_like(tasks), values=SURE, consensus=consensus)
