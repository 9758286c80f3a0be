"""Background work of a project of which, of each kind, one piece is asked for at a time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from apps.core.actions import cancel_job, start_job
from apps.core.models import JobRun, JobRunQuerySet
from apps.projects.models import Project

if TYPE_CHECKING:
    from apps.accounts.models import User


def live_jobs(project: Project, kind: str) -> JobRunQuerySet:
    return JobRun.objects.live().in_scope(project.scope).filter(kind=kind)


def last_job(project: Project, kind: str) -> JobRun | None:
    return JobRun.objects.in_scope(project.scope).filter(kind=kind).order_by("-pk").first()


@transaction.atomic
def ask_once(*, project: Project, kind: str, by: User | None, **arguments: Any) -> JobRun:
    """Start it; who asks while it waits or runs gets the same job."""
    lock_asking(project)
    return live_jobs(project, kind).first() or begin(project=project, kind=kind, by=by, **arguments)


def lock_asking(project: Project) -> None:
    """Call it inside a transaction: who asks at the same time waits, and finds what was started."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def begin(*, project: Project, kind: str, by: User | None, **arguments: Any) -> JobRun:
    return start_job(
        kind=kind,
        arguments={"project_id": project.pk, **arguments},
        queue="compute",
        scope=project.scope,
        by=by,
    )


def stop_all(*, project: Project, kind: str, at: datetime) -> None:
    """What waits is gone, and what runs ends at its next report."""
    for job in live_jobs(project, kind):
        cancel_job(job=job, at=at)
