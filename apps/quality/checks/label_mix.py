"""Labels that an annotator uses more than others do for the same tasks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.quality.checks.base import (
    RATE,
    Asked,
    Check,
    FloatArray,
    Found,
    IntArray,
    Work,
    at_least,
    corrected,
    first_answers,
    places,
    shares,
)

# A difference of fewer answers in a hundred is true of anybody, and nothing to act on.
LEAST = 0.05
MOST = 20


class LabelMix(Check):
    """Given what all said to a task, its answers could have been anybody's: then the chance that
    mine is a label that m of the k answers have is m/k. The number of tasks for which I use the
    label is a sum of such chances, bounded by Hoeffding (1963). So a hard or lopsided batch of
    tasks is no evidence against whoever got it. (A permutation test within strata: Fisher 1935,
    *The design of experiments*.)

    >>> rng = np.random.default_rng(1)
    >>> value = rng.integers(0, 2, 600); value[::3] = 1
    >>> asked = Asked(name="q", value=value, words=("a", "b"), is_allowed=np.array([True, True]))
    >>> work = Work(task=np.arange(600) // 3, person=np.arange(600) % 3, round=np.zeros(600, int),
    ...             at=np.arange(600.0), seconds=np.ones(600), content=np.arange(200),
    ...             questions=(asked,))
    >>> [found.people for found in LabelMix().find(work)]
    [(0,)]
    """

    name = "label_mix"
    label = "Over-used labels"
    summary = (
        "Compares how often somebody uses a label with how often others use it for the same tasks."
        " It tells that they differ, not who is right; a task with one answer says nothing."
    )

    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        """The worst first: then the rest anew without them, whom they made look odd."""
        asked = {one.name: one for one in work.questions if one.is_label}
        found: list[Found] = []
        while len(found) < MOST:
            looked = [one for question in asked.values() for one in _of(work, question)]
            p = corrected([one[0] for one in looked])
            kept = [
                i for i, (_, effect, _) in enumerate(looked) if p[i] <= rate and effect >= LEAST
            ]
            if not kept:
                break
            worst = min(kept, key=lambda i: (p[i], -looked[i][1]))
            one = replace(looked[worst][2], p=float(p[worst]))
            found.append(one)
            left = work.person != one.people[0]
            question = asked[one.question]
            asked[one.question] = replace(question, value=np.where(left, question.value, -1))
        return found


def _of(work: Work, asked: Asked) -> list[tuple[float, float, Found]]:
    """Each person and label with its own p-value and difference."""
    at = first_answers(work, asked)
    task, person, value = work.task[at], work.person[at], asked.value[at]
    same, many = shares(task, value, max(len(asked.words), 1))
    found = []
    for label, word in enumerate(asked.words):
        of_task = np.bincount(task, value == label, minlength=work.content.size)[task]
        # Where all say the same, nobody's answer can be otherwise.
        open_ = (of_task > 0) & (of_task < many)
        hits = _sum(work, person, (value == label) & open_)
        expected = _sum(work, person, np.where(open_, of_task / np.maximum(many, 1), 0.0))
        trials = _sum(work, person, open_)
        p = at_least(hits, expected, trials)
        answers = np.bincount(person, minlength=work.people)
        for who in np.flatnonzero(trials):
            mine = (person == who) & (value == label) & (same < many) if hits[who] else None
            found.append(
                (
                    float(p[who]),
                    float((hits[who] - expected[who]) / answers[who]),
                    Found(
                        words=(
                            f"{{person}} answers {word} {hits[who]:,.0f} times where others"
                            f" differ; {expected[who]:,.0f} would be usual."
                        ),
                        tasks=places(task[mine]) if mine is not None and p[who] <= RATE else (),
                        people=(int(who),),
                        question=asked.name,
                        mark=word,
                    ),
                )
            )
    return found


def _sum(work: Work, person: IntArray, weights: NDArray[Any]) -> FloatArray:
    return np.bincount(person, weights, minlength=work.people).astype(float)
