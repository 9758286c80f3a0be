"""The same item, whose answers lie far apart, where answers can only be compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from apps.quality.checks.base import RATE, Check, Found, Marked, Work, corrected, places

# Whose nearest answers are more alike than this needs no look.
LEAST = 0.3


class MarkedApart(Check):
    """Two tasks that show the same, where no answer to the one lies near any to the other: held
    against how far two people's answers to one and the same task lie apart. If both are the same item,
    their nearest answers lie no further apart than two drawn by lot, so the share of tasks whose two
    drawn answers lie as far apart is no smaller than it should be: (1 + those) / (1 + all), which is
    right for few tasks too (Vovk, Gammerman and Shafer 2005, *Algorithmic learning in a random world*,
    proposition 2.4; it takes for granted that items shown twice are no harder than others).

    >>> marked = Marked(question="q", usual=np.linspace(0, 0.4, 99),
    ...                 task=np.array([[0, 1], [2, 3]]), apart=np.array([0.9, 0.2]))
    >>> none = np.empty(0, int)
    >>> work = Work(task=none, person=none, round=none, at=none, seconds=none, content=none,
    ...             questions=(), marked=(marked,))
    >>> [(found.tasks, found.words, found.p) for found in MarkedApart().find(work)]
    [((0, 1), '2 tasks show the same; their nearest answers are 10 % alike.', 0.02)]
    """

    name = "marked_apart"
    label = "Same item, marked differently"
    summary = (
        "Compares marks, texts and other answers that cannot be counted, of tasks that show the same"
        " content, by the question's own distance. It takes many tasks that two people have answered:"
        " twenty for each pair that is compared, and more."
    )

    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        looked = [one for marked in work.marked for one in _of(marked)]
        kept = corrected([one.p if one.p is not None else 1.0 for one, _ in looked])
        return [
            replace(one, p=float(p))
            for p, (one, apart) in zip(kept, looked, strict=True)
            if p <= rate and apart > LEAST
        ]


def _of(marked: Marked) -> Iterator[tuple[Found, float]]:
    usual = np.sort(marked.usual)
    # Distances are sums of many parts: what differs by rounding alone is equal.
    farther = usual.size - np.searchsorted(usual, marked.apart - 1e-9, side="left")
    for pair, apart, number in zip(marked.task, marked.apart, farther, strict=True):
        words = f"2 tasks show the same; their nearest answers are {100 * (1 - apart):.0f} % alike."
        p = (1 + int(number)) / (1 + usual.size)
        yield Found(words=words, tasks=places(pair), question=marked.question, p=p), float(apart)
