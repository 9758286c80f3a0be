"""All answers of a project as arrays, for the checks: read once, row by row, and not kept."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from apps.annotations.kinds.base import BadAnswer
from apps.annotations.models import Question
from apps.core.json import loads
from apps.projects.models import Project
from apps.quality.checks import Asked, Work
from apps.quality.checks.base import FloatArray, IntArray
from apps.tasks.models import Task

# The newest of these; an answer takes 8 bytes for each of five facts and for each question.
MOST_ANSWERS = 2_000_000
# Beyond so many different values answers are hardly ever equal; beyond so many labels nobody can
# be said to over-use one of them.
MOST_VALUES, MOST_LABELS = 10_000, 200
BATCH = 5_000
FACTS = """
       a.task_id, a.annotator_id, x.round,
       extract(epoch FROM coalesce(a.submitted_at, a.created_at))::float8,
       coalesce(a.seconds, 'NaN'::float8)
"""
COUNTS = "a.project_id = %s AND NOT a.is_surplus AND x.apart = '' AND a.erased_at IS NULL"
# What stands: the newest revision of each assignment.
STANDING = (
    "SELECT {facts}{values} FROM annotations_annotation a"
    " JOIN tasks_assignment x ON x.head_id = a.id WHERE {counts} ORDER BY a.id DESC LIMIT %s"
)
# What people said by themselves: the last revision before they saw another's answer.
INDEPENDENT = (
    "SELECT DISTINCT ON (a.assignment_id) {facts}{values} FROM annotations_annotation a"
    " JOIN tasks_assignment x ON x.id = a.assignment_id"
    " WHERE {counts} AND a.is_independent AND x.state = 'submitted'"
    " ORDER BY a.assignment_id DESC, a.revision DESC LIMIT %s"
)
Row = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Answers:
    """The work that checks look at, and whose tasks and people the places in it are."""

    work: Work
    tasks: IntArray
    people: IntArray
    # In sentences.
    left_out: tuple[str, ...]
    # Questions whose answers can be compared and not counted.
    uncounted: tuple[Question, ...]
    # Those of the work's questions, with the values behind their numbers.
    columns: tuple[Column, ...]


class Column:
    """The answers to one question, each as the number of its value."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.codes = array("q")
        self.known: dict[str, int] = {}
        self.is_full = False

    def add(self, text: str | None) -> None:
        if text is None or self.is_full:
            self.codes.append(-1)
            return
        self.codes.append(self.known.setdefault(text, len(self.known)))
        if len(self.known) > MOST_VALUES:
            self.is_full, self.known = True, {}

    @property
    def values(self) -> list[Any]:
        return [loads(text.encode()) for text in self.known]

    def asked(self) -> Asked:
        kind, config = self.question.behaviour, self.question.config
        values = self.values
        return Asked(
            name=self.question.name,
            value=np.array(self.codes, np.int64),
            words=tuple(kind.summary(value, config) for value in values),
            is_allowed=np.array([_is_allowed(self.question, value) for value in values], bool),
            is_label=kind.form(config) == "label" and len(values) <= MOST_LABELS,
        )


def read_answers(project: Project, *, is_independent: bool) -> Answers:
    """Of the questions whose answers can be counted: of others no two are ever quite the same."""
    questions = list(Question.objects.filter(project=project).asked())
    columns = [
        Column(question)
        for question in questions
        if question.behaviour.form(question.config) is not None
    ]
    names = [column.question.name for column in columns]
    facts: tuple[array[Any], ...] = (array("q"), array("q"), array("q"), array("d"), array("d"))
    for row in _rows(INDEPENDENT if is_independent else STANDING, project, names):
        for fact, value in zip(facts, row[: len(facts)], strict=True):
            fact.append(value)
        for column, text in zip(columns, row[len(facts) :], strict=True):
            column.add(text)
    tasks, task = np.unique(np.array(facts[0], np.int64), return_inverse=True)
    people, person = np.unique(np.array(facts[1], np.int64), return_inverse=True)
    work = Work(
        task=task,
        person=person,
        round=np.array(facts[2], np.int64),
        at=np.array(facts[3], float),
        seconds=np.array(facts[4], float),
        content=_contents(project, tasks),
        questions=tuple(column.asked() for column in columns if not column.is_full),
    )
    counted = tuple(column for column in columns if not column.is_full)
    uncounted = tuple(one for one in questions if one.name not in names)
    return Answers(work, tasks, people, tuple(_left_out(columns, work.at)), uncounted, counted)


def rows_of_independent(question: Question, most: int) -> Iterator[Row]:
    """The facts of each of the newest answers and what it says, as JSON."""
    return _rows(INDEPENDENT, question.project, [question.name], most)


def _rows(
    statement: str, project: Project, names: Sequence[str], most: int = MOST_ANSWERS
) -> Iterator[Row]:
    values = ", (a.answers -> %s)::text" * len(names)
    sql = statement.format(facts=FACTS, values=values, counts=COUNTS)
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, (*names, project.pk, most))
        while rows := cursor.fetchmany(BATCH):
            yield from rows


def _contents(project: Project, tasks: IntArray) -> IntArray:
    """Per task a number; tasks that show the same have the same."""
    content = np.zeros(tasks.size, np.int64)
    known: dict[bytes, int] = {}
    rows = Task.objects.filter(project=project).values_list("pk", "content_hash")
    for pk, content_hash in rows.iterator(chunk_size=BATCH):
        place = int(np.searchsorted(tasks, pk))
        if place < tasks.size and tasks[place] == pk:
            content[place] = known.setdefault(bytes(content_hash), len(known))
    return content


def _is_allowed(question: Question, value: Any) -> bool:
    """Whether somebody could give this answer today: `clean` alone takes retired labels too."""
    kind, config = question.behaviour, question.config
    try:
        kind.clean(value, config)
    except BadAnswer:
        return False
    retired = {label.value for label in kind.labels(config) if label.is_retired}
    given = value if isinstance(value, list) else [value]
    return not any(one in retired for one in given if isinstance(one, str))


def uncounted_words(questions: Iterable[Question]) -> list[str]:
    return [f"{one.name}: such answers can be compared, not counted." for one in questions]


def _left_out(columns: Sequence[Column], at: FloatArray) -> Iterator[str]:
    for column in columns:
        if column.is_full:
            yield f"{column.question.name}: it has more than {MOST_VALUES:,} different answers."
    if at.size >= MOST_ANSWERS:
        yield f"All answers but the newest {MOST_ANSWERS:,}."
