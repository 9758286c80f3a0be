"""Trains a model of a question whose answers are sets of labels, and keeps how good it was."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.annotations.models import Question
from apps.routing.actions.features import Features
from apps.routing.actions.labels import (
    IntArray,
    Known,
    can_be_learned,
    known_answers,
    newest_consensus,
)
from apps.routing.actions.training import (
    LEAST_LABELLED,
    LOOKED_AT,
    MOST_CANDIDATES,
    MOST_COMPARED,
    MOST_LABELLED,
    SETS,
    foreseen,
    more_stops,
    newest_annotation,
    some_of,
)
from apps.routing.learners.features import VERSION
from apps.routing.learners.linear import Settings, TooFew
from apps.routing.learners.many import (
    HeldSets,
    Rules,
    SetForeteller,
    as_sets,
    chosen,
    held_sets,
    train_sets,
)
from apps.routing.models import ModelRun
from apps.routing.strategies.lots import chances
from apps.routing.strategies.mixture import HOLD_OUT

# One model for each label: of more it would take long.
MOST_LABELS = 100
# As a leader it tells whether it is sure of a task, and not of which label.
SURE = ("sure", "not sure")
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class LearnedSets:
    """A model with its run, and the features that it reads. It leads by its least sure label."""

    run: ModelRun
    question: Question
    says: SetForeteller
    features: Features
    known: Known
    values: tuple[str, ...]

    def candidates(self, tasks: IntArray, draw: int) -> IntArray:
        return some_of(tasks[np.isin(tasks, self.features.tasks)], draw, MOST_CANDIDATES)

    def compared(self, draw: int) -> IntArray:
        lot = chances(self.known.tasks, draw, LOOKED_AT)
        return np.sort(np.argsort(lot)[:MOST_COMPARED])

    def chances_of(self, tasks: IntArray) -> NDArray[np.float32]:
        """Of the label of which it is least sure, both ways (Brinker 2006, *On active learning in
        multi-label classification*, "BinMin")."""
        said = self.says(self.features.rows(tasks))
        sure = np.maximum(said, 1 - said).min(axis=1, initial=1.0)
        return np.column_stack([sure, 1 - sure]).astype(np.float32)

    def proposals(self, tasks: IntArray) -> Iterator[tuple[int, list[str], float]]:
        """The likeliest set of each, and how probable all of it is, labels taken by themselves."""
        said = self.says(self.features.rows(tasks))
        best = chosen(said, self.says.rules)
        sure = np.where(best, said, 1 - said).prod(axis=1)
        for task, mine, p in zip(tasks.tolist(), best, sure.tolist(), strict=True):
            yield task, [self.values[at] for at in np.flatnonzero(mine)], p


def questions_of_sets(project_id: int) -> list[Question]:
    """Those whose answers are sets of labels that a model can learn."""
    return [one for one in all_to_learn(project_id) if _is_learned_as_set(one)]


def all_to_learn(project_id: int) -> list[Question]:
    """Those with a model here: of labels first, then of sets. One query."""
    asked = list(Question.objects.filter(project=project_id).asked())
    labels = [one for one in asked if can_be_learned(one)]
    return [*labels, *(one for one in asked if _is_learned_as_set(one))]


def train_on_sets(
    *, question: Question, features: Features, held: float, seed: int
) -> LearnedSets | None:
    """None where there is too little to learn from. `held` is the share that is held out."""
    start, values = time.perf_counter(), _labels(question)
    consensus, (tasks, given) = newest_consensus(question.project_id), _known(question, values)
    kept = np.flatnonzero(np.isin(tasks, features.tasks))[:MOST_LABELLED]
    tasks, given = tasks[kept], given[kept]
    if tasks.size < LEAST_LABELLED:
        return None
    is_held = chances(tasks, seed, HOLD_OUT) < held
    is_stop = is_held | more_stops(tasks, is_held, seed)
    settings, rows = Settings(seed=seed % 2**31), features.rows(tasks)
    try:
        says = train_sets(
            rows, given, is_held=is_stop, settings=settings, rules=_rules(question, values)
        )
    except TooFew:
        return None
    figures = _figures(question, says, rows[is_held], given[is_held], int(tasks.size))
    run: ModelRun = ModelRun.objects.create(
        project=question.project,
        question=question,
        learner=SETS,
        parameters=asdict(settings),
        seed=seed,
        feature_version=VERSION,
        question_version=question.project.question_version,
        annotation_id=newest_annotation(question.project),
        consensus_id=consensus,
        labelled=tasks.size,
        held_out=int(is_held.sum()),
        stopped_by=int(is_stop.sum()),
        values=list(values),
        figures=figures,
        passes=sum(one.passes for one in says.models if one is not None),
        seconds=time.perf_counter() - start,
    )
    known = Known(tasks=tasks, label=np.zeros_like(tasks), values=SURE, consensus=consensus)
    return LearnedSets(run, question, says, features, known, values)


def _labels(question: Question) -> tuple[str, ...]:
    """Those that can be chosen; none where answers are no sets."""
    kind, config = question.behaviour, question.config
    if kind.form(config) != "set":
        return ()
    return tuple(label.value for label in kind.labels(config) if not label.is_retired)


def _is_learned_as_set(question: Question) -> bool:
    return 1 < len(_labels(question)) <= MOST_LABELS


def _known(question: Question, values: tuple[str, ...]) -> tuple[IntArray, BoolArray]:
    """Tasks and their sets; one with a label that was retired says nothing of today's."""
    place = {value: at for at, value in enumerate(values)}
    answers = {
        pk: [place[label] for label in said]
        for pk, said in known_answers(question).items()
        if isinstance(said, list) and all(label in place for label in said)
    }
    return np.array(list(answers), np.int64), as_sets(list(answers.values()), len(values))


def _rules(question: Question, values: tuple[str, ...]) -> Rules:
    config, labels = question.config, question.behaviour.labels(question.config)
    alone = {label.value for label in labels if label.extra.get("exclusive")}
    return Rules(
        least=config.get("min") or 0,
        most=config.get("max"),
        alone=tuple(at for at, value in enumerate(values) if value in alone),
    )


def _figures(
    question: Question, says: SetForeteller, rows: Any, truth: BoolArray, labelled: int
) -> dict[str, Any]:
    """On the hold-out alone; what told when to stop is not judged by."""
    found: HeldSets = held_sets(says(rows).astype(float), truth, says.rules)
    accuracy = asdict(found.exact)
    return {
        "accuracy": accuracy,
        "foreseen": foreseen(question, SETS, labelled, accuracy),
        "macro_f1": found.macro_f1,
        "micro_f1": found.micro_f1,
        "log_loss": found.log_loss,
        "calibration_error": None,
        "confusion": [],
        "each": [asdict(one) for one in found.each],
    }
