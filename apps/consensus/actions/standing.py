"""By what the consensus of a question is computed now. The one place that decides it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from apps.annotations.models import Question
from apps.consensus.actions.hearing import opinions_of
from apps.consensus.actions.judged import Judged, judged_each
from apps.consensus.actions.plain import is_of, judged_plainly, plain_method, put_right
from apps.consensus.actions.reading import (
    Given,
    coded,
    form_for,
    form_of,
    hashable,
    takes,
)
from apps.consensus.actions.then import as_fitted, could_be_given
from apps.consensus.aggregators import Aggregator, Model, aggregators
from apps.consensus.aggregators.base import Fitted, FloatArray, Skills
from apps.consensus.models import Method, Run, Skill


@dataclass(frozen=True)
class Standing:
    """The method that holds for a question: a plain one, or a model with its fit."""

    question: Question
    plain: Aggregator
    # That of the model.
    run: Run | None = None
    # Whether a model was chosen, be it fitted or not.
    has_model: bool = False
    # By which the plain one says how probable its answers are.
    plain_run: Run | None = None

    def judged(self, given: Iterable[Given]) -> list[Judged]:
        mine = [each for each in given if self.question.name in each.answers]
        if self.run is None:
            return judged_plainly(self.question, self.plain, mine, self.plain_run)
        known, strange = self._apart(self.run, mine)
        return [
            *judged_by(self.run, self.question, known),
            *judged_plainly(self.question, self.plain, strange, self.plain_run),
        ]

    def _apart(self, run: Run, given: list[Given]) -> tuple[list[Given], list[Given]]:
        """A task with a value that the model has never met, or that could not be given when it was
        fitted, is judged plainly until the next fit."""
        name, is_met = self.question.name, self._meets(run)
        strange = {each.task for each in given if not is_met(each.answers[name])}
        return (
            [each for each in given if each.task not in strange],
            [each for each in given if each.task in strange],
        )

    def _meets(self, run: Run) -> Callable[[Any], bool]:
        model, then = aggregators[run.aggregator], as_fitted(run, self.question)
        if isinstance(model, Model) and not model.knows_values:
            return lambda value: then is self.question or could_be_given(value, then)
        form = form_of(self.question)
        known = {hashable(value, form) for value in run.values}
        return lambda value: hashable(value, form) in known


def standing_of(question: Question, method: Method | None) -> Standing:
    """A model stands once it is fitted, unless it does worse on gold than the plain method."""
    plain_one = plain_method(question)
    if method is None or not takes(question, aggregators[method.aggregator]):
        return Standing(question, plain_one)
    chosen = aggregators[method.aggregator].using(method.parameters)
    has_model = isinstance(chosen, Model)
    plain_one = plain_one if has_model else chosen
    run, plain_run = method.run, method.plain_run
    return Standing(
        question,
        plain_one,
        None if run is None or run.is_worse or not has_model else run,
        has_model=has_model,
        plain_run=plain_run if plain_run and is_of(plain_run, plain_one) else None,
    )


def standings_of(questions: Sequence[Question]) -> list[Standing]:
    """One query for all."""
    methods = (
        Method.objects.filter(question__in=questions)
        .select_related("run__opinions", "plain_run")
        .defer("run__saw", "plain_run__saw")
    )
    chosen = {method.pk: method for method in methods}
    return [standing_of(question, chosen.get(question.pk)) for question in questions]


def judged_by(run: Run, question: Question, given: Sequence[Given]) -> list[Judged]:
    """The verdicts of a fitted model on these tasks. One query, for the raters that occur."""
    if not given:
        return []
    model = aggregators[run.aggregator].using(run.parameters)
    if not isinstance(model, Model):
        raise TypeError(f"{run.aggregator!r} is no model.")
    question = as_fitted(run, question)
    form = form_of(question)
    values = tuple(hashable(value, form) for value in run.values)
    people = sorted({each.annotator for each in given})
    tasks = list(dict.fromkeys(each.task for each in given))
    asked = form_for(question, model)
    answers = coded(
        given,
        question,
        asked,
        values=values if model.knows_values else None,
        raters={annotator: i for i, annotator in enumerate(people)},
    )
    if run.opinions is not None:
        answers = replace(answers, opinions=opinions_of(run.opinions, tasks, values))
    fitted = fitted_of(run, values, people)
    verdicts = model.judge(answers, asked, fitted)
    sure = put_right(run, verdicts.probability)
    judged = judged_each(tasks, verdicts, form, by=model, sure=sure, run=run.pk)
    return judged if answers.opinions is None else _beside_votes(judged, question, given)


def _beside_votes(
    judged: Sequence[Judged], question: Question, given: Sequence[Given]
) -> list[Judged]:
    """With what the votes alone come to: whoever models learn from must not have heard one."""
    alone = judged_plainly(question, plain_method(question), given)
    return [
        replace(each, by_votes=votes.winners) for each, votes in zip(judged, alone, strict=True)
    ]


def fitted_of(run: Run, values: tuple[Hashable, ...], people: Sequence[int]) -> Fitted:
    """What a run learned, with the rows of these people; NaN of those whom it did not know."""
    newcomer = np.array(run.newcomer)
    raters: FloatArray = np.full((len(people), newcomer.size), np.nan)
    number = {annotator: i for i, annotator in enumerate(people)}
    rows: Any = Skill.objects.filter(run=run, annotator__in=people)
    for annotator, row in rows.values_list("annotator_id", "parameters"):
        raters[number[annotator]] = row
    return Fitted(
        values=values,
        common=np.array(run.common),
        raters=raters,
        newcomer=newcomer,
        skills=Skills(
            accuracy=np.full(len(people), np.nan), answers=np.zeros(len(people), np.int64)
        ),
        steps=run.steps,
        has_converged=run.has_converged,
    )
