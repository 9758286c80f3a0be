"""More answers per task, or more tasks, where what was found and named is the figure."""

from __future__ import annotations

import numpy as np

from apps.agreement.actions.marked import Portion, given, portions
from apps.agreement.actions.material import Material
from apps.agreement.actions.object_sums import ObjectSums, mixed
from apps.agreement.measures.arrays import AnyArray
from apps.agreement.measures.designs import (
    FARTHEST,
    ONLY_PAIRS,
    Cost,
    Designs,
    designs_of,
    most_answers,
)
from apps.agreement.measures.designs_compared import squared_spreads
from apps.agreement.measures.gathering import Gathering
from apps.agreement.measures.power import Outlook

# An even part of the tasks is enough to tell the spreads; the costs are worked out where they are shown.
MOST_TASKS = 600
TIMES = 4
WIDTH = 0.1


def object_designs(material: Material, now: Outlook) -> Designs:
    """From the tasks that have many answers, with some of these left out."""
    sums, question = material.sums, material.question
    if sums is None:
        return Designs(reason=ONLY_PAIRS)
    units = sums.headline.units
    tasks = units[np.argsort(mixed(units), kind="stable")[:MOST_TASKS]].tolist()
    held = list(portions(question, sums.geometry, given(question, [question.name], tasks)))
    sizes = np.concatenate([np.zeros(0, np.int64), *(one.objects.sizes for one in held)])
    most = min(FARTHEST, most_answers(sizes, np.ones(sizes.size, np.int64)))
    if most < 3:
        return Designs(reason=ONLY_PAIRS)
    squares = squared_spreads(
        sizes, most, lambda drawn: _outlook(sums, held, drawn, most), times=TIMES
    )
    told_by = int((sizes >= most).sum())
    return designs_of(squares, now.by_groups, told_by=told_by, cost=Cost(WIDTH))


def _outlook(sums: ObjectSums, held: list[Portion], drawn: AnyArray, most: int) -> Outlook:
    """Of the figure, had the tasks only the answers that are drawn."""
    gathering, start = Gathering(sums.headline.measure), 0
    for one in held:
        data = one.objects
        several = (data.sizes >= most)[data.unit]
        kept = drawn[start : start + data.unit.size] & several
        start += data.unit.size
        gathering.add(data.answered(kept), units=one.tasks, groups=one.tasks)
    return gathering.outlook()
