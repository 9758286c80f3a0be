"""Nearly the same text, labelled differently."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from apps.quality.checks.alike import families
from apps.quality.checks.base import RATE, Asked, Check, Found, IntArray, Work, places, winners

# Of all runs of three words of both, so many in common: one word in thirty differs, or a sentence
# was added to five.
LEAST = 0.8


class NearDuplicates(Check):
    """Tasks whose texts are nearly alike (`alike.families`), and whose most frequent answers differ. A
    rule with a stated threshold: no chance is in it, and no two are called alike that are not. What
    is the very same is for `duplicates`.

    >>> from itertools import accumulate
    >>> from apps.quality.checks.alike import Texts, tokens_of
    >>> text = "the parcel that was sent to me on monday has not come yet"
    >>> tokens = [tokens_of(each) for each in (text, text + " sadly", "thanks a lot for the help")]
    >>> asked = Asked(name="q", value=np.array([0, 1, 1]), words=("a", "b"),
    ...               is_allowed=np.array([True, True]))
    >>> work = Work(task=np.arange(3), person=np.zeros(3, int), round=np.zeros(3, int),
    ...             at=np.zeros(3), seconds=np.ones(3), content=np.arange(3), questions=(asked,),
    ...             texts=Texts(np.array(sum(tokens, []), np.uint64),
    ...                         np.array([0, *accumulate(map(len, tokens))]), np.zeros(3, int)))
    >>> [(found.tasks, found.words) for found in NearDuplicates().find(work)]
    [((0, 1), '2 tasks show nearly the same text and are answered differently: a, b.')]
    """

    name = "near_duplicates"
    label = "Nearly the same text, different answers"
    summary = (
        f"Compares tasks that have {LEAST:.0%} of all their runs of three words in common, each with"
        " another of them. It does not read: one word may be what makes the difference."
    )
    is_test = False

    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        if work.texts is None:
            return []
        family = families(work.texts, LEAST)
        return [
            found for asked in work.questions for found in differing(work, asked, family, "text")
        ]


def differing(work: Work, asked: Asked, family: IntArray, noun: str) -> list[Found]:
    """By family of contents that are nearly alike, what is answered differently."""
    task, value = winners(work, asked)
    content = work.content[task]
    order = np.lexsort((value, content, family[content]))
    task, value, content = task[order], value[order], content[order]
    groups = np.flatnonzero(np.diff(family[content], prepend=-1, append=-1) != 0)
    found = []
    for start, end in pairwise(groups):
        mine = slice(start, end)
        if _differ(content[mine], value[mine]):
            told = ", ".join(asked.words[place] for place in np.unique(value[mine])[:5])
            words = (
                f"{end - start} tasks show nearly the same {noun} and are answered differently:"
                f" {told}."
            )
            tasks = places(task[mine])
            found.append(Found(words=words, tasks=tasks, question=asked.name))
    return found


def _differ(content: IntArray, value: IntArray) -> bool:
    """Whether two texts have other answers than each other: those of the very same text may differ
    among themselves, which is found elsewhere."""
    starts = np.flatnonzero(np.diff(content, prepend=-1) != 0)
    said = {tuple(np.unique(part).tolist()) for part in np.split(value, starts[1:])}
    return len(said) > 1
