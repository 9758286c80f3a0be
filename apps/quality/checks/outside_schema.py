"""Answers that the question does not allow any more."""

from __future__ import annotations

import numpy as np

from apps.quality.checks.base import RATE, Check, Found, Work, places


class OutsideSchema(Check):
    """Answers that stand and that nobody could give today: a label was retired, a limit drawn
    closer. A rule: no chance is in it.

    >>> from apps.quality.checks.base import Asked
    >>> asked = Asked(name="q", value=np.array([0, 1]), words=("a", "old"),
    ...               is_allowed=np.array([True, False]))
    >>> work = Work(task=np.array([0, 1]), person=np.array([0, 0]), round=np.zeros(2, int),
    ...             at=np.zeros(2), seconds=np.ones(2), content=np.array([0, 1]),
    ...             questions=(asked,))
    >>> [(found.tasks, found.words) for found in OutsideSchema().find(work)]
    [((1,), '1 answer is not allowed any more: old.')]
    """

    name = "outside_schema"
    label = "Answers outside the questions of today"
    summary = (
        "Holds each answer against its question as it now stands. Old answers stay valid and"
        " countable: whether they should be given anew is for you to say."
    )
    is_test = False

    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        found = []
        for asked in work.questions:
            for place in np.flatnonzero(~asked.is_allowed):
                mine = asked.value == place
                number, word = int(mine.sum()), asked.words[place]
                if number:
                    told = "answer is" if number == 1 else "answers are"
                    words = f"{number:,} {told} not allowed any more: {word}."
                    tasks = places(work.task[mine])
                    found.append(Found(words=words, tasks=tasks, question=asked.name, mark=word))
        return found
