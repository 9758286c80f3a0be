"""Several people's answers to one question, to be laid on top of each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from apps.annotations.models import Question

COLOURS = 8


def layers_of(given: Iterable[tuple[str, Any]], question: Question) -> list[dict[str, Any]]:
    """A layer for each person who answered it: by letter, all answers of that person or None.

    A person has one colour in all questions.
    """
    return [
        {"who": letter, "colour": place % COLOURS + 1, "value": answers[question.name]}
        for place, (letter, answers) in enumerate(given)
        if answers is not None and question.name in answers
    ]


def joined_by(question: Question, questions: Mapping[str, Question]) -> list[Question]:
    """What it refers to, and what that refers to, each before what is said of it."""
    found: list[Question] = []
    for name in question.behaviour.questions_of(question.config):
        if name in questions:
            near = [*joined_by(questions[name], questions), questions[name]]
            found += [one for one in near if one not in found]
    return found


def laid(given: Sequence[tuple[str, Any]], questions: Sequence[Question]) -> list[dict[str, Any]]:
    """The questions whose answers can be laid together, with what they refer to."""
    by_name = {one.name: one for one in questions}
    return [
        {"question": one, "layers": layers, "joined": joined_by(one, by_name)}
        for one in questions
        if one.behaviour.has_overlay and (layers := layers_of(given, one))
    ]
