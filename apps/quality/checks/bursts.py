"""Annotators who give part of their answers in bursts, far below their own usual time."""

from __future__ import annotations

import numpy as np

from apps.quality.checks.base import (
    RATE,
    BoolArray,
    Check,
    FloatArray,
    Found,
    IntArray,
    Work,
    beyond_people,
    corrected,
    places,
)

# Of fewer people nobody can say how far they differ; of fewer answers, what is usual for one.
LEAST_PEOPLE, LEAST_ANSWERS = 8, 20
# So many in a row, each in less than this part of the own usual time, are a burst.
LEAST_RUN, QUICK = 5, 0.25
# A smaller part of somebody's answers is nothing to act on.
LEAST = 0.05
# Most people hardly ever hurry, some often do: so skewed, the normal tail named somebody in 15 % of
# simulated projects in which all differ so; with half of the degrees of freedom in 3.5 %.
PART = 0.5


class Bursts(Check):
    """Runs of answers, each of which took less than a quarter of the annotator's own usual time and
    came as soon after the one before it. So who is fast throughout has none; nor has an outbox that
    sends at once what was done in peace, for its answers took their time; nor do tasks count that
    were quick for most others too.

    The share of somebody's answers in such runs is held against that of the others, on the scale on
    which people differ (`beyond_people`). Answers of one run are one event: a run of n counts as
    n/5 of so many chances, which is less evidence than n, never more.

    >>> rng = np.random.default_rng(2)
    >>> person, task = np.repeat(np.arange(12), 100), np.tile(np.arange(100), 12)
    >>> seconds = np.exp(rng.normal(3, 0.5, 1200)); seconds[(person == 4) & (task > 60)] = 1
    >>> work = Work(task=task, person=person, round=np.zeros(1200, int), at=np.cumsum(seconds),
    ...             seconds=seconds, content=np.arange(100), questions=())
    >>> [(found.people, len(found.tasks), found.words) for found in Bursts().find(work)]
    [((4,), 39, '{person} gives 39 of 100 answers in 1 burst, each in less than a quarter of their usual 11.4 s.')]
    """

    name = "bursts"
    label = "Answers in bursts"
    summary = (
        f"Looks for runs of {LEAST_RUN} answers or more, each in less than a quarter of the"
        " annotator's own usual time. It knows only answers whose time was taken, and cannot tell"
        " haste from tasks that somebody thought about beforehand."
    )

    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        people, usual, in_burst = _bursts(work)
        if people.size < LEAST_PEOPLE:
            return []
        timed = _is_timed(work)
        answers = np.bincount(work.person[timed], minlength=work.people)[people]
        hasty = np.bincount(work.person, in_burst > 0, minlength=work.people)[people]
        p = [
            beyond_people(hasty / LEAST_RUN, answers / LEAST_RUN, place, PART)
            for place in range(people.size)
        ]
        looked = zip(people, usual, answers, hasty, corrected(p), strict=True)
        return [
            _found(work, int(who), in_burst, f"{int(mine):,} of {int(of):,}", one_usual, float(one))
            for who, one_usual, of, mine, one in looked
            if one <= rate and mine >= LEAST * of
        ]


def _found(work: Work, who: int, in_burst: IntArray, share: str, usual: float, p: float) -> Found:
    mine = (work.person == who) & (in_burst > 0)
    number = np.unique(in_burst[mine]).size
    bursts = "1 burst" if number == 1 else f"{number:,} bursts"
    words = (
        f"{{person}} gives {share} answers in {bursts}, each in less than a quarter of their usual"
        f" {usual:,.1f} s."
    )
    return Found(words=words, tasks=places(work.task[mine]), people=(who,), p=p)


def _is_timed(work: Work) -> BoolArray:
    known: BoolArray = np.isfinite(work.seconds) & (work.seconds > 0)
    return known


def _bursts(work: Work) -> tuple[IntArray, FloatArray, IntArray]:
    """Those with answers enough, their usual seconds, and per answer the number of its burst: 0
    for none."""
    timed = np.flatnonzero(_is_timed(work))
    order = timed[np.lexsort((work.task[timed], work.at[timed], work.person[timed]))]
    person, seconds = work.person[order], work.seconds[order]
    starts = np.searchsorted(person, np.arange(work.people + 1))
    number = np.diff(starts)
    people = np.flatnonzero(number >= LEAST_ANSWERS)
    usual = np.full(work.people, np.inf)
    usual[people] = [np.median(seconds[starts[who] : starts[who + 1]]) for who in people]
    # Of somebody with few answers nobody knows what is quick.
    is_known = np.isfinite(usual[person])
    bound = np.where(is_known, QUICK * usual[person], 0.0)
    quick = _own_haste(work.task[order], seconds < bound, is_known)
    since = np.diff(work.at[order], prepend=-np.inf)
    is_first = np.diff(person, prepend=-1) != 0
    found = np.zeros(work.task.size, np.int64)
    found[order] = _runs(quick, ~is_first & (since < bound))
    return people, usual[people], found


def _own_haste(task: IntArray, quick: BoolArray, is_known: BoolArray) -> BoolArray:
    """Quick where most others, by their own measure, were not quick with the same task."""
    if not task.size:
        return quick
    others = np.bincount(task, is_known)[task] - is_known
    hasty = np.bincount(task, quick)[task] - quick
    own: BoolArray = quick & (2 * hasty <= others)
    return own


def _runs(quick: BoolArray, follows: BoolArray) -> IntArray:
    """Numbers from 1 for runs that are long enough. The answer before a burst was no part of it, so a
    run begins with any that is quick, and goes on with those that are quick and came at once."""
    run = np.cumsum(~(quick & follows))
    run = np.where(quick, run, 0)
    kept = np.bincount(run, minlength=1) >= LEAST_RUN
    kept[0] = False
    number = np.cumsum(kept)
    found: IntArray = np.where(kept[run], number[run], 0)
    return found
