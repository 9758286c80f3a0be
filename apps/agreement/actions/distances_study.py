"""Answers that can only be compared, by the order of their distances alone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from apps.agreement.actions.headline import answers_of
from apps.agreement.actions.material import Material
from apps.agreement.measures import ks, sigma

LABELS = {
    "ks": "KS: the gap to distances at large",
    "sigma": "Sigma: pairs nearer than 95 % of those at large",
}


def distances_study(material: Material) -> dict[str, Any] | None:
    """None where answers are counted."""
    data = material.distances
    if data is None:
        return None
    inside = (material.body["measures"][0].get("units") or 0) - data.sizes.size
    left_out = {"not_drawn": inside} if inside > 0 else {}
    figures = [ks(data), sigma(data)]
    return {
        "answers": answers_of(material.body),
        "measures": [
            {**asdict(one), "label": LABELS[one.measure], "excluded": one.excluded | left_out}
            for one in figures
        ],
    }
