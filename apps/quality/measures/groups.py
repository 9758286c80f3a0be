"""Whether groups of annotators differ in how often they are right. The annotators are what varies:
ten answers of one person are not ten people."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from apps.agreement.measures.slices import benjamini_hochberg
from apps.quality.measures.shares import FloatArray

# Of fewer people, or of people with fewer answers, nothing is told.
LEAST_PEOPLE, LEAST_ANSWERS = 3, 10


def groups_of(
    members: Mapping[str, Sequence[int]], hits: Mapping[int, tuple[int, int]]
) -> list[dict[str, Any]]:
    """By group: the mean over its people of how often each is right, with Student's interval, and
    whether it differs from that of all who are not in it (Welch 1947, *The generalization of
    'Student's' problem*, Biometrika 34). `q` is corrected over the groups by Benjamini and Hochberg
    (1995).

    `hits`: of each person how many of their answers are right, and of how many.

    >>> hits = {i: (8 + i % 2, 10) for i in range(4)} | {i: (4 + i % 2, 10) for i in range(4, 8)}
    >>> one, two = groups_of({"day": range(4), "night": range(4, 8)}, hits)
    >>> one["group"], round(one["value"], 2), round(one["difference"], 2), one["p"] < 0.01
    ('day', 0.85, 0.4, True)
    """
    share = {one: right / n for one, (right, n) in hits.items() if n >= LEAST_ANSWERS}
    rows = []
    for name, people in sorted(members.items()):
        inside = np.array([share[one] for one in people if one in share], float)
        others = set(share) - set(people)
        outside = np.array([share[one] for one in share if one in others], float)
        rows.append(_row(name, inside, outside))
    told = [row for row in rows if row["p"] is not None]
    rates = benjamini_hochberg(np.array([row["p"] for row in told], float))
    for row, q in zip(told, rates.tolist(), strict=True):
        row["q"] = q
    return rows


def _row(name: str, inside: FloatArray, outside: FloatArray) -> dict[str, Any]:
    row: dict[str, Any] = {
        "group": name,
        "people": int(inside.size),
        "value": None,
        "low": None,
        "high": None,
        "difference": None,
        "p": None,
    }
    if inside.size < LEAST_PEOPLE:
        return row
    mean, half = float(inside.mean()), _half(inside)
    row |= {"value": mean, "low": max(0.0, mean - half), "high": min(1.0, mean + half)}
    if outside.size < LEAST_PEOPLE or inside.std() + outside.std() == 0:
        return row
    return row | {"difference": mean - float(outside.mean()), "p": welch(inside, outside)}


def welch(one: FloatArray, other: FloatArray) -> float:
    """The chance of means so far apart, with Satterthwaite's degrees of freedom.

    >>> round(welch(np.array([1.0, 2.0, 4.0]), np.array([5.0, 6.0, 6.0, 7.0])), 4)
    0.0354
    """
    spreads = [float(each.var(ddof=1)) / each.size for each in (one, other)]
    t = (float(one.mean()) - float(other.mean())) / math.sqrt(sum(spreads))
    below = sum(
        spread**2 / (each.size - 1) for spread, each in zip(spreads, (one, other), strict=True)
    )
    return float(2 * stats.t.sf(abs(t), sum(spreads) ** 2 / below))


def _half(values: FloatArray) -> float:
    spread = float(values.std(ddof=1)) / math.sqrt(values.size)
    return spread * float(stats.t.ppf(0.975, values.size - 1))
