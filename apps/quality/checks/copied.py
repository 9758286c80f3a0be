"""Two annotators who make the same mistakes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from apps.quality.checks.base import (
    RATE,
    Asked,
    Check,
    Found,
    IntArray,
    Work,
    at_least,
    corrected,
    first_answers,
    places,
)

# Of a task, beside the two: so many must agree on another answer.
LEAST_OTHERS = 3
LEAST_SHARED = 5


class Copied(Check):
    """Right answers are equal of themselves, so only mistakes tell. Where all the others of a task,
    three or more, agree on one answer and two annotators both gave another, how often is it the
    same one? For all pairs together that share is known, by the answer of the others; a pair's
    own number is held against it, bounded by Hoeffding (1963). (The idea of Frary, Tideman and
    Watts 1977, *Indices of cheating on multiple-choice tests*, J. Educational Statistics 2.)

    A question of two labels has one wrong answer, so it tells nothing; nor does a task with fewer
    than five answers.

    >>> rng = np.random.default_rng(3)
    >>> value = np.zeros((200, 6), int)
    >>> value[:, :4] = np.where(rng.random((200, 4)) < 0.1, rng.integers(1, 5, (200, 4)), 0)
    >>> value[:, 4] = np.where(rng.random(200) < 0.3, rng.integers(1, 5, 200), 0)
    >>> value[:, 5] = value[:, 4]
    >>> asked = Asked(name="q", value=value.ravel(), words=tuple("abcde"),
    ...               is_allowed=np.ones(5, bool))
    >>> work = Work(task=np.arange(1200) // 6, person=np.arange(1200) % 6,
    ...             round=np.zeros(1200, int), at=np.arange(1200.0), seconds=np.ones(1200),
    ...             content=np.arange(200), questions=(asked,))
    >>> [found.people for found in Copied().find(work)]
    [(4, 5)]
    """

    name = "copied"
    label = "Same mistakes"
    summary = (
        "Finds two annotators whose answers are equal where both stand against all others."
        " It takes five answers to a task; it cannot tell copying from the same misunderstanding."
    )

    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        looked = [one for asked in work.questions if asked.is_label for one in _of(work, asked)]
        kept = corrected([one.p if one.p is not None else 1.0 for one in looked])
        return [replace(one, p=float(p)) for p, one in zip(kept, looked, strict=True) if p <= rate]


def _of(work: Work, asked: Asked) -> list[Found]:
    rows = _both_against(work, asked)
    if not rows.size:
        return []
    task, one, other, is_same, truth = rows.T
    pair = one * work.people + other
    pairs, place = np.unique(pair, return_inverse=True)
    trials, hits = np.bincount(place), np.bincount(place, is_same).astype(float)
    # The pair's own are left out of what is usual.
    size = len(asked.words)
    key = place * size + truth
    own_n = np.bincount(key, minlength=pairs.size * size)[key]
    own_hits = np.bincount(key, is_same, minlength=pairs.size * size)[key]
    rest = np.bincount(truth, minlength=size)[truth] - own_n
    usual = (np.bincount(truth, is_same, minlength=size)[truth] - own_hits + 1) / (rest + 2)
    expected = np.bincount(place, usual).astype(float)
    p = at_least(hits, expected, trials.astype(float))
    return [
        Found(
            words=(
                f"{{person}} and {{other}} give the same answer {hits[i]:,.0f} of the"
                f" {trials[i]:,} times that both stand against all others;"
                f" {expected[i]:,.1f} would be usual."
            ),
            tasks=places(task[(place == i) & (is_same == 1)]),
            people=(int(pairs[i] // work.people), int(pairs[i] % work.people)),
            question=asked.name,
            p=float(p[i]),
        )
        for i in np.flatnonzero(trials >= LEAST_SHARED)
    ]


def _both_against(work: Work, asked: Asked) -> IntArray:
    """Rows of task, the two, whether they say the same, and what the others say."""
    at = first_answers(work, asked)
    size = len(asked.words)
    if not at.size or size < 3:
        return np.empty((0, 5), np.int64)
    task, person, value = work.task[at], work.person[at], asked.value[at]
    key, count = np.unique(task * size + value, return_counts=True)
    many = np.bincount(task, minlength=work.content.size)
    # All but two agree.
    sure = (many[key // size] - count == 2) & (count >= LEAST_OTHERS)
    truth = np.full(work.content.size, -1)
    truth[key[sure] // size] = key[sure] % size
    against = np.flatnonzero((truth[task] >= 0) & (value != truth[task]))
    order = np.lexsort((person[against], task[against]))
    first, second = against[order][0::2], against[order][1::2]
    return np.stack(
        [
            task[first],
            person[first],
            person[second],
            value[first] == value[second],
            truth[task[first]],
        ],
        axis=1,
    )
