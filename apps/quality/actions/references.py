"""What the answers to a question are held against: gold, a model of annotators, or the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from apps.annotations.models import Question
from apps.consensus.actions.reading import form_of, hashable
from apps.consensus.actions.standing import Standing, fitted_of
from apps.consensus.aggregators import aggregators
from apps.consensus.aggregators.base import Answers as Coded
from apps.consensus.aggregators.base import FormError
from apps.consensus.aggregators.em import LabelModel, Votes
from apps.consensus.models import Run
from apps.core.json import canonical
from apps.quality.actions.answers_read import Answers, Column
from apps.quality.measures.people import Held
from apps.quality.measures.reference import by_model, by_others, set_by_others
from apps.quality.measures.shares import IntArray

# Numbers with no more points than this are told of as labels are; so many labels at most.
MOST_POINTS, MOST_LABELS = 20, 200
# Of sets: answers by labels, in bytes.
MOST_CELLS = 100_000_000
OTHERS = "the others"


@dataclass(frozen=True, eq=False, kw_only=True)
class Referred:
    """Answers to one question beside what they are held against, and the place of each one's task."""

    held: Held
    unit: IntArray
    # The labels that the codes mean, as they are kept and in words.
    values: list[Any]
    words: list[str]
    by: str = OTHERS
    known: int = 0
    # Each is what somebody made of one thing in a task, rather than a whole answer.
    is_of_things: bool = False


@dataclass(eq=False)
class Values:
    """The values of a question by their codes; what nobody gave comes last."""

    question: Question
    all: list[Any]
    codes: dict[bytes, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for value in self.all:
            self.codes.setdefault(canonical(value), len(self.codes))

    def code(self, value: Any) -> int:
        key = canonical(value)
        if key not in self.codes:
            self.codes[key] = len(self.codes)
            self.all.append(value)
        return self.codes[key]

    def words(self) -> list[str]:
        kind, config = self.question.behaviour, self.question.config
        return [kind.summary(value, config) for value in self.all]


def referred(
    answers: Answers, column: Column, standing: Standing, gold: Mapping[int, Any], order: IntArray
) -> Referred | None:
    """`gold`: known answers by task. None where answers have no labels to tell of."""
    form = form_of(column.question)
    used = order[(np.array(column.codes, np.int64)[order] >= 0) & (answers.work.round[order] == 0)]
    known = {
        place: gold[task][column.question.name]
        for place, task in enumerate(answers.tasks.tolist())
        if column.question.name in gold.get(task, ())
    }
    if form == "set":
        return _of_sets(answers, column, known, used)
    values = Values(column.question, column.values)
    most = MOST_LABELS if form == "label" else MOST_POINTS if form == "number" else 0
    if len(values.all) > most:
        return None
    return _of_labels(answers, values, column, standing, known, used)


def _of_labels(
    answers: Answers,
    values: Values,
    column: Column,
    standing: Standing,
    known: Mapping[int, Any],
    used: IntArray,
) -> Referred:
    unit, rater = answers.work.task[used], answers.work.person[used]
    value = np.array(column.codes, np.int64)[used]
    found, by = None, OTHERS
    if standing.run is not None:
        found = _by_run(answers, values, standing.run, unit, rater, value)
    if found is None:
        found = by_others(unit, value, max(len(values.all), 1))
    elif standing.run is not None:
        by = aggregators[standing.run.aggregator].label
    of_task: IntArray = np.full(answers.tasks.size, -1, np.int64)
    for place, answer in known.items():
        of_task[place] = values.code(answer)
    is_known = of_task[unit] >= 0
    reference = np.where(is_known, of_task[unit], found)
    held = Held.of_labels(unit, rater, value, reference, len(values.all))
    return Referred(
        held=held,
        unit=unit,
        values=values.all,
        words=values.words(),
        by=by,
        known=int(is_known.sum()),
    )


def _by_run(
    answers: Answers, values: Values, run: Run, unit: IntArray, rater: IntArray, value: IntArray
) -> IntArray | None:
    """As a fitted model of labels sees each task without the answer; None by any other model."""
    model = aggregators[run.aggregator].using(run.parameters)
    question = values.question
    if not isinstance(model, LabelModel) or form_of(question) != "label":
        return None
    learned = tuple(hashable(each, "label") for each in run.values)
    place = {canonical(each): i for i, each in enumerate(run.values)}
    of_code = np.array([place.get(canonical(each), -1) for each in values.all], np.int64)
    mine = np.flatnonzero(of_code[value] >= 0)
    if not mine.size:
        return None
    units, row = np.unique(unit[mine], return_inverse=True)
    people, who = np.unique(rater[mine], return_inverse=True)
    said = of_code[value[mine]]
    coded = Coded(unit=row, rater=who, value=said, values=learned, units=units.size)
    try:
        votes = Votes(coded)
        fitted = fitted_of(run, learned, answers.people[people].tolist())
        posterior = model.posterior(votes, fitted)
        tables = model.tables(votes.rows_of(fitted), len(learned))
    except FormError:
        return None
    sure = by_model(posterior, tables, row, who, said)
    codes = np.array([values.code(each) for each in run.values] + [-1], np.int64)
    found: IntArray = np.full(unit.size, -1, np.int64)
    found[mine] = codes[sure]
    return found


def _of_sets(
    answers: Answers, column: Column, known: Mapping[int, Any], used: IntArray
) -> Referred | None:
    sets = [set(value) for value in column.values]
    labels = Values(column.question, sorted({one for each in sets for one in each}))
    number = len(labels.all)
    if not 0 < number <= MOST_LABELS or used.size * number > MOST_CELLS:
        return None
    table = np.array([[label in each for label in labels.all] for each in sets], bool)
    unit = answers.work.task[used]
    holds = table[np.array(column.codes, np.int64)[used]]
    reference = set_by_others(unit, holds)
    of_task = np.full((answers.tasks.size, number), -1, np.int8)
    for place, answer in known.items():
        of_task[place] = [label in answer for label in labels.all]
    is_known = of_task[unit, 0] >= 0
    reference = np.where(is_known[:, None], of_task[unit], reference)
    kind, config = column.question.behaviour, column.question.config
    return Referred(
        held=Held.of_sets(answers.work.person[used], holds, reference),
        unit=unit,
        values=labels.all,
        words=[kind.summary([label], config) for label in labels.all],
        known=int(is_known.sum()),
    )
