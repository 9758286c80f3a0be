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
from apps.routing.actions.foreseeing import foreseen
from apps.routing.actions.labels import IntArray, known_answers, newest_consensus
from apps.routing.actions.learnable import labels_of
from apps.routing.actions.settings import found_for
from apps.routing.actions.sureness import MOST_THOUGHTS, BySureness, Said, known_as_sure
from apps.routing.actions.training import (
    LEAST_LABELLED,
    MOST_LABELLED,
    SETS,
    keep_run,
    more_stops,
)
from apps.routing.learners.many import (
    HeldSets,
    Rules,
    SetForeteller,
    as_sets,
    chosen,
    held_sets,
    train_sets,
)
from apps.routing.strategies.lots import held_out

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class LearnedSets(BySureness):
    """It leads by its least sure label."""

    says: SetForeteller
    values: tuple[str, ...]

    def sure_of(self, tasks: IntArray) -> NDArray[np.floating]:
        """Of the label of which it is least sure (Brinker 2006, *On active learning in multi-label
        classification*, "BinMin")."""
        said = self.says(self.features.rows(tasks))
        least: NDArray[np.floating] = np.maximum(said, 1 - said).min(axis=1, initial=1.0)
        return least

    def thoughts_of(self, tasks: IntArray) -> list[list[Any]]:
        """The labels of which it is least sure, with their probabilities."""
        said = self.says(self.features.rows(tasks))
        nearest = np.argsort(np.abs(said - 0.5), axis=1, kind="stable")[:, :MOST_THOUGHTS]
        return [
            [[self.values[at], round(float(row[at]), 4)] for at in mine]
            for row, mine in zip(said, nearest.tolist(), strict=True)
        ]

    def proposals(self, tasks: IntArray, bar: float) -> Iterator[Said]:
        """The likeliest set of each, and how probable all of it is, labels taken by themselves."""
        said = self.says(self.features.rows(tasks))
        best = chosen(said, self.says.rules)
        sure = np.where(best, said, 1 - said).prod(axis=1)
        for at in np.flatnonzero(sure >= bar):
            yield (
                int(tasks[at]),
                [self.values[i] for i in np.flatnonzero(best[at])],
                float(sure[at]),
            )


def train_on_sets(
    *, question: Question, features: Features, held: float, seed: int
) -> LearnedSets | None:
    """None where there is too little to learn from. `held` is the share that is held out."""
    start, values = time.perf_counter(), labels_of(question)
    consensus, (tasks, given) = newest_consensus(question.project_id), known_sets(question, values)
    kept = np.flatnonzero(np.isin(tasks, features.tasks))[:MOST_LABELLED]
    tasks, given = tasks[kept], given[kept]
    if tasks.size < LEAST_LABELLED:
        return None
    is_held = held_out(tasks, seed, held)
    is_stop = is_held | more_stops(tasks, is_held, seed)
    learner, rules = features.named(SETS), rules_of(question, values)
    settings, rows = found_for(question, learner, features.usual(seed)), features.rows(tasks)
    says = train_sets(rows, given, is_held=is_stop, settings=settings, rules=rules)
    figures = _figures(question, learner, says, rows[is_held], given[is_held], int(tasks.size))
    run = keep_run(
        question,
        learner=learner,
        parameters=asdict(settings) | features.told,
        seed=seed,
        consensus_id=consensus,
        is_held=is_held,
        is_stop=is_stop,
        values=list(values),
        figures=figures,
        passes=sum(one.passes for one in says.models if one is not None),
        seconds=time.perf_counter() - start,
    )
    return LearnedSets(
        run=run,
        question=question,
        features=features,
        known=known_as_sure(tasks, consensus),
        says=says,
        values=values,
    )


def known_sets(question: Question, values: tuple[str, ...]) -> tuple[IntArray, BoolArray]:
    """Tasks and their sets; one with a label that was retired says nothing of today's."""
    place = {value: at for at, value in enumerate(values)}
    answers = {
        pk: [place[label] for label in said]
        for pk, said in known_answers(question).items()
        if isinstance(said, list) and all(label in place for label in said)
    }
    return np.array(list(answers), np.int64), as_sets(list(answers.values()), len(values))


def rules_of(question: Question, values: tuple[str, ...]) -> Rules:
    config, labels = question.config, question.behaviour.labels(question.config)
    alone = {label.value for label in labels if label.extra.get("exclusive")}
    return Rules(
        least=config.get("min") or 0,
        most=config.get("max"),
        alone=tuple(at for at, value in enumerate(values) if value in alone),
    )


def _figures(
    question: Question,
    learner: str,
    says: SetForeteller,
    rows: Any,
    truth: BoolArray,
    labelled: int,
) -> dict[str, Any]:
    """On the hold-out alone; what told when to stop is not judged by."""
    found: HeldSets = held_sets(says(rows).astype(float), truth, says.rules)
    accuracy = asdict(found.exact)
    return {
        "accuracy": accuracy,
        "foreseen": foreseen(question, learner, labelled, {"accuracy": accuracy}),
        "macro_f1": found.macro_f1,
        "micro_f1": found.micro_f1,
        "log_loss": found.log_loss,
        "calibration_error": None,
        "confusion": [],
        "each": [asdict(one) for one in found.each],
    }
