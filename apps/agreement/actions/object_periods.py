"""What was marked up to a moment, or in a period: the figures of the objects, made while one waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from apps.agreement.actions.marked import Given, portions
from apps.agreement.actions.object_figures import figure_of
from apps.agreement.actions.object_sums import drawn_of, measures_for
from apps.agreement.actions.past import Period, given_in, ids_in
from apps.agreement.measures import Difference, ObjectMeasure
from apps.agreement.measures.gathered_difference import gathered_difference
from apps.agreement.measures.gathering import Gathering
from apps.annotations.kinds.marks import Geometry
from apps.annotations.models import Question

# The headline and what stands beside it.
MOST_MEASURES = 3
# Answers that are looked at; of more, those to an even part of the tasks.
MOST_IN_PERIOD = 20_000


def objects_in(question: Question, period: Period) -> dict[str, Any]:
    """As the body of the study of objects, but for what pages do not show of another time."""
    geometry = _geometry(question)
    found = _gathered(question, geometry, period, measures_for(geometry)[:MOST_MEASURES])
    return {"leads": True, "measures": [figure_of(one, geometry) for one in found], "slices": {}}


def objects_held_against(question: Question, first: Period, second: Period) -> Difference:
    """By the headline; tasks that both periods have are drawn for both at once."""
    geometry = _geometry(question)
    headline = measures_for(geometry)[:1]
    sides = [_gathered(question, geometry, period, headline)[0] for period in (first, second)]
    return gathered_difference(*sides)


def _geometry(question: Question) -> Geometry:
    geometry = question.behaviour.geometry_for(question.config)
    if geometry is None:
        raise ValueError(f"{question} asks for no objects.")
    return geometry


def _gathered(
    question: Question, geometry: Geometry, period: Period, wanted: list[ObjectMeasure]
) -> list[Gathering]:
    found = [Gathering(measure) for measure in wanted]
    rows, left_out = _rows(question, period)
    for portion in portions(question, geometry, rows):
        for gathering in found:
            gathering.add(portion.objects, units=portion.tasks, groups=portion.groups)
    for gathering in found:
        gathering.leave_out("not_drawn", left_out)
    return found


def _rows(question: Question, period: Period) -> tuple[Iterator[Given], int]:
    """The answers of the period, or an even part of its tasks; and how many tasks are left out."""
    tasks, answers = np.unique(
        np.fromiter((task for task, _, _ in ids_in(question, period)), np.int64), return_counts=True
    )
    rows = given_in(question, period, [question.name])
    if answers.sum() <= MOST_IN_PERIOD:
        return rows, 0
    drawn = drawn_of(tasks, MOST_IN_PERIOD / answers.sum())
    kept = set(tasks[drawn].tolist())
    return (one for one in rows if one.task in kept), int((answers[~drawn] > 1).sum())
