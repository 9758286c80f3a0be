"""Relations and chains: the things that they join are matched first, whatever they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from apps.agreement.actions.marked import SHAPES, Given, Portion, given, portion_of, whole_tasks
from apps.agreement.measures import Objects, Relations
from apps.agreement.measures.arrays import FloatArray, IntArray, summed
from apps.agreement.measures.chains import NO_CHAINS, OF_CHAINS, alike_in_pairs
from apps.agreement.measures.detection_f1 import by_unit
from apps.agreement.measures.gathering import Gathered
from apps.agreement.measures.matching import Matches, instances, matches
from apps.agreement.measures.ratios import Sums
from apps.agreement.measures.relations import NO_RELATIONS, f1_of, in_pairs
from apps.agreement.measures.several import HALF, Several
from apps.agreement.measures.totals import Totals
from apps.annotations.kinds.base import Kind
from apps.annotations.kinds.marks import Geometry, Join, Joined, Mark
from apps.annotations.models import Question

OF_RELATIONS = ("relation_f1", "relation_f1_given_ends", "relation_f1_any_label")
Columns = dict[str, tuple[FloatArray, FloatArray]]


class Source(NamedTuple):
    """A question whose objects are joined."""

    question: Question
    geometry: Geometry


@dataclass
class JoinedSums:
    measures: dict[str, Gathered]
    by_label: dict[str, Gathered] = field(default_factory=dict)
    pairs: Sums = field(default_factory=Sums)
    people: Sums = field(default_factory=Sums)
    answers: int = 0
    # Joins of what nobody marked: that can be where answers were imported one question at a time.
    loose: int = 0


def joined_sums(question: Question, joined: Joined) -> JoinedSums:
    is_chains = joined.form == "chains"
    why = NO_CHAINS if is_chains else NO_RELATIONS
    labels = [label.value for label in question.behaviour.labels(question.config)]
    names = tuple(OF_CHAINS) if is_chains else OF_RELATIONS
    sums = JoinedSums(
        measures={name: Gathered(name, f1_of) for name in names},
        by_label={} if is_chains else {label: Gathered("relation_f1", f1_of) for label in labels},
    )
    for each in (*sums.measures.values(), *sums.by_label.values()):
        each.undefined_for(why)
    for portion in _portions(question):
        sums.answers += len(portion.answers)
        data, found = portion.objects, matches(portion.objects, HALF)
        joins = _joins(question.behaviour, question, portion, sums)
        of_labels: Columns = {}
        if is_chains:
            columns = _of_chains(data, found, joins)
        else:
            columns, of_labels = _of_relations(data, found, joins, joined, labels)
        _add(sums, portion, found, columns, of_labels)
    return sums


def _portions(question: Question) -> Iterator[Portion]:
    """With the objects of all questions that are joined, in one numbering."""
    names = question.behaviour.questions_of(question.config)
    every = {q.name: q for q in Question.objects.filter(project=question.project, name__in=names)}
    sources = [
        Source(one, geometry)
        for one in (every[name] for name in names if name in every)
        if (geometry := one.behaviour.geometry_for(one.config))
    ]
    asked = [question.name, *(one.question.name for one in sources)]
    rows = ((one, _marks(one, sources)) for one in given(question, asked))
    for answers in whole_tasks(rows):
        objects = (
            Objects.of(
                [
                    (one.task, one.rater, [(m.label, m.place) for m in marks])
                    for one, marks in answers
                ],
                lambda _: Several.of([], [], []),
            )
            if not sources
            else _objects(answers, sources)
        )
        yield portion_of(objects, answers)


def _marks(one: Given, sources: Sequence[Source]) -> list[Mark]:
    """In the place of the label stands the number of the source."""
    return [
        mark._replace(label=str(number))
        for number, (source, value) in enumerate(zip(sources, one.values[1:], strict=True))
        for mark in source.question.behaviour.marks(value or [], source.question.config)
    ]


def _objects(answers: Sequence[tuple[Given, Sequence[Mark]]], sources: Sequence[Source]) -> Objects:
    every = [mark for _, marks in answers for mark in marks]
    sort = [int(mark.label) for mark in every]
    sorts = [
        SHAPES[source.geometry.shape](
            [mark.place for mark in every if int(mark.label) == number], source.geometry
        )
        for number, source in enumerate(sources)
    ]
    thresholds = [source.geometry.threshold for source in sources]
    return Objects.of(
        [(one.task, one.rater, [(m.label, m.place) for m in marks]) for one, marks in answers],
        lambda _: Several.of(sort, sorts, thresholds),
        labels=[str(number) for number in range(len(sources))],
    )


Placed = tuple[int, str, tuple[int, ...]]


def _joins(kind: Kind, question: Question, portion: Portion, sums: JoinedSums) -> list[Placed]:
    """(answer, label, the objects' numbers) of each join whose members are marked."""
    found: list[Placed] = []
    start = 0
    for answer, (one, marks) in enumerate(portion.answers):
        place = {mark.id: start + i for i, mark in enumerate(marks)}
        start += len(marks)
        for join in kind.joins(one.values[0], question.config):
            known = _known(join, place)
            sums.loose += len(known) < len(join.members)
            found.append((answer, join.label, known))
    return found


def _known(join: Join, place: dict[str, int]) -> tuple[int, ...]:
    return tuple(place[name] for name in join.members if name in place)


def _of_relations(
    data: Objects, found: Matches, joins: list[Placed], joined: Joined, labels: Sequence[str]
) -> tuple[Columns, Columns]:
    whole = [one for one in joins if len(one[2]) == 2]
    codes = {label: code for code, label in enumerate(labels)}

    def of(
        rows: list[Placed], *, given_ends: bool = False, one_label: bool = False
    ) -> tuple[FloatArray, FloatArray]:
        ends = np.array([row[2] for row in rows], np.int64).reshape(-1, 2)
        label = np.array([0 if one_label else codes[row[1]] for row in rows], np.int64)
        made = Relations(
            objects=data,
            first=ends[:, 0],
            second=ends[:, 1],
            label=label,
            directed=joined.is_directed,
        )
        return in_pairs(made, found, given_ends=given_ends)

    columns = {
        "relation_f1": of(whole),
        "relation_f1_given_ends": of(whole, given_ends=True),
        "relation_f1_any_label": of(whole, one_label=True),
    }
    return columns, {label: of([row for row in whole if row[1] == label]) for label in labels}


def _of_chains(data: Objects, found: Matches, joins: list[Placed]) -> Columns:
    """A mention is the thing that it stands for, with the label of its chain."""
    thing = instances(data, HALF).tolist()
    chains: list[list[frozenset[object]]] = [[] for _ in range(data.unit.size)]
    for answer, label, members in joins:
        if members:
            chains[answer].append(frozenset((label, thing[member]) for member in members))
    return {name: alike_in_pairs(chains, found, between) for name, between in OF_CHAINS.items()}


def _add(
    sums: JoinedSums, portion: Portion, found: Matches, columns: Columns, of_labels: Columns
) -> None:
    data = portion.objects
    paired = data.sizes >= 2
    used = data.paired()
    for gathered, (x, y) in [
        *((sums.measures[name], each) for name, each in columns.items()),
        *((sums.by_label[label], each) for label, each in of_labels.items()),
    ]:
        gathered.leave_out("fewer_than_two_answers", data.lone)
        if used.units:
            table = by_unit(data, found, x, y)[paired]
            totals = Totals(columns=table, disagreeing=table[:, 0] < table[:, 1] - 1e-9)
            gathered.put(totals, used, units=portion.tasks[paired], groups=portion.groups[paired])
    add_people(sums.pairs, sums.people, data, found, *next(iter(columns.values())))


def add_people(
    pairs: Sums, people: Sums, data: Objects, found: Matches, x: FloatArray, y: FloatArray
) -> None:
    """What pairs of answers have in common (x) of all (y): of each two annotators, and of each."""
    if not len(found.answers):
        return
    names: IntArray = np.array(data.names, np.int64)
    raters = np.sort(names[data.rater[found.answers]], axis=1)
    pairs.add((raters[:, 0] << 32) + raters[:, 1], x, y)
    weight = 1.0 / (data.sizes[data.unit[found.answers[:, 0]]] - 1)
    both = found.answers.ravel()
    mine, all_of_mine = (
        summed(np.repeat(each * weight, 2), both, data.unit.size) for each in (x, y)
    )
    several = data.sizes[data.unit] > 1
    people.add(names[data.rater[several]], mine[several], all_of_mine[several])
