"""The mean of what is left when the lowest and the highest answers are cut off."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from apps.consensus.aggregators.base import Aggregator, Answers, Form, Parameter, Verdicts
from apps.consensus.aggregators.limits import of_trimmed_mean
from apps.consensus.aggregators.numbers import numbers_of, told, verdicts_of


class TrimmedMean(Aggregator):
    """Of each unit's answers the share `trim` is cut off at either end (rounded down, and never all
    of them); the verdict is the mean of the others, as the nearest number that the scale allows.

    0 makes it the mean, almost a half the median. A tenth to a quarter loses little where answers
    are normal, and keeps out the slips of up to that share of them.

    >>> answers = Answers.of([1] * 5, "vwxyz", [2, 3, 4, 6, 99])
    >>> TrimmedMean()(answers, form="number").winners_of(0)
    (4.333333333333333,)
    """

    name = "trimmed_mean"
    label = "Trimmed mean"
    summary = "The mean, without the lowest and the highest fifth of a task's answers."
    needs = "Five answers or more, before anything is cut off; numbers whose differences count."
    forms = frozenset({"number"})
    reference = (
        "Tukey, J. W. (1962). The future of data analysis. Annals of Mathematical Statistics 33(1),"
        " 1-67, section 14."
    )
    trim = 0.2
    parameters: ClassVar = {"trim": Parameter(label="Cut off at either end", low=0.0, high=0.49)}

    def why_no_limits(self, answers: int) -> str:
        if answers < 2:
            return "One answer says nothing of how far others would lie off."
        return "All answers that are not cut off are the same, or there is but one."

    def aggregate(self, answers: Answers, form: Form) -> Verdicts:
        numbers = numbers_of(answers)[answers.value]
        order = np.lexsort((numbers, answers.unit))
        unit, numbers = answers.unit[order], numbers[order]
        many = np.bincount(unit, minlength=answers.units)
        place = np.arange(unit.size) - (np.cumsum(many) - many)[unit]
        cut = np.minimum(np.floor(self.trim * many + 1e-9).astype(np.int64), (many - 1) // 2)
        cut = np.maximum(cut, 0)
        is_left = (place >= cut[unit]) & (place < (many - cut)[unit])
        left = np.bincount(unit[is_left], minlength=answers.units)
        sums = np.bincount(unit[is_left], weights=numbers[is_left], minlength=answers.units)
        mean = sums / np.maximum(left, 1)
        limits = of_trimmed_mean(numbers, many, cut, mean, answers.scale)
        return verdicts_of(answers, told(answers, mean), limits=limits)
