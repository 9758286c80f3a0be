"""The plain consensus, which every question has: by the method that its kind names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from apps.annotations.models import Question
from apps.consensus.actions.judged import Judged, judged_each
from apps.consensus.actions.reading import Given, coded, form_for, form_of, takes
from apps.consensus.aggregators import Aggregator, aggregators
from apps.consensus.aggregators.base import Fitted, FloatArray
from apps.consensus.aggregators.calibration import recalibrated
from apps.consensus.aggregators.plain import NOBODY, Plain
from apps.consensus.models import Run
from apps.core.json import canonical


def plain_method(question: Question) -> Aggregator:
    return aggregators[question.behaviour.aggregator_for(question.config)]


def judged_plainly(
    question: Question, method: Aggregator, given: Sequence[Given], run: Run | None = None
) -> list[Judged]:
    """One verdict per task with an answer, by a method that needs no fit; how probable it is, `run`
    says, where the method has learned that."""
    form = form_of(question)
    if not given or not takes(question, method):
        return []
    tasks = list(dict.fromkeys(each.task for each in given))
    if form == "distance":
        given = _alike(given, question)
    asked = form_for(question, method)
    answers = coded(given, question, asked)
    if run is None or not isinstance(method, Plain):
        return judged_each(tasks, method(answers, form=asked), form, by=method)
    verdicts = method.judge(answers, asked, learned_by(run))
    sure = put_right(run, verdicts.probability)
    return judged_each(tasks, verdicts, form, by=method, sure=sure, run=run.pk)


def learned_by(run: Run) -> Fitted:
    """What a plain method learned: of nobody anything."""
    return Fitted(
        values=(),
        common=np.array(run.common),
        raters=np.zeros((0, 0)),
        newcomer=np.zeros(0),
        skills=NOBODY,
    )


def put_right(run: Run, said: FloatArray | None) -> FloatArray | None:
    """As gold has shown that the method should have said it, where that helped."""
    calibration = run.checks.get("calibration")
    return said if said is None or not calibration else recalibrated(calibration["learned"], said)


def is_of(run: Run, method: Aggregator) -> bool:
    """Whether that method, with these parameters, has learned it."""
    return run.aggregator == method.name and run.parameters == method.changed()


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
