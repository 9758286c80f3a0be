"""The two matrices, cell by cell: a shade from 0 to 9 and the number that is always in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from apps.core.figures import coefficient

if TYPE_CHECKING:
    from apps.agreement.views.figures import QuestionFigures

MOST_LABELS = 14
# Pairs with so few shared tasks are shown pale.
FEW = 50
# So many letters stand side by side above a matrix.
WIDE = 50
# A larger matrix takes the width of the page.
MOST_BESIDE = 12
NOT_MARKED = "not marked"
NOTHING = "\N{EN DASH}"


def label_matrix(shown: QuestionFigures) -> dict[str, Any] | None:
    """When one annotator says the row, how often another says the column."""
    confusion = shown.body.get("confusion")
    if not confusion or not 2 <= len(confusion["values"]) <= MOST_LABELS:
        return None
    names = [shown.title_of(value) for value in confusion["values"]]
    return _matrix(confusion, names, [key_of(value) for value in confusion["values"]])


def object_matrix(one: QuestionFigures) -> dict[str, Any] | None:
    """The same of each thing that anybody marked: what one calls it, and what another calls it or
    leaves out."""
    confusion = one.objects.get("confusion")
    if not confusion or not 2 <= len(confusion["values"]) <= MOST_LABELS:
        return None
    names = [NOT_MARKED if v is None else one.label_title(v) for v in confusion["values"]]
    return _matrix(confusion, names, None) | {"things": True}


def _matrix(confusion: dict[str, Any], names: list[str], keys: list[str] | None) -> dict[str, Any]:
    """Without keys a cell leads nowhere."""
    rows, totals = confusion["rows"], [sum(row) for row in confusion["rows"]]
    shares = [
        [cell / total if total else 0.0 for cell in row]
        for row, total in zip(rows, totals, strict=True)
    ]
    n = len(rows)
    most = max((shares[i][j] for i in range(n) for j in range(n) if i != j), default=0.0)
    worst = {(p["a"], p["b"]) for p in confusion["pairs"][:1]}
    return {
        "is_linked": keys is not None,
        "names": names,
        "is_tall": _is_tall(names),
        "most": most,
        "rows": [
            {
                "name": names[i],
                "key": keys[i] if keys else "",
                "cells": [
                    {
                        "key": keys[j] if keys else "",
                        "share": shares[i][j],
                        "tasks": confusion["tasks"][i][j],
                        "css": "mx diag" if i == j else f"m{_shade(shares[i][j], 0, most)}",
                        "mark": (min(i, j), max(i, j)) in worst,
                        "same": i == j,
                    }
                    for j in range(n)
                ],
            }
            for i in range(n)
        ],
    }


def key_of(value: Any) -> str:
    """A value as addresses name it."""
    if isinstance(value, list):
        return ",".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def people_matrix(found: dict[str, Any], names: dict[int, str]) -> dict[str, Any] | None:
    """Over the diagonal how far two agree beyond chance, under it the tasks they share."""
    raters = found.get("order", [])
    pairs = {(p["a"], p["b"]): p for p in found.get("pairs", [])}
    known = [pair["value"] for pair in pairs.values() if pair["value"] is not None]
    if len(raters) < 2 or not pairs:
        return None
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    people = [(rater, names.get(rater, "?")) for rater in raters]
    return {
        "names": [name for _, name in people],
        "is_tall": _is_tall([name for _, name in people]),
        "is_wide": len(people) > MOST_BESIDE,
        "low": low,
        "high": high,
        "rest": max(0, found["people"] - len(raters)),
        "rows": [
            {
                "name": name,
                "cells": [
                    _person_cell(pairs.get((min(a, b), max(a, b))), i, j, (low, high))
                    for j, (b, _) in enumerate(people)
                ],
            }
            for i, (a, name) in enumerate(people)
        ],
    }


def _is_tall(names: Sequence[str]) -> bool:
    """Whether the heads of the columns must stand upright, for want of width."""
    return max(map(len, names)) * len(names) > WIDE


def _person_cell(
    pair: dict[str, Any] | None, row: int, column: int, ends: Sequence[float]
) -> dict[str, Any]:
    if row == column:
        return {"css": "mx", "text": NOTHING, "small": ""}
    tasks = pair["tasks"] if pair else 0
    if row > column:
        return {"css": "mn", "text": f"{tasks:,}" if tasks else "", "small": ""}
    if pair is None or pair["value"] is None:
        return {"css": "mx", "text": "few" if tasks else "", "small": ""}
    half = (pair["high"] - pair["low"]) / 2
    shade = _shade(pair["value"], *ends)
    return {
        "css": "mx" if tasks < FEW else f"m{shade}",
        "text": coefficient(pair["value"], 2),
        "small": f"±{coefficient(half, 2)}",
    }


def _shade(value: float, low: float, high: float) -> int:
    if high <= low:
        return 5
    return min(9, max(0, int((value - low) / (high - low) * 9.999)))
