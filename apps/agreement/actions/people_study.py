"""Who agrees with whom: each annotator against the others, in pairs and over time."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

from apps.agreement.actions.comparing import WHOLE
from apps.agreement.actions.fold import EPOCH
from apps.agreement.actions.material import Material, Rows
from apps.agreement.actions.people import LEAST_SHARED
from apps.agreement.measures.arrays import FloatArray, IntArray
from apps.agreement.measures.distances import DISTANCES
from apps.agreement.measures.drift import changes
from apps.agreement.measures.standing import Standing, standing, standings
from apps.agreement.models import BetweenRow, PairRow

# In the list; in the matrix, those with most answers beside another's.
MOST_PEOPLE = 500
MOST_IN_MATRIX = 24
MOST_WINDOWS = 8

Pair = tuple[int, int]


def people_study(material: Material) -> dict[str, Any]:
    rows = material.rows
    whole = {
        rater: one
        for (rater, _), one in standings(rows.rater, rows.distance, rows.expected).items()
    }
    known = sorted(whole, key=lambda rater: (-whole[rater].units, rater))
    window, days = _windows(rows.day)
    by_window = standings(rows.rater, rows.distance, rows.expected, window)
    drift = changes(rows.rater, rows.distance, window) if len(days) > 1 else {}
    shown = known[:MOST_IN_MATRIX]
    pairs = _pairs(material, shown, rows)
    return {
        "expected": rows.expected,
        "people": len(known),
        "raters": [
            {
                "rater": rater,
                **_told(whole[rater]),
                "windows": [_told(by_window.get((rater, w))) for w in range(len(days))],
                "change": drift[rater]._asdict() if rater in drift else None,
            }
            for rater in known[:MOST_PEOPLE]
        ],
        "windows": days,
        "everybody": [_told(one) for one in _everybody(rows, window, len(days))],
        "order": _clustered(shown, pairs),
        "pairs": [{"a": a, "b": b, **_told(one)} for (a, b), one in sorted(pairs.items())],
    }


def _told(one: Standing | None) -> dict[str, Any]:
    """Of too few tasks only their number is told."""
    if one is None or one.units < LEAST_SHARED:
        return {"tasks": one.units if one else 0, "value": None, "low": None, "high": None}
    return {"tasks": one.units, "value": one.value, "low": one.low, "high": one.high}


def _windows(day: IntArray) -> tuple[IntArray, list[dict[str, str]]]:
    """Stretches of whole days with about as many answers in each; and their first and last days."""
    if not day.size:
        return day, []
    edges = np.quantile(day, np.linspace(0, 1, MOST_WINDOWS + 1)[1:-1], method="inverted_cdf")
    number = np.searchsorted(np.unique(edges), day, side="left")
    used, window = np.unique(number, return_inverse=True)
    return window, [
        {
            "first": _date(int(day[window == w].min())),
            "last": _date(int(day[window == w].max())),
        }
        for w in range(used.size)
    ]


def _date(day: int) -> str:
    return (EPOCH + timedelta(days=max(day, 0))).isoformat()


def _everybody(rows: Rows, window: IntArray, number: int) -> list[Standing | None]:
    """All annotators together: the tasks of a window count, not the answers."""
    one_of_all = np.zeros(rows.rater.size, np.int64)
    task, place = np.unique(rows.task * max(number, 1) + window, return_inverse=True)
    answers = np.bincount(place, minlength=task.size)
    mean = np.bincount(place, weights=rows.distance, minlength=task.size) / np.maximum(answers, 1)
    found = standings(one_of_all[: task.size], mean, rows.expected, task % max(number, 1))
    return [found.get((0, w)) for w in range(number)]


def _pairs(material: Material, shown: list[int], rows: Rows) -> dict[Pair, Standing]:
    if rows.expected <= 0:
        return {}
    most = float(rows.distance.max(initial=0.0)) or 1.0
    if not material.is_counted:
        between = BetweenRow.objects.filter(
            question=material.question, rater_a__in=shown, rater_b__in=shown
        )
        # Only their sum is kept: squares are at most the distances, which are at most 1.
        return {
            (a, b): standing(
                n=n, s1=float(s) / WHOLE, s2=float(s) / WHOLE, expected=rows.expected, most=1.0
            )
            for a, b, n, s in between.values_list("rater_a", "rater_b", "units", "within")
        }
    return {
        pair: standing(n=int(n), s1=s1, s2=s2, expected=rows.expected, most=most)
        for pair, (n, s1, s2) in _sums_of_pairs(material, shown).items()
    }


def _sums_of_pairs(material: Material, shown: list[int]) -> dict[Pair, list[float]]:
    """(rater, rater) to their shared tasks, and the sums of distances and of their squares."""
    distance = _distance(material)
    place = {code: i for i, code in enumerate(material.scale.codes)}
    rows = PairRow.objects.filter(
        question=material.question, rater_a__in=shown, rater_b__in=shown
    ).values_list("rater_a", "rater_b", "code_a", "code_b", "units")
    sums: dict[Pair, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for a, b, first, second, units in rows.iterator():
        apart = float(distance[place[first], place[second]])
        one = sums[a, b]
        one[0] += units
        one[1] += units * apart
        one[2] += units * apart * apart
    return sums


def _distance(material: Material) -> FloatArray:
    answers = material.scanned.answers
    paired = answers.sizes[answers.unit] > 1
    marginals = np.bincount(answers.value[paired], minlength=len(answers.values)).astype(float)
    return DISTANCES[material.scale.level](answers.values, marginals)


def _clustered(shown: list[int], pairs: dict[Pair, Standing]) -> list[int]:
    """Annotators who agree with one another stand together (average linkage, optimal leaf order:
    Bar-Joseph et al. 2001); pairs that share too little stand at the mean."""
    if len(shown) < 3:
        return shown
    known = {pair: 1 - one.value for pair, one in pairs.items() if one.units >= LEAST_SHARED}
    usual = float(np.mean(list(known.values()))) if known else 1.0
    table = np.array(
        [
            [0.0 if a == b else known.get((min(a, b), max(a, b)), usual) for b in shown]
            for a in shown
        ]
    )
    condensed = squareform(np.maximum(table - table.min(), 0.0) * (1 - np.eye(len(shown))))
    tree = optimal_leaf_ordering(linkage(condensed, "average"), condensed)
    return [shown[int(place)] for place in leaves_list(tree)]
