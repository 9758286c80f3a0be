"""Planned repeats as the checks read them."""

from __future__ import annotations

from array import array
from collections import defaultdict

import numpy as np

from apps.annotations.models import Question
from apps.projects.models import Project
from apps.quality.actions.answers_read import BATCH, Answers
from apps.quality.checks import Again
from apps.quality.checks.base import IntArray
from apps.quality.models import RepeatScore

# The newest of these.
MOST_REPEATS = 200_000


def read_repeats(project: Project, answers: Answers) -> tuple[Again, ...]:
    """By question, with the places of tasks and people among those of the answers that count. Whose
    first answer does not count any more is left out, and so is what was asked in another version
    alone."""
    names = {question.name for question in Question.objects.filter(project=project).asked()}
    rows = RepeatScore.objects.filter(project=project).order_by("-pk")[:MOST_REPEATS]
    found: dict[str, tuple[array[int], array[int], array[float]]] = defaultdict(
        lambda: (array("q"), array("q"), array("d"))
    )
    values = rows.values_list("task_id", "annotator_id", "by_question")
    for task, annotator, by_question in values.iterator(chunk_size=BATCH):
        place, person = _place(answers.tasks, task), _place(answers.people, annotator)
        if place is None or person is None:
            continue
        for name in names & by_question.keys():
            tasks, people, apart = found[name]
            tasks.append(place)
            people.append(person)
            apart.append(1.0 - by_question[name])
    return tuple(
        Again(
            question=name,
            task=np.array(tasks, np.int64),
            person=np.array(people, np.int64),
            distance=np.array(apart, float),
        )
        for name, (tasks, people, apart) in sorted(found.items())
    )


def _place(keys: IntArray, key: int) -> int | None:
    """Of sorted keys."""
    place = int(np.searchsorted(keys, key))
    return place if place < keys.size and keys[place] == key else None
