"""Trains a model of a question that marks spans of a text, and keeps how good it was."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from apps.annotations.actions.answers import extents
from apps.annotations.models import Question
from apps.routing.actions.features import Features
from apps.routing.actions.foreseeing import foreseen
from apps.routing.actions.labels import IntArray, known_answers, newest_consensus
from apps.routing.actions.learnable import labels_of
from apps.routing.actions.settings import found_for
from apps.routing.actions.sureness import BySureness, Said, known_as_sure
from apps.routing.actions.training import LEAST_LABELLED, SPANS, keep_run, more_stops, some_of
from apps.routing.learners.figures import Rate
from apps.routing.learners.linear import Settings, TooFew
from apps.routing.learners.lookup import look_up
from apps.routing.learners.tokens import (
    Span,
    SpanForeteller,
    gained,
    held_spans,
    sure_ones,
    train_spans,
)
from apps.routing.strategies.lots import Draw, chances, held_out
from apps.tasks.models import Task

# Each word is a row: of more texts some, by lot, until they have so many characters.
MOST_CHARACTERS = 1_500_000
# A longer one would leave too few: it teaches nothing.
MOST_IN_TEXT = MOST_CHARACTERS // LEAST_LABELLED
AT_ONCE = 500
# What is proposed must be right more often than not: else it costs more looks than it saves.
LEAST_RIGHT = 0.5
LONGEST_WORD = 80


class Lessons(NamedTuple):
    """Texts with their spans; `apart` counts spans of several parts, which no row of tags has."""

    tasks: IntArray
    texts: list[str]
    spans: list[list[Span]]
    apart: int


@dataclass(frozen=True, eq=False, kw_only=True)
class LearnedSpans(BySureness):
    """It leads by its least sure word, and proposes the spans of which it is sure enough."""

    says: SpanForeteller
    values: tuple[str, ...]
    # Of what it would propose, how much is right; by how much it is better than looking up.
    sure: Rate
    low_gain: float | None

    # Each is read word by word.
    most_candidates: ClassVar[int] = 5_000

    def sure_of(self, tasks: IntArray) -> NDArray[np.float64]:
        texts = dict(texts_of(self.question, tasks))
        return 0.5 + 0.5 * self.says.sure_of([texts.get(pk, "") for pk in tasks.tolist()])

    def thoughts_of(self, tasks: IntArray) -> list[list[Any]]:
        """The word of which it is least sure, and how sure it is of that."""
        texts = dict(texts_of(self.question, tasks))
        doubts = self.says.doubts([texts.get(pk, "") for pk in tasks.tolist()])
        return [[[word[:LONGEST_WORD], round(p, 4)]] if word else [] for word, p in doubts]

    def proposals(self, tasks: IntArray, bar: float) -> Iterator[Said]:
        texts = dict(texts_of(self.question, tasks))
        for pk, spans in zip(texts, self.says(list(texts.values())), strict=True):
            sure = [one for one in spans if one.score >= bar]
            if sure:
                yield pk, [self._answer(one) for one in sure], min(one.score for one in sure)

    def _answer(self, span: Span) -> dict[str, Any]:
        return {"label": self.values[span.label], "parts": [[span.start, span.end]]}

    @property
    def is_proposing(self) -> bool:
        is_right = self.sure.n > 0 and self.sure.low >= LEAST_RIGHT
        return is_right and self.low_gain is not None and self.low_gain > 0


def train_on_spans(
    *, question: Question, features: Features, held: float, seed: int, bar: float
) -> LearnedSpans | None:
    """None where there is too little to learn from. `bar` is how sure a span that is proposed is."""
    start, values = time.perf_counter(), labels_of(question)
    consensus = newest_consensus(question.project_id)
    tasks, texts, spans, _ = lessons = span_lessons(question, features, seed)
    if tasks.size < LEAST_LABELLED:
        return None
    is_held = held_out(tasks, seed, held)
    is_stop = is_held | more_stops(tasks, is_held, seed)
    settings = found_for(question, SPANS, Settings(seed=seed % 2**31))
    try:
        says = train_spans(texts, spans, len(values), is_held=is_stop, settings=settings)
    except TooFew:
        return None
    figures = _figures(question, says, lessons, is_held, is_stop, bar)
    run = keep_run(
        question,
        learner=SPANS,
        parameters=asdict(settings),
        seed=seed,
        consensus_id=consensus,
        is_held=is_held,
        is_stop=is_stop,
        values=list(values),
        figures=figures,
        passes=says.model.passes,
        seconds=time.perf_counter() - start,
    )
    return LearnedSpans(
        run=run,
        question=question,
        features=features,
        known=known_as_sure(tasks, consensus),
        says=says,
        values=values,
        sure=Rate(**figures["sure"]),
        low_gain=figures["gained"]["low"],
    )


def texts_of(question: Question, tasks: IntArray) -> Iterator[tuple[int, str]]:
    """What the question's field shows of each, in the order of the keys given, read as it is asked for;
    those without it are left out. Places of spans are places in this."""
    project, name = question.project, question.behaviour.field_of(question.config)
    fields = [field for field in project.fields if field["name"] == name]
    for start in range(0, tasks.size, AT_ONCE):
        some = tasks[start : start + AT_ONCE].tolist()
        rows = dict(Task.objects.filter(pk__in=some).values_list("pk", "data"))
        for pk in some:
            shown = extents(fields, rows.get(pk, {}), {}).get(name, {}).get("text")
            if shown is not None:
                yield pk, shown


def span_lessons(question: Question, features: Features, seed: int) -> Lessons:
    """In the order of the keys."""
    answers = known_answers(question)
    tasks = np.array(list(answers), np.int64)
    tasks = some_of(tasks[np.isin(tasks, features.tasks)], seed, MOST_CHARACTERS // 20)
    kept: dict[int, tuple[str, list[Span]]] = {}
    size = apart = 0
    for pk, text in texts_of(question, _by_lot(tasks, seed)):
        spans = _spans(question, answers[pk])
        if spans is None or len(text) > MOST_IN_TEXT:
            continue
        if (size := size + len(text)) > MOST_CHARACTERS:
            break
        kept[pk] = (text, [one for one in spans if one is not None])
        apart += spans.count(None)
    order = sorted(kept)
    texts, marked = [kept[pk][0] for pk in order], [kept[pk][1] for pk in order]
    return Lessons(np.array(order, np.int64), texts, marked, apart)


def _by_lot(tasks: IntArray, seed: int) -> IntArray:
    return tasks[np.argsort(chances(tasks, seed, Draw.TEXTS))]


def _spans(question: Question, said: Any) -> list[Span | None] | None:
    """None for what has a label that was retired; in place of a span of several parts None."""
    place = {value: at for at, value in enumerate(labels_of(question))}
    marks = question.behaviour.marks(said, question.config)
    if any(one.label not in place for one in marks):
        return None
    return [
        Span(one.place[0][0], one.place[0][1], place[one.label]) if len(one.place) == 1 else None
        for one in marks
    ]


def _figures(
    question: Question,
    says: SpanForeteller,
    lessons: Lessons,
    is_held: NDArray[np.bool_],
    is_stop: NDArray[np.bool_],
    bar: float,
) -> dict[str, Any]:
    """On the hold-out alone."""
    texts, truth = _at(lessons, is_held)
    said, looked = says(texts), look_up(*_at(lessons, ~is_stop))(texts)
    own, other = held_spans(said, truth), held_spans(looked, truth)
    figures = {
        "f1": {"value": own.f1, "low": own.f1_low, "high": own.f1_high, "n": own.texts},
        "precision": asdict(own.precision),
        "recall": asdict(own.recall),
        "lookup_f1": other.f1,
        "gained": asdict(gained(said, looked, truth)),
        "sure": asdict(sure_ones(said, truth, bar)),
        "bar": bar,
        "left_out": says.held.left_out + lessons.apart,
    }
    return figures | {"foreseen": foreseen(question, SPANS, int(lessons.tasks.size), figures)}


def _at(
    lessons: Lessons, chosen: NDArray[np.bool_]
) -> tuple[Sequence[str], Sequence[Sequence[Span]]]:
    at = np.flatnonzero(chosen).tolist()
    return [lessons.texts[i] for i in at], [lessons.spans[i] for i in at]
