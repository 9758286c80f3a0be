"""Marks that are hardly meant: a span that cuts a word, a box of no size."""

from __future__ import annotations

from apps.quality.checks.base import RATE, Check, Found, Work, places


class OddMarks(Check):
    """Each kind of question says itself what is hardly meant in its answers (`Kind.oddities`). What is
    found in many answers is one finding, with all its tasks. A rule: no chance is in it.

    >>> import numpy as np
    >>> from apps.quality.checks.base import Noted
    >>> noted = Noted(question="q", words="a box of hardly any size", task=np.array([1, 1]))
    >>> none = np.empty(0, int)
    >>> work = Work(task=none, person=none, round=none, at=none, seconds=none, content=none,
    ...             questions=(), odd=(noted,))
    >>> [(found.tasks, found.words) for found in OddMarks().find(work)]
    [((1,), '2 answers have a box of hardly any size.')]
    """

    name = "odd_marks"
    label = "Odd marks"
    summary = (
        "Looks at each mark by itself: ends inside a word, white space only, hardly any size, outside"
        " of what is shown, the same twice. Words are told only where a script puts blanks between"
        " them, and a mark may be meant so all the same."
    )
    is_test = False

    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        return [
            Found(
                words=f"{_answers(noted.task.size)} {noted.words}.",
                tasks=places(noted.task),
                question=noted.question,
                mark=noted.words,
            )
            for noted in work.odd
            if noted.task.size
        ]


def _answers(number: int) -> str:
    return "1 answer has" if number == 1 else f"{number:,} answers have"
