"""Background work that programs ask for."""

from __future__ import annotations

from typing import Any

from apps.consensus.actions import PLAINS, refresh_consensus
from apps.core.actions import JobFailed
from apps.core.jobs import Progress, job_kind
from apps.projects.models import Project
from apps.tasks.models import QueueEntry

AT_ONCE = 2_000


@job_kind("api.consensus")
def compute_consensus(progress: Progress, project_id: int, aggregator: str) -> dict[str, Any]:
    if aggregator not in PLAINS:
        raise JobFailed(f"No consensus is computed by {aggregator!r}.")
    project = Project.objects.get(pk=project_id)
    answered = QueueEntry.objects.filter(project=project, submitted__gt=0).order_by("pk")
    total, done, last = answered.count(), 0, 0
    while task_ids := list(answered.filter(pk__gt=last).values_list("pk", flat=True)[:AT_ONCE]):
        refresh_consensus(project=project, task_ids=task_ids)
        done, last = done + len(task_ids), task_ids[-1]
        progress.report(done, total)
    return {"tasks": done}
