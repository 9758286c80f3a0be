"""What a question's studies are made from: its answers one by one, read once for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
import orjson
from django.db import connection

from apps.agreement.actions.chance import distances_of
from apps.agreement.actions.comparing import WHOLE
from apps.agreement.actions.data import Scale, Scanned, is_by_moments, patterns_of, scale_of, scan
from apps.agreement.actions.headline import is_led_by_objects
from apps.agreement.actions.object_figures import slices_in
from apps.agreement.actions.object_sums import ObjectSums, sums_of
from apps.agreement.actions.sampled import sampled
from apps.agreement.measures import Distances, Patterns
from apps.agreement.measures.arrays import FloatArray, IntArray
from apps.agreement.measures.readings import Read
from apps.agreement.measures.standing import apart
from apps.annotations.models import Question

# Distances inside tasks that are looked at one by one.
MOST_DISTANCES = 50_000
COMPARED = """
SELECT task_id, body -> 'a', body -> 'd' -> %s FROM agreement_storedtask
 WHERE project_id = %s AND body -> 'd' ? %s ORDER BY task_id
"""
BATCH = 5_000


@dataclass(frozen=True, eq=False)
class Rows:
    """Each answer beside another's: who gave it, when, to which task, how far from the others."""

    rater: IntArray
    day: IntArray
    task: IntArray
    distance: FloatArray
    # The mean distance of any two answers: what chance would give.
    expected: float


class Material:
    """A question and its report, with what is read for it at most once."""

    def __init__(self, question: Question, body: dict[str, Any]) -> None:
        self.question = question
        self.body = body

    @cached_property
    def is_counted(self) -> bool:
        return self.question.behaviour.form(self.question.config) is not None

    @cached_property
    def scale(self) -> Scale:
        return scale_of(self.question)

    @cached_property
    def scanned(self) -> Scanned:
        return scan(self.scale)

    @cached_property
    def patterns(self) -> Patterns | None:
        """None where answers are not counted, or by moments only."""
        if not self.is_counted or is_by_moments(self.question):
            return None
        return patterns_of(self.scale)

    @cached_property
    def sums(self) -> ObjectSums | None:
        """None where answers are no lists of objects that have a place."""
        geometry = self.question.behaviour.geometry_for(self.question.config)
        return None if geometry is None else sums_of(self.question, geometry)

    @cached_property
    def distances(self) -> Distances | None:
        """None where answers are counted."""
        return None if self.is_counted else distances_of(self.question, most=MOST_DISTANCES)

    @cached_property
    def sampled(self) -> tuple[Distances, IntArray, IntArray, Read]:
        """Of counted answers an even part, as `sampled` has it."""
        return sampled(self.scale, self.scanned)

    @property
    def leads(self) -> bool:
        """Whether the figure of the objects is the question's."""
        return is_led_by_objects(self.question)

    @cached_property
    def slices(self) -> dict[str, list[dict[str, Any]]]:
        """The question's figure in each value of each slice."""
        if self.sums is not None and self.leads:
            return slices_in(self.question, self.sums)
        found: dict[str, list[dict[str, Any]]] = self.body.get("slices", {})
        return found

    @cached_property
    def rows(self) -> Rows:
        return self._counted_rows() if self.is_counted else self._compared_rows()

    def _counted_rows(self) -> Rows:
        found = apart(self.scanned.answers, self.scale.level)
        answers, kept = self.scanned.answers, found.kept
        rater = np.zeros(0, np.int64) if answers.rater is None else answers.rater[kept]
        return Rows(
            rater=rater,
            day=self.scanned.day[kept],
            task=self.scanned.tasks[answers.unit[kept]],
            distance=found.distance,
            expected=found.expected,
        )

    def _compared_rows(self) -> Rows:
        table = np.array(list(_compared(self.question)), float).reshape(-1, 4)
        expected = self.body["measures"][0].get("expected") or 0.0
        return Rows(
            rater=table[:, 0].astype(np.int64),
            day=table[:, 1].astype(np.int64),
            task=table[:, 2].astype(np.int64),
            distance=table[:, 3],
            expected=float(expected),
        )


def _compared(question: Question) -> Iterator[tuple[int, int, int, float]]:
    """(rater, day, task, mean distance to the others) from the distances that the ledger keeps."""
    key = str(question.pk)
    with connection.chunked_cursor() as cursor:
        cursor.execute(COMPARED, (key, question.project_id, key))
        while rows := cursor.fetchmany(BATCH):
            for task, work, body in rows:
                compared, days = orjson.loads(body), _days(orjson.loads(work))
                ratings = [rating[0] for rating in compared["r"]]
                if len(ratings) > 1:
                    sums = _sums(len(ratings), compared["p"])
                    for rater, total in zip(ratings, sums, strict=True):
                        mean = total / (len(ratings) - 1) / WHOLE
                        yield rater, days.get(rater, -1), task, mean


def _days(work: list[list[int]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for annotator, day, _ in work:
        found[annotator] = min(day, found.get(annotator, day))
    return found


def _sums(number: int, distances: list[int]) -> list[int]:
    sums = [0] * number
    for (a, b), distance in zip(combinations(range(number), 2), distances, strict=True):
        sums[a] += distance
        sums[b] += distance
    return sums
