"""Which labels are taken for one another, and what merging or clarifying two would do."""

from __future__ import annotations

from dataclasses import asdict
from itertools import combinations
from typing import Any

from apps.agreement.actions.data import only_used
from apps.agreement.actions.labels import confusion_of
from apps.agreement.actions.material import Material
from apps.agreement.measures import Patterns, measures
from apps.agreement.measures.merging import Merge, merge

MOST_MERGES = 8
# Sets of labels: each pair is tried.
MOST_LABELS_OF_SETS = 8
LEVELS = frozenset({"nominal", "ordinal", "jaccard", "masi"})
HEADLINE = "krippendorff_alpha"


def labels_study(material: Material) -> dict[str, Any] | None:
    """None where there are no labels to merge: free numbers, and answers that are only compared."""
    data = material.patterns
    if data is None or material.scale.level not in LEVELS:
        return None
    data = only_used(data.paired())
    found = [
        merge(measures[HEADLINE], data, a, b, level=material.scale.level)
        for a, b in _worth_trying(material, data)
    ]
    found.sort(key=lambda one: -(one.gain.value if one.gain.value is not None else -2.0))
    return {"merges": [_told(one) for one in found]}


def _worth_trying(material: Material, data: Patterns) -> list[tuple[Any, Any]]:
    """The pairs that cost most; of points in an order, neighbours."""
    if any(isinstance(value, frozenset) for value in data.values):
        used = sorted({label for value in data.values for label in value})  # type: ignore[attr-defined]
        return list(combinations(used, 2)) if len(used) <= MOST_LABELS_OF_SETS else []
    if len(data.values) < 3:
        return []
    if material.scale.level == "ordinal":
        return list(zip(data.values, data.values[1:], strict=False))[:MOST_MERGES]
    costly = (confusion_of(material.scale, data) or {}).get("pairs", [])
    return [(data.values[one["a"]], data.values[one["b"]]) for one in costly[:MOST_MERGES]]


def _told(one: Merge) -> dict[str, Any]:
    return {
        "first": one.first,
        "second": one.second,
        "merged": asdict(one.merged),
        "gain": asdict(one.gain),
        "alike": one.alike,
    }
