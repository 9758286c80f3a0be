"""What was answered in a calibration session: alone, before anybody saw another's answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.annotations.models import Annotation, Question
from apps.quality.actions.conflicts import distances
from apps.quality.models import Calibration
from apps.tasks.models import Apart, CalibrationTask, Task


@dataclass
class Calibrated:
    """One task of a session with its answers. `spread`: the mean distance between two answers, of
    the question on which it is greatest; None where fewer than two have answered.
    """

    task: Task
    place: int
    given: list[Annotation]
    spread: float | None
    # By question, those whose answers differ.
    differs: dict[str, float]


def calibrated_tasks(calibration: Calibration, questions: Sequence[Question]) -> list[Calibrated]:
    """The hardest first. Two queries."""
    rows = CalibrationTask.objects.filter(
        project=calibration.project_id, round=calibration.round
    ).select_related("task__queue")
    given = independent_answers(calibration)
    found = [_measured(row, given.get(row.task_id, []), questions) for row in rows]
    return sorted(found, key=lambda one: (-(one.spread or 0.0), one.place))


def independent_answers(calibration: Calibration) -> Mapping[int, list[Annotation]]:
    """By task the last revision of each assignment that was made alone."""
    rows = (
        Annotation.objects.filter(
            project=calibration.project_id,
            is_independent=True,
            erased_at__isnull=True,
            assignment__state="submitted",
            assignment__apart=Apart.CALIBRATION,
            assignment__round=calibration.round,
        )
        .order_by("assignment_id", "-revision")
        .distinct("assignment_id")
        .select_related("annotator__user")
    )
    found: dict[int, list[Annotation]] = defaultdict(list)
    for one in rows:
        found[one.task_id].append(one)
    return found


def _measured(
    row: CalibrationTask, given: list[Annotation], questions: Sequence[Question]
) -> Calibrated:
    differs: dict[str, float] = {}
    worst: float | None = None
    for question in questions:
        values: list[Any] = [
            one.answers[question.name] for one in given if question.name in one.answers
        ]
        if len(values) < 2:
            continue
        widest, spread = distances(values, question)
        worst = max(worst or 0.0, spread)
        if widest > question.conflict_over:
            differs[question.name] = spread
    return Calibrated(row.task, row.place, given, worst, differs)
