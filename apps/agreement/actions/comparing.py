"""Distances between the answers of a task, for kinds whose answers can only be compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import orjson

from apps.annotations.models import Question

# Distances are kept as whole billionths, so that sums are exact in any order.
WHOLE = 10**9


class Comparing:
    """Gathers the answers of some tasks to such questions, then compares them task by task."""

    def __init__(self, questions: Mapping[str, Question]) -> None:
        self._questions = questions
        self._given: dict[int, dict[str, list[tuple[Any, Any]]]] = defaultdict(dict)

    def put(self, task: int, rating: list[Any], answers: str) -> None:
        """A rating is [annotator, annotation, slices]; `answers` is the annotation's JSON."""
        if not self._questions:
            return
        for name, value in orjson.loads(answers).items():
            if name in self._questions and value is not None:
                self._given[task].setdefault(name, []).append((rating, value))

    def complete(self, bodies: Mapping[int, dict[str, Any]]) -> None:
        """Write what was gathered into the tasks' bodies."""
        for task, given in self._given.items():
            bodies[task]["d"] = {
                str(self._questions[name].pk): {
                    "r": [rating for rating, _ in ratings],
                    "p": apart(self._questions[name], [value for _, value in ratings]),
                }
                for name, ratings in given.items()
            }


def apart(question: Question, values: Sequence[Any]) -> list[int]:
    """The distances of the pairs of values, in the order of `combinations`, in billionths."""
    kind, config = question.behaviour, question.config
    return [round(kind.distance(a, b, config) * WHOLE) for a, b in combinations(values, 2)]


def mean_of(apart: Sequence[int]) -> float:
    return round(sum(apart) / len(apart) / WHOLE, 6)
