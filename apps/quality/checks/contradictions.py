"""Answers that contradict a rule that a lead wrote."""

from __future__ import annotations

from apps.quality.checks.base import RATE, Check, Found, Work, places


class Contradictions(Check):
    """Answers are held against the project's own rules while they are read (`rule_parts.Rule`), and
    those that contradict one are one finding, by its sentence. A rule: no chance is in it.

    >>> import numpy as np
    >>> from apps.quality.checks.base import Noted
    >>> noted = Noted(words="Nothing is marked where nothing is wrong", task=np.array([1]), mark="7")
    >>> none = np.empty(0, int)
    >>> work = Work(task=none, person=none, round=none, at=none, seconds=none, content=none,
    ...             questions=(), broken=(noted,))
    >>> [(found.tasks, found.words) for found in Contradictions().find(work)]
    [((1,), '1 answer contradicts a rule: Nothing is marked where nothing is wrong.')]
    """

    name = "contradictions"
    label = "Contradictions"
    summary = (
        "Holds each answer against the rules between questions that you wrote. Where an answer that"
        " a rule asks about is missing it cannot tell; the run then says of how many."
    )
    is_test = False

    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        return [
            Found(
                words=f"{_answers(noted.task.size)} a rule: {noted.words.rstrip('.')}.",
                tasks=places(noted.task),
                mark=noted.mark,
            )
            for noted in work.broken
            if noted.task.size
        ]


def _answers(number: int) -> str:
    return "1 answer contradicts" if number == 1 else f"{number:,} answers contradict"
