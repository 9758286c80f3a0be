"""Figures of objects in the form in which reports keep figures."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from apps.agreement.actions.object_sums import ObjectSums
from apps.agreement.measures import object_measures
from apps.agreement.measures.gathering import Gathering
from apps.agreement.measures.intervals import Draw
from apps.agreement.models import SliceValue
from apps.annotations.kinds.marks import Geometry
from apps.annotations.models import Question

# As for the other figures of the page: enough to tell, and soon there.
DRAW = Draw(replicates=2_000, seed=0, confidence=0.95)


def figure_of(gathering: Gathering, geometry: Geometry) -> dict[str, Any]:
    measure = object_measures[gathering.measure.name]
    return {
        **asdict(gathering.figure(DRAW)),
        "label": measure.label.replace("IoU", geometry.likeness),
        "chance_corrected": measure.chance_corrected,
        "is_coefficient": measure.is_coefficient,
    }


def slices_in(question: Question, sums: ObjectSums) -> dict[str, list[dict[str, Any]]]:
    """The first figure in each value of each declared slice, as reports have them."""
    project = question.project
    found: dict[str, list[dict[str, Any]]] = {}
    declared = {one["name"] for one in project.slices}
    rows = SliceValue.objects.filter(project=project, name__in=declared, pk__in=sums.by_slice)
    for row in rows.order_by("name", "is_rest", "value"):
        entry = {"slice_id": row.pk, "of": row.value, "is_rest": row.is_rest}
        figure = figure_of(sums.by_slice[row.pk], sums.geometry)
        found.setdefault(row.name, []).append(entry | figure)
    return found
