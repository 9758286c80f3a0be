"""Readings held against a reference: which answers, which reference, what counts as a finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from django.db import connection

from apps.annotations.models import Gold, Question
from apps.core.json import canonical, loads
from apps.projects.models import Project
from apps.quality.actions.answers_read import COUNTS
from apps.quality.measures.diagnostic import Readings
from apps.quality.measures.readers import Between, between_readers
from apps.quality.measures.shares import IntArray
from apps.quality.models import Adjudication, Outcome

# The newest known tasks, and their answers.
MOST_CASES, MOST_READINGS = 200_000, 1_000_000
# Of these the newest, while somebody waits: agreement is drawn anew for each pair of readers.
MOST_BETWEEN = 100_000
# What people said by themselves when they saw it for the first time, newest assignment first.
ANSWERS = f"""
SELECT DISTINCT ON (a.assignment_id) a.task_id, a.annotator_id, (a.answers -> %s)::text, t."group"
  FROM annotations_annotation a
  JOIN tasks_assignment x ON x.id = a.assignment_id JOIN tasks_task t ON t.id = a.task_id
 WHERE {COUNTS} AND a.is_independent AND x.state = 'submitted' AND x.round = 0
   AND a.task_id = ANY(%s) AND a.answers ? %s
 ORDER BY a.assignment_id DESC, a.revision DESC LIMIT %s
"""  # noqa: S608


class Reference(StrEnum):
    """What readings are held against."""

    KNOWN = "known"
    DECIDED = "decided"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What counts as the finding: these values or labels, or numbers from `least` on."""

    values: Collection[str] = ()
    least: float | None = None

    def is_in(self, value: Any) -> bool:
        if self.least is not None:
            return isinstance(value, int | float) and value >= self.least
        said = value if isinstance(value, list) else [value]
        return any(as_text(one) in self.values for one in said)


@dataclass(frozen=True, eq=False, kw_only=True)
class Held:
    """Readings with whose they are, and what the reference is made of."""

    readings: Readings
    # By its code, which case each reading is of; newest reading first.
    case: IntArray
    finding: Finding
    people: list[int]
    # Cases in the reference, those of them that have the finding, and those that somebody read.
    cases: int
    there: int
    read: int
    # Of the reference, what was made of the annotators' own answers, by decision or consensus.
    from_answers: int
    frequent: Mapping[str, int] = field(default_factory=dict)


def between(held: Held) -> Between:
    """How far the readers of the reference's cases agree with each other, whatever it says."""
    newest = slice(MOST_BETWEEN)
    return between_readers(
        reader=held.readings.reader[newest],
        case=held.case[newest],
        cluster=held.readings.cluster[newest],
        is_read=held.readings.is_read[newest],
    )


def as_text(value: Any) -> str:
    """A label as it stands in an address: a text as it is, else as JSON."""
    return value if isinstance(value, str) else canonical(value).decode()


def reference_of(project: Project, question: Question, kind: Reference) -> dict[int, Any]:
    """By task. With known answers as the reference a decision plays no part, and the other way."""
    rows: Any
    if kind is Reference.KNOWN:
        rows = Gold.objects.filter(task__project=project).values_list(
            "task_id", "answers", "source"
        )
    else:
        heads = Adjudication.objects.heads().filter(project=project, outcome=Outcome.DECIDED)
        rows = heads.values_list("task_id", "answers", "outcome")
    found = rows.filter(answers__has_key=question.name).order_by("-task_id")[:MOST_CASES]
    return {task_id: (answers[question.name], source) for task_id, answers, source in found}


def held_against(
    *, project: Project, question: Question, kind: Reference, finding: Finding | None
) -> Held:
    """Without a finding: the value that is rarest in the reference. Two queries."""
    reference = reference_of(project, question, kind)
    counts = frequencies(value for value, _ in reference.values())
    finding = finding or rarest(counts)
    there = {task for task, (value, _) in reference.items() if finding.is_in(value)}
    rows = _read(project, question, list(reference))
    people = sorted({person for _, person, _, _ in rows})
    place = {person: i for i, person in enumerate(people)}
    known: dict[str, bool] = {}
    clusters: dict[str, int] = {}
    for _, _, text, _ in rows:
        if text not in known:
            known[text] = finding.is_in(loads(text.encode()))
    readings = Readings(
        reader=np.array([place[person] for _, person, _, _ in rows], np.int64),
        # A group's name cannot be mistaken for a task's key.
        cluster=np.array(
            [
                clusters.setdefault(f"g{group}" if group else f"t{task}", len(clusters))
                for task, _, _, group in rows
            ],
            np.int64,
        ),
        is_read=np.array([known[text] for _, _, text, _ in rows], bool),
        is_there=np.array([task in there for task, _, _, _ in rows], bool),
    )
    return Held(
        readings=readings,
        case=np.unique([task for task, *_ in rows], return_inverse=True)[1].astype(np.int64),
        finding=finding,
        people=people,
        cases=len(reference),
        there=len(there),
        read=len({task for task, _, _, _ in rows}),
        from_answers=sum(is_from_answers(source) for _, source in reference.values()),
        frequent=counts,
    )


def _read(
    project: Project, question: Question, tasks: list[int]
) -> list[tuple[int, int, str, str | None]]:
    with connection.cursor() as cursor:
        name = question.name
        cursor.execute(ANSWERS, (name, project.pk, tasks, name, MOST_READINGS))
        rows: list[tuple[int, int, str, str | None]] = cursor.fetchall()
        return rows


def frequencies(values: Any) -> dict[str, int]:
    """How often each value, or each label of sets, is in the reference; the rarest last."""
    counts = Counter(
        as_text(one) for value in values for one in (value if isinstance(value, list) else [value])
    )
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def rarest(counts: Mapping[str, int]) -> Finding:
    return Finding(values=list(counts)[-1:])


def is_from_answers(source: str) -> bool:
    """Whether the annotators' own answers went into it: then they are held against themselves."""
    return source.startswith(("decision", "consensus")) or source == Outcome.DECIDED
