"""What is looked for when a lead asks for better settings: of which model, among which, judged by what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from apps.annotations.models import Question
from apps.core.actions import JobFailed
from apps.routing.actions.features import Features
from apps.routing.actions.labels import IntArray, known_labels
from apps.routing.actions.learnable import Way, all_to_learn, labels_of, way_of
from apps.routing.actions.numbers import known_numbers, number_settings
from apps.routing.actions.sets import known_sets, rules_of
from apps.routing.actions.spans import span_lessons
from apps.routing.actions.teachers import SPACES, TREES, number_teacher_of, teacher_of
from apps.routing.actions.training import NUMBERS, SETS, SPANS
from apps.routing.learners.conformal import BoolArray, TooFewNumbers
from apps.routing.learners.linear import Settings
from apps.routing.learners.losses import Losses, of_labels, of_numbers, of_sets, of_spans
from apps.routing.learners.search import OF_LINES, Space
from apps.routing.models import ModelRun, Plan
from apps.routing.strategies.lots import Draw, chances, held_out

# Of more lessons some are taken.
MOST_LESSONS = 20_000
NOTHING_TO_LOOK_FOR = (
    "Lines do better with these numbers than trees, and each training chooses by itself how strongly"
    " a line is held back: there is nothing else to look for."
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Sought:
    """A model that can be trained with other settings; `learner` as its trainings are kept by."""

    learner: str
    usual: Any
    space: Space
    losses: Losses
    is_held: BoolArray


def searchable(project_id: int) -> list[Question]:
    """Those of whose model settings can be looked for."""
    return [one for one in all_to_learn(project_id) if is_searchable(one)]


def is_searchable(question: Question) -> bool:
    """Of numbers where trees learn them."""
    way = way_of(question)
    if way is not Way.NUMBER:
        return way is not None
    runs = ModelRun.objects.filter(question=question, learner__in=NUMBERS.values())
    newest = runs.order_by("-pk").values_list("learner", flat=True).first()
    return newest == NUMBERS[TREES]


def sought_of(question: Question, features: Features, plan: Plan) -> Sought:
    way = way_of(question)
    if way is None:
        raise JobFailed("By now the question asks for something that is not learned here.")
    return SOUGHT[way](question, features, plan)


def _of_labels(question: Question, features: Features, plan: Plan) -> Sought:
    known = known_labels(question)
    some = _some(known.tasks, features, plan)
    known = replace(known, tasks=known.tasks[some], label=known.label[some])
    is_held = _held(known.tasks, plan)
    teacher, _ = teacher_of(features, known, is_held, Settings(seed=plan.seed % 2**31))
    rows = teacher.rows(features, known.tasks)
    return Sought(
        learner=teacher.learner,
        usual=teacher.settings,
        space=SPACES[teacher.learner],
        losses=of_labels(teacher.train, rows, known.label, len(known.values)),
        is_held=is_held,
    )


def _of_sets(question: Question, features: Features, plan: Plan) -> Sought:
    values = labels_of(question)
    tasks, given = known_sets(question, values)
    some = _some(tasks, features, plan)
    rows = features.rows(tasks[some])
    return Sought(
        learner=features.named(SETS),
        usual=features.usual(plan.seed),
        space=OF_LINES,
        losses=of_sets(rows, given[some], rules_of(question, values)),
        is_held=_held(tasks[some], plan),
    )


def _of_numbers(question: Question, features: Features, plan: Plan) -> Sought:
    tasks, truth = known_numbers(question, features, plan.seed)
    is_held = _held(tasks, plan)
    ways = number_settings(question, plan.seed)
    try:
        teacher, _ = number_teacher_of(features, tasks, truth, is_held, *ways)
    except TooFewNumbers as few:
        raise JobFailed(str(few)) from few
    if teacher.learner != TREES:
        raise JobFailed(NOTHING_TO_LOOK_FOR)
    return Sought(
        learner=NUMBERS[TREES],
        usual=teacher.settings,
        space=SPACES[TREES],
        losses=of_numbers(teacher.train, teacher.rows(features, tasks), truth),
        is_held=is_held,
    )


def _of_spans(question: Question, features: Features, plan: Plan) -> Sought:
    tasks, texts, spans, _ = span_lessons(question, features, plan.seed)
    return Sought(
        learner=SPANS,
        usual=Settings(seed=plan.seed % 2**31),
        space=OF_LINES,
        losses=of_spans(texts, spans, len(labels_of(question))),
        is_held=_held(tasks, plan),
    )


SOUGHT: dict[Way, Callable[[Question, Features, Plan], Sought]] = {
    Way.LABEL: _of_labels,
    Way.SET: _of_sets,
    Way.NUMBER: _of_numbers,
    Way.SPAN: _of_spans,
}


def _some(tasks: IntArray, features: Features, plan: Plan) -> IntArray:
    """The places of those that have features; of very many some, by a lot that stays."""
    kept = np.flatnonzero(np.isin(tasks, features.tasks))
    lot = chances(tasks[kept], plan.seed, Draw.SEARCHED)
    return np.sort(kept[np.argsort(lot)[:MOST_LESSONS]])


def _held(tasks: IntArray, plan: Plan) -> BoolArray:
    return held_out(tasks, plan.seed, plan.exploration)
