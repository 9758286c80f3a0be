"""Any distance between two answers: all the distances that agreement by distances is made of."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from apps.agreement.measures.arrays import FloatArray, IntArray, summed
from apps.agreement.measures.between_chains import b_cubed_distance, ceaf_distance, muc_distance
from apps.agreement.measures.between_rankings import kendall_distance, preference_distance
from apps.agreement.measures.between_texts import chrf_distance, edit_distance, token_distance
from apps.agreement.measures.compared import Compared, pairs_to_compare

Distance = Callable[[Any, Any], float]
NAMED: dict[str, Distance] = {
    "edit": edit_distance,
    "chrf": chrf_distance,
    "token": token_distance,
    "kendall": kendall_distance,
    "preference": preference_distance,
    "muc": muc_distance,
    "b_cubed": b_cubed_distance,
    "ceaf": ceaf_distance,
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Distances:
    """The distances of the pairs inside units (W), and of the pairs that tell chance (P).

    `unit` (W) and `pairs` (P x 2) say which units these belong to, `sizes` (U) how many answers
    each has, `group` (U) which units belong together.
    """

    unit: IntArray
    within: FloatArray
    pairs: IntArray
    apart: FloatArray
    sizes: IntArray
    raters: int | None = None
    group: IntArray | None = None
    lone: int = 0

    @property
    def compared(self) -> Compared:
        """The sums of it, which alpha and the mean likeness need."""
        return Compared(
            sizes=self.sizes,
            within=summed(self.within, self.unit, self.sizes.size),
            pairs=self.pairs,
            apart=self.apart,
            raters=self.raters,
            group=self.group,
            lone=self.lone,
        )


def distances(
    unit: Sequence[Hashable],
    rater: Sequence[Hashable],
    value: Sequence[Any],
    distance: str | Distance,
    *,
    group: Sequence[Hashable] | None = None,
) -> Distances:
    """From one row per answer; `distance` is a name of `NAMED` or a function, 0 (equal) to 1.

    >>> from apps.agreement.measures import measures
    >>> found = distances([1, 1, 2, 2, 3, 3], ["a", "b"] * 3,
    ...     ["a red house", "a red house", "two dogs", "two cats", "rain", "heavy rain"], "token")
    >>> round(measures["krippendorff_alpha"](found.compared, interval=False).value, 3)
    0.675
    """
    between = NAMED[distance] if isinstance(distance, str) else distance
    rows: dict[Hashable, list[int]] = {}
    for i, name in enumerate(unit):
        rows.setdefault(name, []).append(i)
    paired = {name: each for name, each in rows.items() if len(each) > 1}
    place = {name: u for u, name in enumerate(paired)}
    answers = [i for each in paired.values() for i in each]
    of_answer = np.array([place[unit[i]] for i in answers], np.int64)
    inside = [(u, i, j) for u, each in enumerate(paired.values()) for i, j in combinations(each, 2)]
    chance = pairs_to_compare(np.arange(len(answers)))
    codes = None
    if group is not None:
        names = {name: g for g, name in enumerate(dict.fromkeys(group))}
        codes = np.array([names[group[each[0]]] for each in paired.values()], np.int64)
    return Distances(
        unit=np.array([u for u, _, _ in inside], np.int64),
        within=np.array([between(value[i], value[j]) for _, i, j in inside], float),
        pairs=of_answer[chance],
        apart=np.array([between(value[answers[i]], value[answers[j]]) for i, j in chance], float),
        sizes=np.array([len(each) for each in paired.values()], np.int64),
        raters=len({rater[i] for i in answers}),
        group=codes,
        lone=len(rows) - len(paired),
    )
