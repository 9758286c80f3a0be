"""Answers as they count for a consensus: of one question, into arrays or for a few tasks."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from django.db import connection

from apps.annotations.kinds.comparing import Comparing, Option
from apps.annotations.kinds.fusing import Candidates, Fusing
from apps.annotations.kinds.ordering import Groups, Ordering
from apps.annotations.kinds.scales import ANY_NUMBER
from apps.annotations.models import Annotation, Question
from apps.consensus.aggregators import Aggregator
from apps.consensus.aggregators.base import Answers, FloatArray, Form, FormError, IntArray, sort_key
from apps.consensus.models import OpinionRun
from apps.core.json import canonical, loads

# The newest of each assignment that came in time and stands not apart, by task and annotation.
HEADS = """
SELECT a.id, a.task_id, a.annotator_id, (a.answers -> '{name}')::text
  FROM annotations_annotation a JOIN tasks_assignment x ON x.head_id = a.id
 WHERE a.project_id = {project} AND NOT a.is_surplus AND x.apart = '' AND a.erased_at IS NULL
   AND a.answers ? '{name}'
"""
# Exactly those of a run; what was erased since is gone for good.
NAMED = """
SELECT a.id, a.task_id, a.annotator_id, (a.answers -> '{name}')::text
  FROM annotations_annotation a
 WHERE a.id = ANY('{{{ids}}}'::bigint[]) AND a.erased_at IS NULL AND a.answers ? '{name}'
"""


class Given(NamedTuple):
    """One annotation that counts."""

    annotation: int
    task: int
    annotator: int
    answers: dict[str, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Table:
    """All answers to one question. `unit` and `rater` count up; `tasks` and `people` name them."""

    annotation: IntArray
    unit: IntArray
    rater: IntArray
    value: IntArray
    tasks: IntArray
    people: IntArray
    values: tuple[Hashable, ...]
    question: Question
    # What a model thinks of each unit, where the method hears it, and when it was asked.
    heard: OpinionRun | None = None
    opinions: FloatArray | None = None

    def answers(self, form_asked: Form) -> Answers:
        answers = Answers(
            unit=self.unit,
            rater=self.rater,
            value=self.value,
            values=self.values,
            units=self.tasks.size,
            opinions=self.opinions,
        )
        return dressed(answers, self.question, form_asked)

    def of_units(self, units: Collection[int]) -> Table:
        """Of these units only, numbered anew in their order."""
        number = np.full(self.tasks.size, -1)
        number[list(units)] = np.arange(len(units))
        kept = number[self.unit] >= 0
        return replace(
            self,
            annotation=self.annotation[kept],
            unit=number[self.unit[kept]],
            rater=self.rater[kept],
            value=self.value[kept],
            tasks=self.tasks[list(units)],
            opinions=None if self.opinions is None else self.opinions[list(units)],
        )


def form_of(question: Question) -> Form:
    """How its answers are kept as values."""
    return question.behaviour.form(question.config) or "distance"


def forms_of(question: Question) -> tuple[Form, ...]:
    """All as which its answers can be taken."""
    kind, config = question.behaviour, question.config
    orders: tuple[Form, ...] = () if kind.ordering(config) is None else ("order",)
    pairs: tuple[Form, ...] = () if kind.comparing(config) is None else ("comparison",)
    return (form_of(question), *kind.fusing(config), *orders, *pairs)


def form_for(question: Question, method: Aggregator) -> Form:
    """As which this method takes its answers."""
    for form in forms_of(question):
        if form in method.forms:
            return form
    raise FormError(f"{method.label} does not take answers to {question.name!r}.")


def takes(question: Question, method: Aggregator) -> bool:
    return not method.forms.isdisjoint(forms_of(question))


@dataclass(frozen=True)
class Fuser:
    """A kind's way to fuse, of values as they are kept here."""

    fusing: Fusing

    def candidates(self, values: Sequence[Hashable]) -> Candidates:
        return self.fusing.candidates([plain(value, "distance") for value in values])

    def whole(self, found: Candidates, support: FloatArray, weights: FloatArray) -> Hashable:
        return hashable(self.fusing.whole(found, support, weights), "distance")


@dataclass(frozen=True)
class Order:
    """A kind's way to say orders, of values as they are kept here."""

    ordering: Ordering

    @property
    def may_tie(self) -> bool:
        return self.ordering.may_tie

    def groups(self, value: Any) -> Groups:
        return self.ordering.groups(plain(value, "distance"))

    def whole(self, groups: Groups) -> Any:
        return hashable(self.ordering.whole(groups), "distance")


@dataclass(frozen=True)
class Pairs:
    """A kind's way to compare two, of values as they are kept here."""

    comparing: Comparing

    @property
    def respects(self) -> Sequence[str]:
        return self.comparing.respects

    @property
    def options(self) -> Sequence[Option]:
        return self.comparing.options

    def chosen(self, value: Any) -> Sequence[int | None]:
        return self.comparing.chosen(plain(value, "distance"))

    def whole(self, chosen: Sequence[int | None]) -> Any:
        return hashable(self.comparing.whole(chosen), "distance")


def dressed(answers: Answers, question: Question, form_asked: Form) -> Answers:
    """With what the question says of such values, taken as a method asks for them."""
    kind, config, form = question.behaviour, question.config, form_of(question)
    ordering, comparing = kind.ordering(config), kind.comparing(config)
    ways = {str(way): fusing for way, fusing in kind.fusing(config).items()}

    def apart(a: Hashable, b: Hashable) -> float:
        return kind.distance(plain(a, form), plain(b, form), config)

    return replace(
        answers,
        distance=apart if form == "distance" else None,
        bar=question.conflict_over if form == "distance" else 0.0,
        scale=kind.scale(config) or ANY_NUMBER,
        fuser=Fuser(ways[form_asked]) if form_asked in ways else None,
        order=Order(ordering) if ordering is not None and form_asked == "order" else None,
        comparing=Pairs(comparing)
        if comparing is not None and form_asked == "comparison"
        else None,
    )


def coded(
    given: Sequence[Given],
    question: Question,
    form_asked: Form,
    *,
    values: tuple[Hashable, ...] | None = None,
    raters: Mapping[int, int] | None = None,
) -> Answers:
    """Annotations of a few tasks, with the tasks numbered as they come.

    `values` are those that a model knows; `raters` numbers the annotators: without it each
    annotation is a rater of its own, for a plain method does not ask who somebody is.
    """
    form, name = form_of(question), question.name
    tasks = {task: i for i, task in enumerate(dict.fromkeys(each.task for each in given))}
    said = [hashable(each.answers[name], form) for each in given]
    if values is None:
        values = tuple(sorted(set(said), key=sort_key))
    place = {value: i for i, value in enumerate(values)}
    raters_of = [each.annotator if raters else i for i, each in enumerate(given)]
    answers = Answers(
        unit=np.array([tasks[each.task] for each in given], np.int64),
        rater=np.array([raters[x] if raters else x for x in raters_of], np.int64),
        value=np.array([place[value] for value in said], np.int64),
        values=values,
        units=len(tasks),
    )
    return dressed(answers, question, form_asked)


def given_of(task_ids: Collection[int]) -> list[Given]:
    """What counts of these tasks, for all questions."""
    rows = (
        Annotation.objects.heads_that_count()
        .filter(task_id__in=task_ids, erased_at__isnull=True)
        .order_by("task_id", "pk")
        .values_list("pk", "task_id", "annotator_id", "answers")
    )
    return [Given(*row) for row in rows]


def table_of(question: Question) -> Table:
    """All that counts for a question as it now stands."""
    return _read(question, HEADS.format(name=question.name, project=int(question.project_id)))


def table_of_annotations(question: Question, ids: Sequence[int]) -> Table:
    """Of these annotations, in whatever state the project is now."""
    named = ",".join(str(int(pk)) for pk in ids)
    return _read(question, NAMED.format(name=question.name, ids=named))


def _read(question: Question, sql: str) -> Table:
    """By COPY: a million rows take about two seconds and no object each."""
    places: dict[bytes, int] = {}
    numbers: list[IntArray] = []
    rest = b""
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY ({sql}) TO STDOUT") as copy:
        for block in copy:
            lines = (rest + bytes(block)).split(b"\n")
            rest = lines.pop()
            numbers.append(_coded(lines, places))
    found = np.concatenate([*numbers, np.empty((0, 4), np.int64)])
    found = found[np.argsort(found[:, 0], kind="stable")]
    tasks, unit = np.unique(found[:, 1], return_inverse=True)
    people, rater = np.unique(found[:, 2], return_inverse=True)
    values, value = _values(places, found[:, 3], form_of(question))
    return Table(
        annotation=found[:, 0],
        unit=unit,
        rater=rater,
        value=value,
        tasks=tasks,
        people=people,
        values=values,
        question=question,
    )


def _coded(lines: list[bytes], places: dict[bytes, int]) -> IntArray:
    rows = [line.split(b"\t") for line in lines]
    table = np.empty((len(rows), 4), np.int64)
    for column in range(3):
        table[:, column] = [int(row[column]) for row in rows]
    table[:, 3] = [places.setdefault(row[3], len(places)) for row in rows]
    return table


def _values(
    places: dict[bytes, int], code: IntArray, form: Form
) -> tuple[tuple[Hashable, ...], IntArray]:
    """The values in an order of their own, so that the same answers give the same digits."""
    # COPY writes a backslash twice; JSON has no other sign that it would write otherwise.
    texts = [text.replace(rb"\\", b"\\") for text in places]
    found = [hashable(loads(text), form) for text in texts]
    order = sorted(range(len(texts)), key=lambda place: (_rank(found[place]), texts[place]))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return tuple(found[i] for i in order), place[code]


def _rank(value: Hashable) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def hashable(value: Any, form: Form) -> Hashable:
    if form == "distance":
        return canonical(value).decode()
    return frozenset(value) if form == "set" else value


def plain(value: Hashable, form: Form) -> Any:
    """Back in the canonical form of kinds: a set of labels is their sorted list."""
    if form == "distance":
        return loads(str(value).encode())
    if form == "set" and isinstance(value, frozenset):
        return sorted(value)
    return value
