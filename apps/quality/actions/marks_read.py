"""What people marked as answers of one label each: of every thing in a task, what each made of it.

Then all that is told of labels is told of marks: how often a thing with a label is found, what it is
taken for, and that it was not marked at all. Things are matched as for consensus and on the bench.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from apps.annotations.kinds.fusing import Things
from apps.annotations.models import Question
from apps.core.json import loads
from apps.quality.actions.answers_read import Answers, rows_of_independent
from apps.quality.actions.references import OTHERS, Referred
from apps.quality.measures.parts import groups_of
from apps.quality.measures.people import Held
from apps.quality.measures.reference import LEAST_OTHERS, by_others
from apps.quality.measures.shares import IntArray

# The newest answers: to match the things of two answers takes about a millisecond.
MOST_ANSWERS = 60_000
# A task with more things than this says little of each.
MOST_THINGS = 400
MOST_LABELS = 200
NOT_MARKED, UNKNOWN = 0, -1
NOT_MARKED_WORDS = "not marked"


@dataclass
class Column:
    """One row for each annotator and thing, in columns; `thing` counts through all tasks."""

    thing: list[int] = field(default_factory=list)
    task: list[int] = field(default_factory=list)
    person: list[int] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    said: list[int] = field(default_factory=list)
    known: list[int] = field(default_factory=list)

    def array(self, name: str) -> IntArray:
        return np.array(getattr(self, name), np.int64)


@dataclass(frozen=True)
class Marked:
    """One answer: the places of its task and annotator, when it was given, what was marked."""

    task: int
    person: int
    at: float
    things: list[dict[str, Any]]


def marks_of(questions: Sequence[Question]) -> list[tuple[Question, Things]]:
    """Those whose answers are things that can be matched."""
    found = ((one, one.behaviour.fusing(one.config).get("things")) for one in questions)
    return [(one, things) for one, things in found if isinstance(things, Things)]


def marks_referred(
    question: Question, things: Things, answers: Answers, gold: Mapping[int, Any]
) -> Referred | None:
    """`gold`: known answers by task. None where nothing was marked."""
    labels = [label.value for label in question.behaviour.labels(question.config)]
    if len(labels) >= MOST_LABELS:
        return None
    codes = {label: i for i, label in enumerate(labels, NOT_MARKED + 1)}
    column = Column()
    for task, mine in _by_task(question, answers):
        known = gold.get(int(answers.tasks[task]), {}).get(question.name)
        if known is not None or len(mine) > LEAST_OTHERS:
            _add(column, things, codes, mine, known)
    if not column.thing:
        return None
    return _referred(column, question, labels)


def _by_task(question: Question, answers: Answers) -> Iterator[tuple[int, list[Marked]]]:
    """The first rounds, by task; each annotator once."""
    found: dict[int, dict[int, Marked]] = {}
    place = {pk: i for i, pk in enumerate(answers.tasks.tolist())}
    people = {pk: i for i, pk in enumerate(answers.people.tolist())}
    for row in rows_of_independent(question, MOST_ANSWERS):
        task, person, round_, at, _, text = row
        # What came after the answers were read is for the next time.
        if text is None or round_ or task not in place or person not in people:
            continue
        one = Marked(place[task], people[person], at, loads(text.encode()))
        found.setdefault(one.task, {}).setdefault(one.person, one)
    for task, mine in sorted(found.items()):
        yield task, list(mine.values())


def _add(
    column: Column,
    things: Things,
    codes: Mapping[str, int],
    mine: Sequence[Marked],
    known: list[dict[str, Any]] | None,
) -> None:
    values = [one.things for one in mine]
    groups = groups_of(things, values if known is None else [*values, known])
    if len(groups) > MOST_THINGS:
        return
    first = column.thing[-1] + 1 if column.thing else 0
    for number, group in enumerate(groups, first):
        said = {
            who: codes.get(str(thing.get("label")), NOT_MARKED) for who, thing in reversed(group)
        }
        for place, one in enumerate(mine):
            column.thing.append(number)
            column.task.append(one.task)
            column.person.append(one.person)
            column.at.append(one.at)
            column.said.append(said.get(place, NOT_MARKED))
            column.known.append(UNKNOWN if known is None else said.get(len(mine), NOT_MARKED))


def _referred(column: Column, question: Question, labels: Sequence[str]) -> Referred:
    order = np.lexsort((column.array("thing"), np.array(column.at)))
    thing, said, known = (column.array(name)[order] for name in ("thing", "said", "known"))
    unit = column.array("task")[order]
    number = len(labels) + 1
    reference = np.where(known != UNKNOWN, known, by_others(thing, said, number))
    titles = {one.value: one.title for one in question.behaviour.labels(question.config)}
    return Referred(
        held=Held.of_labels(unit, column.array("person")[order], said, reference, number),
        unit=unit,
        values=[None, *labels],
        words=[NOT_MARKED_WORDS, *(titles[label] for label in labels)],
        by=OTHERS,
        known=int((known != UNKNOWN).sum()),
        things=True,
    )
