"""The answer that lies nearest to all the others."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from apps.consensus.aggregators.alternatives import Alternatives
from apps.consensus.aggregators.base import Answers, Form, FormError, Verdicts
from apps.consensus.aggregators.plain import Many, Plain

# Sums of the same distances in another order may differ in their last digits.
ALIKE = 1e-9


class Medoid(Plain):
    """For answers that can only be compared: texts, rankings, shares, preferences.

    The answer with the smallest sum of distances to the others, each of which counts the same. It
    is always one that somebody gave. Where several are equally near, they tie; two answers that
    differ always do.

    Its *probability* is that of an answer within the bar of conflict of this one being what most people
    would give: `alternatives.py`.

    >>> answers = Answers.of([1] * 3, "xyz", ["cat", "cart", "dog"], distance=lambda a, b: abs(len(a) - len(b)) / 4)
    >>> Medoid()(answers, form="distance").winners_of(0)
    ('cat', 'dog')
    """

    name = "medoid"
    label = "Medoid"
    summary = "The answer that lies nearest to all the others."
    forms = frozenset({"distance"})
    reference = "Kaufman, L., Rousseeuw, P. J. (1987). Clustering by means of medoids."

    def many(self, form: Form) -> Many:
        return Alternatives()

    def aggregate(self, answers: Answers, form: Form) -> Verdicts:
        if answers.distance is None:
            raise FormError("The medoid needs a distance between the values.")
        given: dict[int, Counter[int]] = defaultdict(Counter)
        for unit, value in zip(answers.unit.tolist(), answers.value.tolist(), strict=True):
            given[unit][value] += 1
        offsets = np.zeros(answers.units + 1, np.int64)
        winner: list[int] = []
        share = np.full(answers.units, np.nan)
        number = np.bincount(answers.unit, minlength=answers.units)
        for unit in range(answers.units):
            if unit in given:
                nearest = _nearest(given[unit], answers)
                winner += nearest
                share[unit] = max(given[unit][value] for value in nearest) / number[unit]
            offsets[unit + 1] = len(winner)
        return Verdicts(
            values=answers.values,
            offsets=offsets,
            winner=np.array(winner, np.int64),
            share=share,
            answers=number,
        )


def _nearest(given: Counter[int], answers: Answers) -> list[int]:
    """The values of one unit with the smallest sum of distances, in ascending order."""
    values = sorted(given)
    sums = dict.fromkeys(values, 0.0)
    for i, a in enumerate(values):
        for b in values[i + 1 :]:
            apart = answers.distance_of(a, b)
            sums[a] += apart * given[b]
            sums[b] += apart * given[a]
    least = min(sums.values())
    return [value for value in values if sums[value] <= least + ALIKE]
