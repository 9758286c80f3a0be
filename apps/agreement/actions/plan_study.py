"""How many more: what another task, or another answer to each, would add to the figure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from apps.agreement.actions.chance import compared_of
from apps.agreement.actions.data import only_used
from apps.agreement.actions.material import Material
from apps.agreement.actions.object_designs import object_designs
from apps.agreement.measures import Compared, Moments, Patterns, designs, measures, outlook
from apps.agreement.measures.designs import Designs
from apps.agreement.measures.designs_compared import compared_designs
from apps.agreement.measures.power import Outlook

HEADLINE = "krippendorff_alpha"
# The costs of designs are worked out where they are shown; any width tells the spreads.
WIDTH = 0.1


def plan_study(material: Material) -> dict[str, Any]:
    if material.leads and material.sums is not None:
        found = material.sums.headline.outlook()
        return _plan(found) | (_told(object_designs(material, found)) if found.spread else {})
    measure, data = measures[HEADLINE], _data(material)
    level = material.scale.level if material.is_counted else "nominal"
    found = outlook(measure, data, level=level)
    body = _plan(found)
    if isinstance(data, Patterns) and found.spread:
        body |= _told(designs(measure, data, width=WIDTH, level=level))
    elif found.spread:
        several = material.distances or material.sampled[0]
        body |= _told(compared_designs(measure, several, width=WIDTH, by_groups=found.by_groups))
    return body


def _told(made: Designs) -> dict[str, Any]:
    return {
        "designs": [
            {"answers_each": one.answers_each, "spread": one.spread} for one in made.designs
        ],
        "told_by": made.told_by,
        "most": made.most,
        "designs_reason": asdict(made.reason) if made.reason else None,
    }


def _plan(found: Outlook) -> dict[str, Any]:
    return {
        "value": found.figure.value,
        "tasks": found.figure.units,
        "answers": found.figure.pairable,
        "spread": found.spread,
        "by_groups": found.by_groups,
        "rare": found.rare,
        "reason": asdict(found.reason) if found.reason else None,
        "designs": [],
    }


def _data(material: Material) -> Patterns | Moments | Compared:
    if not material.is_counted:
        return compared_of(material.question)
    if material.patterns is None:
        return Moments.of(material.scanned.answers, material.scale.level)
    return only_used(material.patterns)
