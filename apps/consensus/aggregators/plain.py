"""Plain methods, and how probable their answers are: whether many more people would say the same.

A plain method asks nothing of who somebody is, so it judges a task at once. How sure its answer is, a
task's few answers alone cannot say: three of three mean much where people mostly agree, and little where
they hardly do. So it is learned from the project's own answers how tasks differ, and each task is looked
at before that background (empirical Bayes: Robbins 1956; Efron 2010, *Large-scale inference*, chapter 1).

The *probability* of a plain answer is that of the same answer if many more people were asked, who are like
those that were. Whether what many say is true nobody's answers can tell: gold does, and where it shows
that something else should be said, that is said instead (`calibration.py`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

import numpy as np

from apps.consensus.aggregators.base import (
    Aggregator,
    Answers,
    Fitted,
    FloatArray,
    Form,
    IntArray,
    Skills,
    Verdicts,
)
from apps.consensus.aggregators.calibration import EDGE
from apps.consensus.aggregators.held_out import Foreseen

# Units that are learned from, and answers that are foretold, at most.
MOST_UNITS, MOST_FORETOLD = 20_000, 5_000
# Likewise where each two answers must be compared, which is dear.
MOST_COMPARED = 2_000
# Of fewer units with two answers nothing is learned.
LEAST = 20
NOBODY = Skills(accuracy=np.zeros(0), answers=np.zeros(0, np.int64))


class Many(ABC):
    """What would many say? One for each sort of verdict; what it learned is a table of numbers."""

    @abstractmethod
    def learn(self, answers: Answers, verdicts: Verdicts) -> FloatArray:
        """The table, from all answers."""

    @abstractmethod
    def sure(self, answers: Answers, verdicts: Verdicts, table: FloatArray) -> FloatArray:
        """By unit, the probability of the first of its winners; NaN without answers."""

    @abstractmethod
    def foreseen(
        self, method: Plain, answers: Answers, form: Form, table: FloatArray, seed: int
    ) -> Foreseen:
        """Each of some answers is left out and foretold from the others to its unit."""


class Plain(Aggregator):
    """A method that judges without having learned; what it learns is only how sure to be.

    `aggregate` says nothing of that, for it has seen no more than what it judges; `judge` does, by
    what `fit` has learned from a project.
    """

    tells_probability = True

    @abstractmethod
    def many(self, form: Form) -> Many:
        """By what the verdicts on such values are how probable."""

    def fit(self, answers: Answers, form: Form) -> Fitted:
        """Learn how much tasks differ, from units with two answers or more."""
        some = of_units(answers, several(answers))
        return Fitted(
            values=(),
            common=self.many(form).learn(some, self.aggregate(some, form)),
            raters=np.zeros((0, 0)),
            newcomer=np.zeros(0),
            skills=NOBODY,
        )

    def judge(self, answers: Answers, form: Form, fitted: Fitted) -> Verdicts:
        """The verdicts of `aggregate`, with how probable each is."""
        verdicts = self.aggregate(answers, form)
        sure = self.many(form).sure(answers, verdicts, fitted.common)
        # No number of answers makes certain.
        return replace(verdicts, probability=np.clip(sure, EDGE, 1 - EDGE))

    def foreseen(self, answers: Answers, form: Form, fitted: Fitted, seed: int) -> Foreseen:
        """How often answers are as was to be expected, which needs nobody who knows."""
        return self.many(form).foreseen(self, answers, form, fitted.common, seed)


def too_few(answers: Answers) -> str:
    """Why nothing can be learned of how sure to be, in a sentence; empty where it can."""
    found = several(answers).size
    if found >= LEAST:
        return ""
    return (
        f"How probable an answer is shows where several people answered the same task:"
        f" {found} task{'' if found == 1 else 's'} so far, it takes {LEAST}."
    )


def several(answers: Answers) -> IntArray:
    """Units with two answers or more; evenly spread ones of them where they are many."""
    found = np.flatnonzero(np.bincount(answers.unit, minlength=answers.units) > 1)
    most = min(found.size, MOST_COMPARED if _is_dear(answers) else MOST_UNITS)
    return found[np.linspace(0, found.size - 1, most).astype(np.int64)]


def _is_dear(answers: Answers) -> bool:
    return answers.distance is not None or answers.fuser is not None


def of_units(answers: Answers, units: IntArray) -> Answers:
    """The answers to these units, which are numbered anew."""
    number = np.full(answers.units, -1)
    number[units] = np.arange(units.size)
    kept = number[answers.unit] >= 0
    return replace(
        answers,
        unit=number[answers.unit[kept]],
        rater=answers.rater[kept],
        value=answers.value[kept],
        units=int(units.size),
        opinions=None if answers.opinions is None else answers.opinions[units],
    )


def left_out(answers: Answers, seed: int) -> tuple[Answers, IntArray]:
    """Of some answers each: the others to its unit, as a unit of their own, and the code of its value."""
    number = np.bincount(answers.unit, minlength=answers.units)
    order = np.argsort(answers.unit, kind="stable")
    start = np.cumsum(number) - number
    among = np.flatnonzero(number[answers.unit[order]] > 1)
    most = MOST_COMPARED if _is_dear(answers) else MOST_FORETOLD
    if among.size > most:
        among = np.sort(np.random.default_rng(seed).choice(among, most, replace=False))
    unit = answers.unit[order[among]]
    copies = np.repeat(np.arange(among.size), number[unit])
    within = np.arange(copies.size) - (np.cumsum(number[unit]) - number[unit])[copies]
    place = start[unit][copies] + within
    kept = place != among[copies]
    rest = order[place[kept]]
    others = replace(
        answers,
        unit=copies[kept],
        rater=answers.rater[rest],
        value=answers.value[rest],
        units=int(among.size),
        opinions=None,
    )
    return others, answers.value[order[among]]


def first_winner(verdicts: Verdicts) -> IntArray:
    """By unit the place of its first winner among the verdicts' values; -1 without one."""
    found = np.full(verdicts.offsets.size - 1, -1)
    has = np.flatnonzero(np.diff(verdicts.offsets))
    found[has] = verdicts.winner[verdicts.offsets[has]]
    return found
