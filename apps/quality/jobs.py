"""Background work of quality."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.core.jobs import job_kind
from apps.quality.actions.findings import KIND, ask_for_checks, check_answers, due_projects

job_kind(KIND)(check_answers)


@shared_task(name="quality.check")
def check_due_projects() -> None:
    """Every minute: look anew for what is wrong where enough is new."""
    for project in due_projects(at=timezone.now()):
        ask_for_checks(project=project, by=None)
