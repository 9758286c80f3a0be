"""Labels that a model, which has not learned from them, does not believe."""

from __future__ import annotations

import numpy as np

from apps.quality.checks import confident
from apps.quality.checks.base import RATE, Check, Found, IntArray, Work
from apps.quality.checks.confident import Opinions

# Of fewer labels a model has hardly learned anything. One that reads fewer than so many as they are
# labelled is itself more often at fault than labels are.
LEAST, AGREED = 100, 0.8
# What was given less often it has hardly met.
LEAST_GIVEN = 5
PAIRS = 3


class LikelyWrong(Check):
    """Confident learning (`confident`): so many labels are wrong, and these are the likeliest. No
    test: which tasks are hard for the model it cannot tell from wrong labels.

    >>> said = np.array([[0.9, 0.1]] * 60 + [[0.1, 0.9]] * 60)
    >>> label = np.repeat([0, 1], 60)
    >>> label[7] = 1
    >>> opinions = Opinions(question="q", task=np.arange(120), label=label, said=said,
    ...                     words=("a", "b"), is_decided=np.zeros(120, bool))
    >>> none = np.empty(0, int)
    >>> work = Work(task=none, person=none, round=none, at=none, seconds=none, content=none,
    ...             questions=(), opinions=(opinions,))
    >>> [found] = LikelyWrong().find(work)
    >>> found.tasks, found.words[:47]
    ((7,), 'Between 0 and 5 of 120 labels are likely wrong.')
    """

    name = "likely_wrong"
    label = "Labels that are likely wrong"
    summary = (
        "Asks a model that has not learned from a task what its label is, and names those that it"
        " believes least against its own habit, the likeliest first. It may be the model that is"
        " wrong: of texts that are hard for it, often it is. It is a ranking, and has no rate of false"
        " alarms; the two numbers say how many are wrong as far as the model can tell."
    )
    is_test = False
    is_opinion = True

    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        every = (_of(opinions) for opinions in work.opinions)
        return [found for found in every if found is not None]


def agreed(opinions: Opinions) -> float:
    """The share of the labels that the model reads as they are; 0 of none."""
    if not opinions.label.size:
        return 0.0
    return float((opinions.said.argmax(axis=1) == opinions.label).mean())


def can_judge(opinions: Opinions) -> bool:
    return opinions.label.size >= LEAST and agreed(opinions) >= AGREED


def _of(opinions: Opinions) -> Found | None:
    if not can_judge(opinions):
        return None
    places = confident.likely_wrong(opinions.said, opinions.label)
    is_met = np.bincount(opinions.label)[opinions.label] >= LEAST_GIVEN
    named = places[(opinions.task >= 0)[places] & (is_met & ~opinions.is_decided)[places]]
    if not named.size:
        return None
    return Found(
        words=_words(opinions, named),
        tasks=tuple(int(task) for task in opinions.task[named]),
        question=opinions.question,
        # There is one for each question, however its tasks change.
        mark="likely_wrong",
    )


def _words(opinions: Opinions, named: IntArray) -> str:
    number = confident.how_many(opinions.said, opinions.label)
    reads = "reads this task" if named.size == 1 else f"reads these {named.size:,} tasks"
    return (
        f"Between {number.low:,.0f} and {number.high:,.0f} of {number.n:,} labels are likely wrong."
        f" A model that has not seen their labels {reads} otherwise"
        f" ({agreed(opinions):.0%} of all it reads as they are labelled): {_pairs(opinions, named)}."
    )


def _pairs(opinions: Opinions, named: IntArray) -> str:
    """Which label was given in place of which, the most frequent first."""
    labels = len(opinions.words)
    likely = opinions.said[named].argmax(axis=1)
    pair, count = np.unique(opinions.label[named] * labels + likely, return_counts=True)
    order = np.lexsort((pair, -count))[:PAIRS]
    told = [
        f"{_short(opinions.words[pair[at] // labels])} as {_short(opinions.words[pair[at] % labels])}"
        + (f" ({count[at]:,})" if named.size > 1 else "")
        for at in order
    ]
    return ", ".join(told) + (" and others" if pair.size > PAIRS else "")


def _short(word: str) -> str:
    return word if len(word) <= 30 else f"{word[:29]}…"
