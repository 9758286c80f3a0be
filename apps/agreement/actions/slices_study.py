"""Which slices differ from the others more than chance would make them."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

from apps.agreement.actions.data import only_used, patterns_of
from apps.agreement.actions.material import Material
from apps.agreement.actions.reading import ANSWER_PATHS
from apps.agreement.measures import Figure, Patterns, SliceDifference, measures, slice_differences
from apps.agreement.measures.slices import of_figures
from apps.agreement.measures.standing import Z

HEADLINE = "krippendorff_alpha"
# Of one slice, those with most tasks; with less than so many nothing can be told.
MOST_VALUES = 20
LEAST_TASKS = 10
# Dealing units out at random takes long where patterns are many.
MOST_PATTERNS = 500
REPLICATES = 1_000
RATE = 0.05

Entry = dict[str, Any]


def slices_of(material: Material) -> dict[str, list[Entry]]:
    """By the name of the slice: each of its values against all others together."""
    paths = {one["name"]: one["path"] for one in material.question.project.slices}
    return {
        name: _told(
            _differences(
                material, _largest(entries), is_of_tasks=paths.get(name) not in ANSWER_PATHS
            )
        )
        for name, entries in material.slices.items()
        if len(_largest(entries)) > 1
    }


def _largest(entries: list[Entry]) -> list[Entry]:
    known = [
        one
        for one in entries
        if one.get("value") is not None
        and one.get("low") is not None
        and (one.get("units") or 0) >= LEAST_TASKS
    ]
    return sorted(known, key=lambda one: -one["units"])[:MOST_VALUES]


def _differences(
    material: Material, entries: list[Entry], *, is_of_tasks: bool
) -> dict[Hashable, SliceDifference]:
    data = material.patterns
    if is_of_tasks and data is not None and data.units.size <= MOST_PATTERNS:
        parts = {one["slice_id"]: patterns_of(material.scale, one["slice_id"]) for one in entries}
        return slice_differences(
            measures[HEADLINE],
            _same_values(data, parts),
            level=material.scale.level,
            replicates=REPLICATES,
        )
    figures = {one["slice_id"]: _figure(one) for one in entries}
    return of_figures(
        {
            key: (own, _together([each for other, each in figures.items() if other != key]))
            for key, own in figures.items()
        }
    )


def _same_values(data: Patterns, parts: dict[Hashable, Patterns]) -> dict[Hashable, Patterns]:
    """Without the values that nobody gave: all parts have the same ones, in one order."""
    used = only_used(data).values
    places = [data.values.index(value) for value in used]
    return {
        key: Patterns(
            values=used, counts=part.counts[:, places], units=part.units, ordered=part.ordered
        )
        for key, part in parts.items()
    }


def _figure(entry: Entry) -> Figure:
    return Figure(
        measure=HEADLINE,
        level=entry.get("level") or "",
        value=entry["value"],
        low=entry["low"],
        high=entry["high"],
        units=entry["units"],
    )


def _together(figures: list[Figure]) -> Figure:
    """Their mean, each weighed by how exact it is. Where slices share tasks, this is cautious."""
    known = [
        (one.value or 0.0, max((one.high or 0.0) - (one.low or 0.0), 1e-9) / 2 / Z)
        for one in figures
    ]
    weights = [1 / spread**2 for _, spread in known]
    value = sum(w * v for w, (v, _) in zip(weights, known, strict=True)) / sum(weights)
    half = Z / math.sqrt(sum(weights))
    return Figure(
        measure=HEADLINE,
        level=figures[0].level,
        value=value,
        low=value - half,
        high=value + half,
        units=sum(one.units for one in figures),
    )


def _told(found: dict[Hashable, SliceDifference]) -> list[Entry]:
    return [
        {
            "slice_id": key,
            "value": one.difference.first.value,
            "others": one.difference.second.value,
            "difference": one.difference.value,
            "low": one.difference.low,
            "high": one.difference.high,
            "units": one.difference.first.units,
            "p": one.difference.p,
            "q": one.q,
            "differs": one.differs(RATE),
        }
        for key, one in found.items()
    ]
