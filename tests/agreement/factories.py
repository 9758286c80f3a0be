"""A project's answers as a table, told to the ledger; and the other implementation of alpha."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import krippendorff
import numpy as np

from apps.annotations.models import Annotation
from apps.annotations.signals import TASK_CHANGED
from apps.core import outbox
from apps.projects.models import Membership, Project
from apps.tasks.models import Assignment, Task
from tests.bulk import answered_tasks
from tests.factories import MembershipFactory

Level = Literal["nominal", "ordinal", "interval", "ratio"]


def tell(project: Project, *tasks: Task | int) -> None:
    ids = [task if isinstance(task, int) else task.pk for task in tasks]
    outbox.publish(event=TASK_CHANGED, scope_id=project.pk, subject_ids=ids)


def fill(project: Project, table: Sequence[Sequence[Any]], question: str = "intent") -> list[Task]:
    """One task per row, one annotator per column; None is no answer."""
    raters: list[Membership] = [MembershipFactory(project=project) for _ in table[0]]
    answers = [
        {
            rater: {question: value}
            for rater, value in zip(raters, row, strict=True)
            if value is not None
        }
        for row in table
    ]
    tasks = answered_tasks(project=project, answers=answers)
    tell(project, *tasks)
    return tasks


def alpha_of(table: Sequence[Sequence[Any]], level: Level) -> float:
    """By the second implementation, from the table and not from the ledger."""
    domain = sorted({value for row in table for value in row if value is not None})
    place = {value: i for i, value in enumerate(domain)}
    numbers = domain if level == "interval" else range(len(domain))
    given = [[np.nan if v is None else numbers[place[v]] for v in row] for row in table]
    return float(krippendorff.alpha(reliability_data=np.array(given).T, level_of_measurement=level))


def newest(task: Task) -> Annotation:
    return Annotation.objects.filter(task=task).latest("pk")


def revise(first: Annotation, answers: dict[str, Any], *, independent: bool = True) -> Annotation:
    second = Annotation.objects.create(
        project=first.project,
        task=first.task,
        annotator=first.annotator,
        assignment=first.assignment,
        predecessor=first,
        revision=first.revision + 1,
        question_version=first.question_version,
        answers=answers,
        body_hash=b"2",
        is_independent=independent,
    )
    Assignment.objects.filter(pk=first.assignment_id).update(head_id=second.pk)
    return second
