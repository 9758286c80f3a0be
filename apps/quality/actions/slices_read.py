"""Which of the project's slices each task is in, as the ledger of agreement keeps it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.db import connection
from scipy import sparse

from apps.agreement.models import SliceValue
from apps.projects.models import Project
from apps.quality.actions.answers_read import Answers

# Of a slice, the values that most tasks have: more cannot stand side by side.
MOST_VALUES = 60
REST = "other"
# The values that tasks have themselves; those of answers and annotators are other slices.
STORED = """
SELECT task_id, value::bigint FROM agreement_storedtask, jsonb_array_elements(body -> 's') AS value
 WHERE project_id = %s
"""


@dataclass(frozen=True, eq=False)
class Sliced:
    """One slice: its values in words, and (tasks x values) which task has which."""

    name: str
    words: list[str]
    parts: sparse.csr_matrix


def slices_of(project: Project, answers: Answers) -> list[Sliced]:
    """Two queries; none where the project declares no slice."""
    if not project.slices:
        return []
    values = {one.pk: one for one in SliceValue.objects.filter(project=project)}
    with connection.cursor() as cursor:
        cursor.execute(STORED, (project.pk,))
        found = np.array(cursor.fetchall(), np.int64).reshape(-1, 2)
    order = np.argsort(answers.tasks)
    place = np.searchsorted(answers.tasks, found[:, 0], sorter=order)
    place = order[np.minimum(place, order.size - 1)] if order.size else place[:0]
    is_read = answers.tasks[place] == found[: place.size, 0]
    task, value = place[is_read], found[: place.size, 1][is_read]
    made = []
    for declared in project.slices:
        mine = [pk for pk, one in values.items() if one.name == declared["name"]]
        if sliced := _sliced(declared["name"], mine, values, task, value, answers.tasks.size):
            made.append(sliced)
    return made


def _sliced(
    name: str,
    mine: list[int],
    values: dict[int, SliceValue],
    task: np.ndarray,
    value: np.ndarray,
    tasks: int,
) -> Sliced | None:
    """None where no task that was answered has a value of it."""
    here = np.isin(value, mine)
    if not here.any():
        return None
    keys, n = np.unique(value[here], return_counts=True)
    most = keys[np.argsort(-n, kind="stable")][:MOST_VALUES]
    row, column = np.nonzero(value[:, None] == most[None, :])
    parts = sparse.csr_matrix((np.ones(row.size), (task[row], column)), (tasks, most.size))
    words = [REST if values[pk].is_rest else values[pk].value for pk in most.tolist()]
    return Sliced(name=name, words=words, parts=parts)
