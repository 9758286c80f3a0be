"""How each task stands: not labelled, labelled and how, disputed, in review, or marked by a check."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.annotations.models import Question
from apps.projects.models import Project
from apps.quality.models import Conflict, Finding, ReviewCase
from apps.routing.actions.copied import copied_keys
from apps.routing.actions.labels import known_labels

IntArray = NDArray[np.int64]
# The most urgent is what is shown of a task of which several hold.
OPEN, LABELLED, MARKED, REVIEW, DISPUTED = range(5)
# Somebody still has to look at it.
ASKS = (
    (MARKED, Finding, "tasks", ("open", "sent")),
    (REVIEW, ReviewCase, "assignment__task_id", ("waiting", "returned", "contested")),
    (DISPUTED, Conflict, "task_id", ("open", "sent_back")),
)
# Where one more answer would count.
ROOM = (
    "SELECT task_id FROM tasks_queueentry"
    " WHERE project_id = {project} AND state = 'open' AND handed < overlap"
)


@dataclass(frozen=True, eq=False)
class Standing:
    """Of some tasks: how each stands, and the place of its label among `values` (-1: none)."""

    state: NDArray[np.int8]
    label: IntArray
    values: tuple[str, ...]


def standing_of(project: Project, question: Question | None, tasks: IntArray) -> Standing:
    """Of tasks by key, ascending; of labels those of this question."""
    state = np.full(tasks.size, OPEN, np.int8)
    label, values = np.full(tasks.size, -1), tuple[str, ...]()
    if question is not None and tasks.size:
        known = known_labels(question)
        values = known.values
        at, mine = _places(tasks, known.tasks)
        label[at] = known.label[mine]
        state[at] = LABELLED
    for kind, model, field, states in ASKS:
        found = model.objects.filter(project=project, state__in=states)
        keys = np.array(_flat(found.values_list(field, flat=True)), np.int64)
        at, _ = _places(tasks, np.unique(keys))
        state[at] = kind
    return Standing(state=state, label=label, values=values)


def open_tasks(project: Project) -> IntArray:
    """Those that still want answers, by key."""
    return copied_keys(ROOM.format(project=int(project.pk)))


def _places(tasks: IntArray, keys: IntArray) -> tuple[IntArray, IntArray]:
    """Where the keys stand among the tasks, and which keys those are."""
    if not tasks.size or not keys.size:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    at = np.minimum(np.searchsorted(tasks, keys), tasks.size - 1)
    mine = np.flatnonzero(tasks[at] == keys)
    return at[mine], mine


def _flat(rows: object) -> list[int]:
    """Keys, of which some come in lists."""
    return [
        key
        for row in rows  # type: ignore[attr-defined]
        for key in (row if isinstance(row, list) else [row])
    ]
