"""Answers beside what is known about a task; told to its annotator only after practice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.annotations.models import Annotation, Gold, Question
from apps.tasks.models import Apart


def scores_of(
    known: Mapping[str, Any], given: Mapping[str, Any], questions: Sequence[Question]
) -> dict[str, float]:
    """By question 1 less the distance; what is known and was not answered is wrong."""
    found = {}
    for question in questions:
        if question.name in known:
            found[question.name] = _score(question, known[question.name], given)
    return found


def _score(question: Question, known: Any, given: Mapping[str, Any]) -> float:
    if question.name not in given:
        return 0.0
    distance = question.behaviour.distance(known, given[question.name], question.config)
    return min(max(1.0 - distance, 0.0), 1.0)


def known_after(annotation: Annotation) -> dict[str, Any] | None:
    """What is known, once somebody has answered in practice; None for all other answers."""
    if annotation.assignment.apart != Apart.PRACTICE:
        return None
    gold = Gold.objects.filter(task=annotation.task_id).first()
    if gold is None:
        return None
    questions = list(Question.objects.filter(project=annotation.project_id).asked())
    return {
        "answers": gold.answers,
        "scores": scores_of(gold.answers, annotation.answers, questions),
        "explanation": gold.explanation,
    }
