"""The plain consensus, which every question has: by the method that its kind names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.annotations.models import Question
from apps.consensus.actions.judged import Judged, judged_each
from apps.consensus.actions.reading import Given, coded, form_for, form_of, takes
from apps.consensus.aggregators import Aggregator, aggregators
from apps.core.json import canonical


def plain_method(question: Question) -> Aggregator:
    return aggregators[question.behaviour.aggregator_for(question.config)]


def judged_plainly(question: Question, method: Aggregator, given: Sequence[Given]) -> list[Judged]:
    """One verdict per task with an answer, by a method that needs no fit."""
    form = form_of(question)
    if not given or not takes(question, method):
        return []
    tasks = list(dict.fromkeys(each.task for each in given))
    if form == "distance":
        given = _alike(given, question)
    asked = form_for(question, method)
    verdicts = method(coded(given, question, asked), form=asked)
    return judged_each(tasks, verdicts, form, aggregator=method.name)


def _alike(given: Sequence[Given], question: Question) -> list[Given]:
    """Those of a task that mean the same are one value, as the first of them put it."""
    first: dict[tuple[int, bytes], Any] = {}
    name = question.name
    found = []
    for each in given:
        value = each.answers[name]
        means = canonical(question.behaviour.meaning(value, question.config))
        found.append(each._replace(answers={name: first.setdefault((each.task, means), value)}))
    return found
