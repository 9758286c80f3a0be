"""Between annotators: how often they say the same, where they shared enough tasks to tell."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from django.db.models import F, Q, Sum

from apps.agreement.actions.comparing import WHOLE
from apps.agreement.models import BetweenRow, PairRow, RaterRow
from apps.annotations.models import Question

# Under so many shared tasks nothing is said about a pair (and under 50 it is shown pale).
LEAST_SHARED = 20
MOST_SHOWN = 12
Z = 1.959963984540054


def between_annotators(question: Question) -> dict[str, Any]:
    """Each against all others, and the pairs among those who answered most."""
    return _between(
        question,
        [
            (a, b, shared, same or 0)
            for a, b, shared, same in PairRow.objects.filter(question=question)
            .order_by()
            .values_list("rater_a", "rater_b")
            .annotate(shared=Sum("units"), same=Sum("units", filter=Q(code_a=F("code_b"))))
        ],
    )


def between_annotators_compared(question: Question) -> dict[str, Any]:
    """The same with how like two answers are, from 0 to 1, in the place of whether they are equal."""
    rows = BetweenRow.objects.filter(question=question)
    return _between(
        question,
        [
            (a, b, units, units - float(within) / WHOLE)
            for a, b, units, within in rows.values_list("rater_a", "rater_b", "units", "within")
        ],
    )


def _between(question: Question, pairs: list[tuple[int, int, int, float]]) -> dict[str, Any]:
    raters = {
        row.rater_id: row for row in RaterRow.objects.filter(question=question, answers__gt=0)
    }
    shown = sorted(raters, key=lambda rater: (-raters[rater].pairable, rater))[:MOST_SHOWN]
    places = set(shown)
    return {
        "annotators": _against_others(pairs, raters),
        "shown": shown,
        "matrix": [
            {"a": a, "b": b, "tasks": shared, **_share(same, shared, shared)}
            for a, b, shared, same in sorted(pairs)
            if a in places and b in places
        ],
    }


def _against_others(
    pairs: list[tuple[int, int, int, float]], raters: dict[int, RaterRow]
) -> list[dict[str, Any]]:
    """The share of an annotator's pairs that are equal.

    The pairs of one task hang together, so the interval counts tasks and not pairs.
    """
    shared: dict[int, int] = defaultdict(int)
    same: dict[int, float] = defaultdict(float)
    for a, b, n, equal in pairs:
        for rater in (a, b):
            shared[rater] += n
            same[rater] += equal
    return [
        {
            "rater": rater,
            "answers": row.answers,
            "tasks": row.pairable,
            **_share(same[rater], shared[rater], row.pairable),
        }
        for rater, row in sorted(raters.items(), key=lambda item: (-item[1].answers, item[0]))
    ]


def _share(same: float, pairs: int, tasks: int) -> dict[str, float | None]:
    """With Wilson's interval (Wilson 1927), or nothing where too little is shared.

    Of likeness it is wider than need be: nothing between 0 and 1 varies more than a yes or no.
    """
    if not pairs or tasks < LEAST_SHARED:
        return {"value": None, "low": None, "high": None}
    low, high = wilson(same / pairs, tasks)
    return {"value": same / pairs, "low": low, "high": high}


def wilson(share: float, n: int) -> tuple[float, float]:
    """
    >>> [round(limit, 4) for limit in wilson(0.5, 100)]
    [0.4038, 0.5962]
    """
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return max(0.0, middle - half), min(1.0, middle + half)
