"""Which slices differ from all the others more than chance would make them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from apps.agreement.measures.arrays import AnyArray, FloatArray
from apps.agreement.measures.base import Measure
from apps.agreement.measures.difference import Difference, difference
from apps.agreement.measures.effects import counted
from apps.agreement.measures.figure import Figure
from apps.agreement.measures.groups import Groups
from apps.agreement.measures.patterns import Patterns

MOST, BATCH, ENOUGH = 9_999, 500, 20


@dataclass(frozen=True, kw_only=True)
class SliceDifference:
    """A slice (`difference.first`) against all others together (`difference.second`).

    `q` is the false discovery rate at which it would be reported: of all slices with a `q` up to
    .05 no more than one in twenty differs by chance. None where there is no `p`.
    """

    difference: Difference
    q: float | None = None

    def differs(self, rate: float = 0.05) -> bool:
        return self.q is not None and self.q <= rate


def slice_differences(
    measure: Measure,
    slices: Mapping[Hashable, Patterns],
    *,
    level: str = "nominal",
    seed: int = 0,
    **options: Any,
) -> dict[Hashable, SliceDifference]:
    """Each slice against the rest: `p` by dealing its units out at random, `q` over all slices.

    The slices are of units, and each unit is in one of them. Where units belong to groups there is
    no dealing out: `p` is from both intervals, which know the groups.

    >>> from apps.agreement.measures import measures
    >>> differ = {"de": 10, "en": 12, "fr": 9, "it": 30}
    >>> data = {
    ...     name: Patterns.from_rows("ab", [([2, 0], 50 - n), ([0, 2], 50), ([1, 1], n)])
    ...     for name, n in differ.items()
    ... }
    >>> found = slice_differences(measures["krippendorff_alpha"], data)
    >>> {name: (round(one.difference.value, 2), one.differs()) for name, one in found.items()}
    {'de': (0.15, False), 'en': (0.09, False), 'fr': (0.18, False), 'it': (-0.45, True)}
    """
    found: dict[Hashable, Difference] = {}
    figures = {
        name: measure(each, level=level, seed=seed, **options) for name, each in slices.items()
    }
    for name, own in slices.items():
        rest = together([each for other, each in slices.items() if other != name])
        against = measure(rest, level=level, seed=seed, **options)
        found[name] = difference(figures[name], against)
        if found[name].value is not None and own.groups is None:
            dealt = permutation_p(
                measure, own, rest, level=level, distance=options.get("distance"), seed=seed
            )
            found[name] = replace(found[name], p=dealt)
    return with_rates(found)


def of_figures(slices: Mapping[Hashable, tuple[Figure, Figure]]) -> dict[Hashable, SliceDifference]:
    """The same from figures that are there already: of each slice, and of all the others together."""
    return with_rates({name: difference(*both) for name, both in slices.items()})


def with_rates(found: Mapping[Hashable, Difference]) -> dict[Hashable, SliceDifference]:
    known = [name for name, each in found.items() if each.p is not None]
    rates = benjamini_hochberg(np.array([found[name].p for name in known], float))
    q = dict(zip(known, rates.tolist(), strict=True))
    return {name: SliceDifference(difference=each, q=q.get(name)) for name, each in found.items()}


def benjamini_hochberg(p: FloatArray) -> FloatArray:
    """The smallest rate of false discoveries at which each would still be one (1995).

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.2])).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.2]
    """
    order = np.argsort(p)
    scaled = p[order] * p.size / np.arange(1, p.size + 1)
    lowest = np.minimum.accumulate(scaled[::-1])[::-1]
    found = np.empty(p.size)
    found[order] = np.minimum(lowest, 1)
    return found


def permutation_p(
    measure: Measure,
    own: Patterns,
    rest: Patterns,
    *,
    level: str = "nominal",
    distance: FloatArray | None = None,
    seed: int = 0,
    most: int = MOST,
) -> float | None:
    """How often units dealt out at random to two heaps of these sizes lie as far apart.

    One deal is a draw without replacement from the histogram of patterns. It ends early once
    20 deals lay as far apart (Besag and Clifford 1991): then `p` is not small.
    """
    pooled = replace(together([own, rest]), groups=None)
    _, statistic, units = counted(measure, pooled, level, distance)
    heap = int(own.units[_rows_that_count(measure, own)].sum())
    counts, rng = units.astype(np.int64), np.random.default_rng(seed)
    seen = _apart(measure, own, rest, level, distance)
    if seen is None or not 0 < heap < counts.sum():
        return None
    drawn = farther = 0
    while drawn < most and farther < ENOUGH:
        first = rng.multivariate_hypergeometric(counts, heap, min(BATCH, most - drawn))
        with np.errstate(invalid="ignore"):
            apart = statistic(first.astype(float)).value - statistic(units - first).value
        apart = np.abs(apart[~np.isnan(apart)])
        farther += int((apart >= abs(seen) - 1e-12).sum())
        drawn += BATCH
    return (farther + 1) / (min(drawn, most) + 1)


def _rows_that_count(measure: Measure, data: Patterns) -> AnyArray:
    counts: AnyArray = data.sizes >= (0 if measure.counts_lone_answers else 2)
    return counts


def _apart(
    measure: Measure, own: Patterns, rest: Patterns, level: str, distance: FloatArray | None
) -> float | None:
    values = [
        measure(each, level=level, distance=distance, interval=False).value for each in (own, rest)
    ]
    return None if values[0] is None or values[1] is None else values[0] - values[1]


def together(parts: Sequence[Patterns]) -> Patterns:
    """The units of several data sets that have the same values in the same order.

    Groups stay apart: what belongs together must lie in one slice.
    """
    if not parts:
        raise ValueError("A slice needs another one to be held against.")
    if any(part.values != parts[0].values for part in parts):
        raise ValueError("The slices have different values: declare the values in one order.")
    made = Patterns(
        values=parts[0].values,
        counts=np.concatenate([part.counts for part in parts]),
        units=np.concatenate([part.units for part in parts]),
        ordered=parts[0].ordered,
        groups=_groups([part for part in parts if part.units.size]),
        missing=sum(part.missing for part in parts),
    )
    return made.merged()


def _groups(parts: Sequence[Patterns]) -> Groups | None:
    found, rows, number = [], 0, 0
    for part in parts:
        if part.groups is None:
            return None
        code = np.unique(part.groups.group, return_inverse=True)[1]
        found.append((code + number, part.groups.pattern + rows, part.groups.units))
        rows, number = rows + part.units.size, number + int(code.max(initial=-1)) + 1
    if not found:
        return None
    group, pattern, units = (np.concatenate(each) for each in zip(*found, strict=True))
    return Groups(group=group, pattern=pattern, units=units)
