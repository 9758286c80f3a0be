"""Background work of consensus."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.consensus.actions.choosing import KIND, start_computing
from apps.consensus.actions.fitting import compute_consensus, due_projects
from apps.core.jobs import job_kind
from apps.projects.actions.background import live_jobs
from apps.projects.models import Project

job_kind(KIND)(compute_consensus)


@shared_task(name="consensus.tend")
def tend_models() -> None:
    """Every few seconds: fit anew where enough is new. One fit of a project at a time."""
    for project_id, questions in due_projects(at=timezone.now()).items():
        project = Project.objects.get(pk=project_id)
        if not live_jobs(project, KIND).exists():
            start_computing(project=project, questions=questions, by=None)
