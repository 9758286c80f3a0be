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
from apps.quality.actions.references import MOST_LABELS, OTHERS, Referred
from apps.quality.measures.parts import MOST_PARTS, groups_of
from apps.quality.measures.people import Held
from apps.quality.measures.reference import LEAST_OTHERS, by_others
from apps.quality.measures.shares import IntArray

# The newest answers: to match the things of two answers takes about a millisecond.
MOST_ANSWERS = 60_000
NOT_MARKED, UNKNOWN = 0, -1
NOT_MARKED_WORDS = "not marked"


@dataclass
class Rows:
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
class Given:
    """One answer: the places of its task and annotator, when it was given, what was marked."""

    task: int
    person: int
    at: float
    things: list[dict[str, Any]]


def matched(questions: Sequence[Question]) -> list[tuple[Question, Things]]:
    """Those whose answers are things that can be matched."""
    found = ((one, one.behaviour.fusing(one.config).get("things")) for one in questions)
    return [(one, things) for one, things in found if isinstance(things, Things)]


def things_referred(
    question: Question, things: Things, answers: Answers, gold: Mapping[int, Any]
) -> Referred | None:
    """`gold`: known answers by task. None where nothing was marked."""
    labels = [label.value for label in question.behaviour.labels(question.config)]
    if len(labels) >= MOST_LABELS:
        return None
    codes = {label: i for i, label in enumerate(labels, NOT_MARKED + 1)}
    rows = Rows()
    for task, mine in _by_task(question, answers):
        known = gold.get(int(answers.tasks[task]), {}).get(question.name)
        if known is not None or len(mine) > LEAST_OTHERS:
            _add(rows, things, codes, mine, known)
    if not rows.thing:
        return None
    return _referred(rows, question, labels)


def _by_task(question: Question, answers: Answers) -> Iterator[tuple[int, list[Given]]]:
    """The first rounds, by task; each annotator once."""
    found: dict[int, dict[int, Given]] = {}
    place = {pk: i for i, pk in enumerate(answers.tasks.tolist())}
    people = {pk: i for i, pk in enumerate(answers.people.tolist())}
    for row in rows_of_independent(question, MOST_ANSWERS):
        task, person, round_, at, _, text = row
        # What came after the answers were read is for the next time.
        if text is None or round_ or task not in place or person not in people:
            continue
        one = Given(place[task], people[person], at, loads(text.encode()))
        found.setdefault(one.task, {}).setdefault(one.person, one)
    for task, mine in sorted(found.items()):
        yield task, list(mine.values())


def _add(
    rows: Rows,
    things: Things,
    codes: Mapping[str, int],
    mine: Sequence[Given],
    known: list[dict[str, Any]] | None,
) -> None:
    values = [one.things for one in mine]
    groups = groups_of(things, values if known is None else [*values, known])
    if len(groups) > MOST_PARTS:
        return
    first = rows.thing[-1] + 1 if rows.thing else 0
    for number, group in enumerate(groups, first):
        said = {
            who: codes.get(str(thing.get("label")), NOT_MARKED) for who, thing in reversed(group)
        }
        for place, one in enumerate(mine):
            rows.thing.append(number)
            rows.task.append(one.task)
            rows.person.append(one.person)
            rows.at.append(one.at)
            rows.said.append(said.get(place, NOT_MARKED))
            rows.known.append(UNKNOWN if known is None else said.get(len(mine), NOT_MARKED))


def _referred(rows: Rows, question: Question, labels: Sequence[str]) -> Referred:
    order = np.lexsort((rows.array("thing"), np.array(rows.at)))
    thing, said, known = (rows.array(name)[order] for name in ("thing", "said", "known"))
    unit = rows.array("task")[order]
    number = len(labels) + 1
    reference = np.where(known != UNKNOWN, known, by_others(thing, said, number))
    titles = {one.value: one.title for one in question.behaviour.labels(question.config)}
    return Referred(
        held=Held.of_labels(unit, rows.array("person")[order], said, reference, number),
        unit=unit,
        values=[None, *labels],
        words=[NOT_MARKED_WORDS, *(titles[label] for label in labels)],
        by=OTHERS,
        known=int((known != UNKNOWN).sum()),
        is_of_things=True,
    )
