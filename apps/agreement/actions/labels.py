"""Which labels were given, and which are taken for one another."""

from __future__ import annotations

from typing import Any

import numpy as np

from apps.agreement.actions.data import Scale, only_used
from apps.agreement.measures import Patterns
from apps.agreement.measures.distances import DISTANCES
from apps.agreement.models import MarginalRow

# A larger matrix is not read by anybody.
MOST_SHOWN = 20
MOST_PAIRS = 10


def distribution_of(scale: Scale, slice_id: int) -> list[dict[str, Any]]:
    """How often each value was given: declared labels in their order, sets by their members."""
    rows = MarginalRow.objects.filter(question=scale.question, slice_id=slice_id)
    given = dict(rows.values_list("code", "answers"))
    total = sum(given.values())
    # A point of a scale is a label whose value is the number in words.
    is_number = scale.question.behaviour.form(scale.question.config) == "number"
    counts: dict[Any, int] = {
        float(label.value) if is_number else label.value: 0 for label in scale.labels
    }
    declared = set(counts)
    for code, value in zip(scale.codes, scale.values, strict=True):
        for member in sorted(value) if isinstance(value, frozenset) else [value]:
            counts[member] = counts.get(member, 0) + given.get(code, 0)
    return [
        {"value": value, "answers": n, "share": n / total if total else None}
        for value, n in counts.items()
        if n or value in declared or not is_number
    ]


def confusion_of(scale: Scale, data: Patterns) -> dict[str, Any] | None:
    """How often one annotator says the row where another says the column, in pairs of answers.

    A task with m answers has m (m - 1) ordered pairs; each weighs 1 / (m - 1), as in alpha, so
    that every answer counts once.
    """
    data = only_used(data.paired())
    if not data.values or len(data.values) > 4 * MOST_SHOWN:
        return None
    counts = data.counts.astype(float)
    weights = data.units / (data.sizes - 1)
    weighted = (counts * weights[:, None]).T @ counts
    weighted -= np.diag((counts * weights[:, None]).sum(axis=0))
    tasks = ((counts > 0) * data.units[:, None]).T @ (counts > 0)
    distance = DISTANCES[scale.level](data.values, data.marginals.astype(float))
    costs = weighted * distance
    return {
        "values": [sorted(v) if isinstance(v, frozenset) else v for v in data.values],
        "rows": _rounded(weighted),
        "tasks": tasks.astype(int).tolist(),
        "pairs": costly_pairs(costs, tasks),
    }


def _rounded(table: Any) -> list[list[float]]:
    return [[round(float(cell), 6) for cell in row] for row in table]


def costly_pairs(costs: Any, tasks: Any) -> list[dict[str, Any]]:
    """The pairs of values that make most of the observed disagreement; a and b are places."""
    total = float(np.triu(costs, 1).sum())
    if not total:
        return []
    pairs = [
        {"a": int(a), "b": int(b), "share": float(costs[a, b]) / total, "tasks": int(tasks[a, b])}
        for a, b in zip(*np.triu_indices(len(costs), 1), strict=True)
        if costs[a, b] > 0
    ]
    return sorted(pairs, key=lambda pair: (-pair["share"], pair["a"], pair["b"]))[:MOST_PAIRS]
