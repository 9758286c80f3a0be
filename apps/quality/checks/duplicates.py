"""The same item, labelled differently."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from apps.quality.checks.base import RATE, Asked, Check, Found, Work, places, winners


class Duplicates(Check):
    """Tasks that show the same, whose most frequent answers differ. A rule: no chance is in it.

    A task whose answers are tied says nothing, for any of them might be its answer.

    >>> asked = Asked(name="q", value=np.array([0, 0, 1]), words=("a", "b"),
    ...               is_allowed=np.array([True, True]))
    >>> work = Work(task=np.array([0, 1, 2]), person=np.array([0, 1, 1]), round=np.zeros(3, int),
    ...             at=np.zeros(3), seconds=np.ones(3), content=np.array([7, 8, 7]),
    ...             questions=(asked,))
    >>> [(found.tasks, found.words) for found in Duplicates().find(work)]
    [((0, 2), '2 tasks show the same and are answered differently: a, b.')]
    """

    name = "duplicates"
    label = "Same item, different answers"
    summary = "Compares tasks that show the same content. It does not know texts that merely mean the same."
    is_test = False

    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        return [found for asked in work.questions for found in _of(work, asked)]


def _of(work: Work, asked: Asked) -> list[Found]:
    task, value = winners(work, asked)
    order = np.argsort(work.content[task], kind="stable")
    task, value = task[order], value[order]
    groups = np.flatnonzero(np.diff(work.content[task], prepend=np.nan, append=np.nan) != 0)
    found = []
    for start, end in pairwise(groups):
        said = np.unique(value[start:end])
        if said.size > 1:
            told = ", ".join(asked.words[place] for place in said[:5])
            words = f"{end - start} tasks show the same and are answered differently: {told}."
            tasks = places(task[start:end])
            found.append(Found(words=words, tasks=tasks, question=asked.name))
    return found
