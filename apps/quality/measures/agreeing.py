"""How annotators agree within a group, with those outside it, and whether the groups differ in it.

Tasks are what varies: the same tasks often stand behind a group and the others, so both are drawn
together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from apps.agreement.measures import measures, tabulate
from apps.agreement.measures.arrays import AnyArray, FloatArray, IntArray, summed
from apps.agreement.measures.difference import Difference, difference
from apps.agreement.measures.distances import DISTANCES
from apps.agreement.measures.longform import LongForm
from apps.agreement.measures.paired import Paired, paired_difference
from apps.agreement.measures.patterns import Patterns
from apps.agreement.measures.slices import with_rates
from apps.agreement.measures.standing import Z

# With fewer tasks that two people answered nothing is told of a group.
LEAST_TASKS = 10
# Groups, those with most answers; each is a study of its own.
MOST_GROUPS = 20
# Drawing beyond so many cells takes long, and both intervals say nearly the same.
MOST_CELLS = 4_000
# The table of tasks and values, and that of the values' distances: 160 MB each at most. Answers with
# more are numbers as fine as measurements, in a large project.
MOST_CELLS_ACROSS = 20_000_000
REPLICATES = 1_000


@dataclass(frozen=True, eq=False, kw_only=True)
class Given:
    """One place per answer; `value` are labels' codes or numbers, `cluster` is of each answer."""

    unit: IntArray
    rater: IntArray
    value: AnyArray
    level: str = "nominal"
    cluster: IntArray | None = None

    def only(self, kept: AnyArray) -> LongForm:
        cluster = None if self.cluster is None else self.cluster[kept]
        return LongForm.of(
            self.unit[kept], self.rater[kept], self.value[kept], group=cluster, repeats="keep"
        )


def agreement_by_group(
    given: Given, members: Mapping[str, Sequence[int]], *, seed: int = 0
) -> list[dict[str, Any]]:
    """By group: alpha among its own people, that among all others, and the difference with `p`, and
    `q` over the groups by Benjamini and Hochberg (1995); and the agreement across (`between`).

    >>> rng = np.random.default_rng(0)
    >>> unit, rater = np.repeat(np.arange(300), 6), np.tile(np.arange(6), 300)
    >>> right = rng.random(1800) < np.where(rater < 3, 0.95, 0.6)
    >>> value = np.where(right, unit % 3, rng.integers(0, 3, 1800))
    >>> one, two = agreement_by_group(
    ...     Given(unit=unit, rater=rater, value=value), {"day": range(3), "night": range(3, 6)})
    >>> one["group"], round(one["value"], 2), round(two["value"], 2), one["q"] < 0.01
    ('day', 0.9, 0.33, True)
    """
    sizes = {name: np.isin(given.rater, list(people)) for name, people in members.items()}
    largest = sorted(sizes, key=lambda name: (-int(sizes[name].sum()), name))[:MOST_GROUPS]
    shown = sorted(largest)
    rates = with_rates({name: _against(given, sizes[name], seed) for name in shown})
    return [
        _row(name, rates[name].difference, rates[name].q)
        | {"people": int(np.unique(given.rater[sizes[name]]).size)}
        | between(given, sizes[name])
        for name in shown
    ]


def _against(given: Given, is_inside: AnyArray, seed: int) -> Difference:
    """The group is the first figure, all others the second."""
    alpha = measures["krippendorff_alpha"]
    forms = [tabulate(given.only(part), level=given.level) for part in (is_inside, ~is_inside)]
    if all(isinstance(form, Patterns) for form in forms):
        both = Paired.from_long(
            given.unit, given.rater, given.value, is_second=~is_inside, group=given.cluster
        )
        if both.cells <= MOST_CELLS:
            return paired_difference(
                alpha, both, level=given.level, replicates=REPLICATES, seed=seed
            )
    own, others = (
        alpha(form, level=given.level, replicates=REPLICATES, seed=seed) for form in forms
    )
    return difference(own, others)


def _row(name: str, found: Difference, q: float | None) -> dict[str, Any]:
    own, others = found.first, found.second
    row: dict[str, Any] = {
        "group": name,
        "units": own.units,
        "other_units": others.units,
        **dict.fromkeys(("value", "low", "high", "others", "difference")),
        **dict.fromkeys(("difference_low", "difference_high", "p", "q")),
    }
    if (own.units or 0) < LEAST_TASKS:
        return row
    row |= {"value": own.value, "low": own.low, "high": own.high}
    if (others.units or 0) < LEAST_TASKS:
        return row
    return row | {
        "others": others.value,
        "difference": found.value,
        "difference_low": found.low,
        "difference_high": found.high,
        "p": found.p,
        "q": q,
    }


def between(given: Given, is_inside: AnyArray) -> dict[str, Any]:
    """One less the mean distance of a pair across, over that of chance (Schouten 1982, *Measuring
    pairwise interobserver agreement when all subjects are judged by the same observers*, Statistica
    Neerlandica 36). Each task with somebody on either side weighs the same; the interval is the
    delta method's, over tasks or clusters.

    With one person on either side it is Cohen's kappa:

    >>> from apps.agreement.measures import Patterns
    >>> unit, rater = np.repeat(np.arange(100), 2), np.tile([0, 1], 100)
    >>> value = np.array([0, 0] * 20 + [0, 1] * 5 + [1, 0] * 10 + [1, 1] * 65)
    >>> found = between(Given(unit=unit, rater=rater, value=value), rater == 0)
    >>> round(found["between"], 4), found["between_units"]
    (0.625, 100)
    """
    units = np.intersect1d(given.unit[is_inside], given.unit[~is_inside])
    met = units.size
    kept = np.isin(given.unit, units)
    values, code = np.unique(given.value[kept], return_inverse=True)
    if met < LEAST_TASKS:
        return _none(met, "too few tasks in common")
    if values.size * max(met, values.size) > MOST_CELLS_ACROSS:
        return _none(met, "too many different values")
    unit, is_first = np.searchsorted(units, given.unit[kept]), is_inside[kept]
    inside, outside = (
        _counts(unit[part], code[part], met, values.size) for part in (is_first, ~is_first)
    )
    distance = DISTANCES[given.level](tuple(values.tolist()), (inside + outside).sum(axis=0))
    if not (inside.sum(axis=0) @ distance @ outside.sum(axis=0)) > 0:
        return _none(met, "all say the same")
    value, pull = _across(inside, outside, distance)
    pull = pull if given.cluster is None else _of_clusters(pull, unit, given.cluster[kept])
    half = Z * math.sqrt(float((pull**2).sum())) / met
    return {
        "between": value,
        "between_low": max(-1.0, value - half),
        "between_high": min(1.0, value + half),
        "between_units": met,
        "between_reason": "",
    }


def _none(met: int, why: str) -> dict[str, Any]:
    found: dict[str, Any] = dict.fromkeys(("between", "between_low", "between_high"))
    return found | {"between_units": met, "between_reason": why}


def _of_clusters(pull: FloatArray, unit: IntArray, cluster: IntArray) -> FloatArray:
    """What each cluster's tasks do together; `cluster` is of each answer, to a task of `unit`."""
    of_unit = np.zeros(pull.size, np.int64)
    of_unit[unit] = cluster
    place = np.unique(of_unit, return_inverse=True)[1]
    return summed(pull, place, int(place.max()) + 1)


def _across(
    inside: FloatArray, outside: FloatArray, distance: FloatArray
) -> tuple[float, FloatArray]:
    """The agreement across, and how each task moves it (U): by its own pairs, and by its part in
    the shares of either side. `inside` and `outside` count the values of each task (U x V)."""
    m, n = inside.sum(axis=1), outside.sum(axis=1)
    p, q = inside.sum(axis=0) / m.sum(), outside.sum(axis=0) / n.sum()
    apart = ((inside @ distance) * outside).sum(axis=1) / (m * n)
    seen, expected = float(apart.mean()), float(p @ distance @ q)
    moved = (inside - np.outer(m, p)) @ (distance @ q) / m.mean()
    moved += (outside - np.outer(n, q)) @ (distance @ p) / n.mean()
    return 1 - seen / expected, -(apart - seen) / expected + seen / expected**2 * moved


def _counts(unit: IntArray, code: IntArray, units: int, values: int) -> FloatArray:
    found: FloatArray = np.bincount(unit * values + code, minlength=units * values).astype(float)
    return found.reshape(units, values)
