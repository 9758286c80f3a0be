"""Adaptive overlap: one more answer where the consensus is not sure enough."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from apps.consensus.models import Consensus, Method
from apps.projects.models import Project
from apps.tasks.actions import ask_for_one_more


def ask_where_unsure(*, project: Project, task_ids: Sequence[int], at: datetime) -> int:
    """Call it when the consensus of these tasks is current. For how many tasks it asked.

    Only what has a probability counts: without one there is no saying that it is too small. A plain
    method has none until it has learned how much tasks differ.
    """
    methods = Method.objects.filter(bar__isnull=False, question__project=project).order_by("pk")
    asked = 0
    for method in methods:
        unsure = Consensus.objects.filter(
            task_id__in=task_ids, question=method.pk, probability__lt=method.bar
        )
        ids = list(unsure.values_list("task_id", flat=True))
        # A task that a question before has asked for is open, and not asked for twice.
        asked += ask_for_one_more(task_ids=ids, most=method.most or 0, at=at) if ids else 0
    return asked
