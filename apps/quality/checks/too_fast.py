"""Annotators who are much faster than people differ in speed."""

from __future__ import annotations

import numpy as np
from scipy import stats

from apps.quality.checks.base import (
    RATE,
    BoolArray,
    Check,
    FloatArray,
    Found,
    IntArray,
    Work,
    corrected,
    places,
)

# Of fewer people nobody can say how far speeds differ; of fewer answers, how fast one is.
LEAST_PEOPLE, LEAST_ANSWERS = 8, 10
# The tasks that are named are those that took less than this part of the usual time.
QUICK = 0.5
# With thousands of answers each, people who work alike differ by a hardly seen part of a second:
# who takes more than this part of the usual time is not much faster.
MUCH = 0.75
MAD = 1.4826


class TooFast(Check):
    """The median of the logarithm of each annotator's seconds, against those of all the others.

    People differ in speed, so the scale is that of people, not of answers: how far a person is
    below the median of the others, in their median absolute deviations (Leys et al. 2013, JESP
    49), held against Student's t with the others' number less one. Half of the others' deviations
    could be wrong without touching it.

    >>> rng = np.random.default_rng(2)
    >>> person = np.repeat(np.arange(12), 40)
    >>> seconds = np.exp(rng.normal(3, 0.5, 480)); seconds[person == 4] /= 20
    >>> work = Work(task=np.arange(480), person=person, round=np.zeros(480, int),
    ...             at=np.arange(480.0), seconds=seconds, content=np.arange(480), questions=())
    >>> [found.people for found in TooFast().find(work)]
    [(4,)]
    """

    name = "too_fast"
    label = "Too fast"
    summary = (
        f"Compares each annotator's usual time with that of the others; it takes {LEAST_PEOPLE}"
        " annotators at least. Somebody practised may be fast and right: look before you judge."
    )

    def find(self, work: Work, rate: float = RATE) -> list[Found]:
        timed = np.isfinite(work.seconds) & (work.seconds > 0)
        people, middle = _middles(work, timed)
        if people.size < LEAST_PEOPLE:
            return []
        p = np.array([_p(middle, place) for place in range(people.size)])
        usual = float(np.exp(np.median(middle)))
        found = []
        for who, mine, adjusted in zip(people, np.exp(middle), corrected(p), strict=True):
            if adjusted <= rate and mine <= MUCH * usual:
                quick = timed & (work.person == who) & (work.seconds < QUICK * usual)
                words = f"{{person}} takes {mine:,.1f} s for a task; {usual:,.1f} s is usual."
                found.append(
                    Found(
                        words=words,
                        tasks=places(work.task[quick]),
                        people=(int(who),),
                        p=float(adjusted),
                    )
                )
        return found


def _middles(work: Work, timed: BoolArray) -> tuple[IntArray, FloatArray]:
    number = np.bincount(work.person[timed], minlength=work.people)
    people = np.flatnonzero(number >= LEAST_ANSWERS)
    logs, person = np.log(work.seconds[timed]), work.person[timed]
    return people, np.array([np.median(logs[person == who]) for who in people], float)


def _p(middle: FloatArray, place: int) -> float:
    """One-sided: slow is no fault."""
    others = np.delete(middle, place)
    centre = np.median(others)
    # The deviation's own error makes the tail heavier: half as many degrees of freedom (the
    # deviation has 37 % of the standard deviation's efficiency; Rousseeuw and Croux 1993).
    spread = MAD * float(np.median(np.abs(others - centre)))
    if spread <= 0:
        return 1.0
    freedom = max(0.37 * (others.size - 1), 1.0)
    wider = spread * float(np.sqrt(1 + np.pi / 2 / others.size))
    return float(stats.t.sf((centre - middle[place]) / wider, freedom))
