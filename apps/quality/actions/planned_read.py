"""What a lead plans to have of each label, beside the answers that are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count

from apps.annotations.models import Question
from apps.consensus.models import Consensus
from apps.projects.models import Project
from apps.quality.actions.answers_read import Answers
from apps.quality.checks.base import Wanted
from apps.quality.models import PlannedLabel
from apps.tasks.models import Task


def plannable(project: Project) -> list[Question]:
    """Questions that ask for one label out of several."""
    asked = Question.objects.filter(project=project).asked()
    return [one for one in asked if one.behaviour.form(one.config) == "label" and titles_of(one)]


def titles_of(question: Question) -> Mapping[str, str]:
    """By value, of the labels that are on offer."""
    labels = question.behaviour.labels(question.config)
    return {label.value: label.title for label in labels if not label.is_retired}


def read_plan(project: Project, answers: Answers) -> tuple[Wanted, ...]:
    """Of labels that are still on offer: of a retired one no more can be had."""
    planned = list(PlannedLabel.objects.for_project(project))
    if not planned:
        return ()
    tasks = Task.objects.filter(project=project, erased_at__isnull=True).count()
    known = {column.question.name: _places(column.values) for column in answers.columns}
    titles = {one.question_id: titles_of(one.question) for one in planned}
    return tuple(
        Wanted(
            question=one.question.name,
            value=known.get(one.question.name, {}).get(one.label, -1),
            word=titles[one.question_id][one.label],
            share=one.share,
            number=one.number,
            tasks=tasks,
        )
        for one in planned
        if one.label in titles[one.question_id]
    )


def _places(values: Sequence[Any]) -> dict[str, int]:
    return {value: place for place, value in enumerate(values) if isinstance(value, str)}


def counts_of(questions: list[Question]) -> dict[int, dict[str, int]]:
    """By question and value, how many tasks come to it so far."""
    found: dict[int, dict[str, int]] = {one.pk: {} for one in questions}
    rows = (
        Consensus.objects.filter(question__in=questions, is_tie=False, value__isnull=False)
        .order_by()
        .values_list("question", "value")
        .annotate(Count("pk"))
    )
    for question, value, count in rows:
        if isinstance(value, str):
            found[question][value] = count
    return found
