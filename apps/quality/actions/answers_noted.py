"""What can be said of an answer by itself, for the checks: answers are read in batches, each beside
what its task shows, and only what was noticed is kept."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from django.db import connection

from apps.annotations.actions.answers import extents
from apps.annotations.actions.media import Files
from apps.annotations.kinds.base import Seen
from apps.annotations.models import Question
from apps.core.json import loads
from apps.projects.models import Project
from apps.quality.actions.answers_read import COUNTS, MOST_ANSWERS
from apps.quality.checks import Noted
from apps.quality.checks.base import IntArray

# The answers that stand, of some questions, with the data of their tasks.
SQL = (
    "SELECT a.task_id, a.answers::text, t.data::text FROM annotations_annotation a"
    " JOIN tasks_assignment x ON x.head_id = a.id JOIN tasks_task t ON t.id = a.task_id"
    " WHERE {counts} AND jsonb_exists_any(a.answers, %s) ORDER BY a.id DESC LIMIT %s"
)
# Of these few are in memory at once: a task may be a long document.
BATCH = 100


def note_oddities(project: Project, tasks: IntArray) -> tuple[Noted, ...]:
    """What kinds find odd in the answers that stand; each task by its place in `tasks`, which is
    sorted. Answers to tasks that are not there came in meanwhile, and wait for the next run."""
    questions = [
        question
        for question in Question.objects.filter(project=project).asked()
        if question.behaviour.may_be_odd
    ]
    found: dict[tuple[str, str], array[int]] = defaultdict(lambda: array("q"))
    if not questions:
        return ()
    files = Files(project)
    for task, answers, data in _rows(project, [question.name for question in questions]):
        place = int(np.searchsorted(tasks, task))
        if place < tasks.size and tasks[place] == task:
            seen = Seen(extents(project.fields, data, files.media(project.fields, data)), answers)
            for question, words in _oddities(questions, answers, seen):
                found[question, words].append(place)
    return tuple(
        Noted(question=question, words=words, task=np.array(places, np.int64))
        for (question, words), places in sorted(found.items())
    )


def _oddities(
    questions: list[Question], answers: Mapping[str, Any], seen: Seen
) -> Iterator[tuple[str, str]]:
    for question in questions:
        value = answers.get(question.name)
        if value is not None:
            for words in question.behaviour.oddities(value, question.config, seen):
                yield question.name, words


def _rows(project: Project, names: list[str]) -> Iterator[tuple[int, Any, Any]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(SQL.format(counts=COUNTS), (project.pk, names, MOST_ANSWERS))
        while rows := cursor.fetchmany(BATCH):
            for task, answers, data in rows:
                yield task, loads(answers.encode()), loads(data.encode())
