"""The mean of what is left when the lowest and the highest answers are cut off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from apps.consensus.aggregators.base import Answers, FloatArray, Form, IntArray, Parameter, Verdicts
from apps.consensus.aggregators.limits import of_trimmed_mean
from apps.consensus.aggregators.middle import Middle
from apps.consensus.aggregators.numbers import numbers_of, told, verdicts_of
from apps.consensus.aggregators.plain import Many, Plain


@dataclass(frozen=True, eq=False, kw_only=True)
class Trimmed:
    """All numbers, unit by unit and ascending; by unit how many, how many are cut off at either end, and
    the mean of the others."""

    numbers: FloatArray
    many: IntArray
    cut: IntArray
    mean: FloatArray


class TrimmedMean(Plain):
    """Of each unit's answers the share `trim` is cut off at either end (rounded down, and never all
    of them); the verdict is the mean of the others, as the nearest number that the scale allows.

    0 makes it the mean, almost a half the median. A tenth to a quarter loses little where answers
    are normal, and keeps out the slips of up to that share of them.

    Its *probability* is that of the trimmed mean of many more answers lying within the scale's tolerance
    of it: `middle.py`.

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

    def many(self, form: Form) -> Many:
        return Middle(centre=lambda answers, _: self._trimmed(answers).mean, spread=self._spread)

    def _spread(self, number: FloatArray) -> FloatArray:
        """From 1 / n, where nothing is cut off, up to the median's: 1 + .5 t + 1.28 t² times, within .02 of
        that of normal answers."""
        cut = np.minimum(np.floor(self.trim * number + 1e-9), (number - 1) // 2) / number
        found: FloatArray = (1 + 0.5 * cut + 1.28 * cut**2) / number
        return found

    def aggregate(self, answers: Answers, form: Form) -> Verdicts:
        found = self._trimmed(answers)
        limits = of_trimmed_mean(found.numbers, found.many, found.cut, found.mean, answers.scale)
        return verdicts_of(answers, told(answers, found.mean), limits=limits)

    def _trimmed(self, answers: Answers) -> Trimmed:
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
        return Trimmed(numbers=numbers, many=many, cut=cut, mean=sums / np.maximum(left, 1))
