"""The plain consensus, which every question has: by the method that its kind names."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from apps.annotations.models import Question
from apps.consensus.actions.judged import Judged
from apps.consensus.actions.reading import Given, form_of, hashable, plain
from apps.consensus.aggregators import Aggregator, aggregators
from apps.consensus.aggregators.base import Answers, Form
from apps.core.json import canonical


def plain_method(question: Question) -> Aggregator:
    return aggregators[question.behaviour.aggregator_for(question.config)]


def judged_plainly(question: Question, method: Aggregator, given: Sequence[Given]) -> list[Judged]:
    """One verdict per task with an answer, by a method that needs no fit."""
    form = form_of(question)
    if not given or form not in method.forms:
        return []
    tasks = list(dict.fromkeys(each.task for each in given))
    verdicts = method(_coded(given, question, form), form=form)
    return [
        Judged(
            task=task,
            aggregator=method.name,
            winners=[plain(value, form) for value in verdicts.winners_of(unit)],
            share=float(verdicts.share[unit]),
        )
        for unit, task in enumerate(tasks)
    ]


def _coded(given: Sequence[Given], question: Question, form: Form) -> Answers:
    """Each annotation is a rater of its own: a plain method does not ask who somebody is."""
    if form == "distance":
        values = _alike(given, question)
    else:
        values = [hashable(each.answers[question.name], form) for each in given]

    def apart(a: Hashable, b: Hashable) -> float:
        return question.behaviour.distance(plain(a, form), plain(b, form), question.config)

    return Answers.of(
        [each.task for each in given],
        np.arange(len(given)).tolist(),
        values,
        distance=apart if form == "distance" else None,
    )


def _alike(given: Sequence[Given], question: Question) -> list[Hashable]:
    """Those of a task that mean the same are one value, as the first of them put it."""
    first: dict[tuple[int, bytes], str] = {}
    values: list[Hashable] = []
    for each in given:
        value = each.answers[question.name]
        means = canonical(question.behaviour.meaning(value, question.config))
        values.append(first.setdefault((each.task, means), canonical(value).decode()))
    return values
