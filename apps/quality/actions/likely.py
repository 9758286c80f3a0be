"""Which label a model would have given, of the tasks whose label it does not believe."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from apps.consensus.models import Opinion, OpinionRun
from apps.quality.checks.likely_wrong import LikelyWrong
from apps.quality.models import Finding


@dataclass(frozen=True)
class Likely:
    """Of one task: the label that it had when the model was asked, and the likeliest by it."""

    task: int
    label: str
    likely: str
    # What the model says of each, 0 to 1, out of sample; it is not calibrated.
    of_label: float
    of_likely: float


def likely_labels(found: Iterable[Finding], most: int) -> dict[int, list[Likely]]:
    """By finding, of its first tasks, in their order; findings of other checks have none.

    By the opinions that stand: of a task that the model was not asked about again there is none.
    One query.
    """
    mine = {
        (one.question_id, task_id): one.pk
        for one in found
        if one.kind == LikelyWrong.name and one.question_id is not None
        for task_id in one.tasks[:most]
    }
    if not mine:
        return {}
    asked = OpinionRun.objects.filter(question__in={question for question, _ in mine})
    newest = asked.order_by("question_id", "-pk").distinct("question_id")
    rows = Opinion.objects.filter(run__in=newest.values("pk"), task__in={task for _, task in mine})
    known = {
        (one.run.question_id, one.task_id): _likely(one, one.label)
        for one in rows.select_related("run")
        if one.label is not None
    }
    told: dict[int, list[Likely]] = {}
    for key, finding in mine.items():
        if key in known:
            told.setdefault(finding, []).append(known[key])
    return told


def _likely(one: Opinion, label: int) -> Likely:
    said = np.frombuffer(bytes(one.said), "<f4")
    best = int(said.argmax())
    values = one.run.values
    return Likely(
        task=one.task_id,
        label=str(values[label]),
        likely=str(values[best]),
        of_label=float(said[label]),
        of_likely=float(said[best]),
    )
