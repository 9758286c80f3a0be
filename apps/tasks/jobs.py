"""Kept up in the background."""

from celery import shared_task

from apps.core.jobs import Progress, job_kind
from apps.projects.models import Project
from apps.tasks import actions
from apps.tasks.actions.assets import LOOK
from apps.tasks.actions.looking import look_through_asset

job_kind(LOOK)(look_through_asset)


@job_kind(actions.MIX)
def mix_queue(progress: Progress, project_id: int) -> int:
    return actions.mix_queue(project=Project.objects.get(pk=project_id), report=progress.report)


@shared_task(name="tasks.expire_leases")
def expire_leases() -> None:
    """Every few seconds: what ran out is free for others, whether or not anybody asks for it."""
    actions.expire_leases()
